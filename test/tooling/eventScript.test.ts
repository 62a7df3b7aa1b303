import { chmodSync, existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { VERIFY_OWNER } from '../../core/operatorAdvice.ts';
import { folderWith } from '../support/cli.ts';
import { isInstalled } from '../support/installedPrograms.ts';
import { type ProgramResult, runByUnit, runProgram, UNITS_FOLDER } from '../support/systemdUnits.ts';

describe.skipIf(!isInstalled('jq'))('events of runs, sent by the script with `jq`', () => {
  /** Runs the script. @param notifier commands of `vif-acceptor-notify` */
  async function sendEvents(state: string, dir: string, notifier: string): Promise<ProgramResult> {
    mkdirSync(join(dir, 'bin'), { recursive: true });
    writeFileSync(join(dir, 'bin/vif-acceptor-notify'), `#!/bin/sh\n${notifier}\n`);
    chmodSync(join(dir, 'bin/vif-acceptor-notify'), 0o755);
    const env = { PATH: `${join(dir, 'bin')}:${process.env.PATH}` };
    return runProgram(join(UNITS_FOLDER, 'vif-acceptor-events'), [join(state, 'events')], dir, env);
  }

  const endings = (state: string) => readdirSync(join(state, 'events')).map((name) => name.split('.').at(-1));

  it('are sent once, with what to do, and kept; events that cannot be sent wait', async () => {
    const { dir, state } = await runByUnit();
    expect(await sendEvents(state, dir, 'exit 1')).toMatchObject({ code: 1 });
    expect(endings(state)).toEqual(['new']);

    const append = `(echo "$1"; cat) >>${join(dir, 'sent')}`;
    expect(await sendEvents(state, dir, append)).toEqual({ code: 0, output: '' });
    expect(endings(state)).toEqual(['sent']);
    const sent = readFileSync(join(dir, 'sent'), 'utf8');
    expect(sent).toMatch(/^vif-acceptor on .*: 3 events\naccepted `dxvif-/);
    expect(sent).toMatch(/who: owner acme/);
    expect(sent).toContain(`  to do: ${VERIFY_OWNER}`);
    expect(sent).not.toContain('aws directconnect confirm');

    expect(await sendEvents(state, dir, append)).toEqual({ code: 0, output: '' });
    expect(readFileSync(join(dir, 'sent'), 'utf8')).toBe(sent);
  });

  it('are sent unchanged if a crash truncated them', async () => {
    const dir = folderWith({
      'state/events/events.jsonl': '{"detail":{"mess\n{"detail":{"message":"whole"}}\n',
    });
    await sendEvents(join(dir, 'state'), dir, `cat >${join(dir, 'sent')}`);
    const sent = readFileSync(join(dir, 'sent'), 'utf8');
    expect(sent).toContain('{"detail":{"mess\nwhole\n');
    expect(existsSync(join(dir, 'state/events/events.jsonl'))).toBe(false);
  });
});
