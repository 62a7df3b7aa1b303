import { chmodSync, existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { VERIFY_OWNER } from '../../core/operatorAdvice.ts';
import { folderWith } from '../support/cli.ts';
import { isInstalled } from '../support/installedPrograms.ts';
import { type ProgramResult, runByUnit, runProgram, UNITS_FOLDER } from '../support/systemdUnits.ts';

describe.skipIf(!isInstalled('jq'))('news of passes, by `jq`', () => {
  /** Tells what a pass announced. @param teller what stands for `vif-acceptor-notify` */
  async function tellBy(state: string, dir: string, teller: string): Promise<ProgramResult> {
    mkdirSync(join(dir, 'bin'), { recursive: true });
    writeFileSync(join(dir, 'bin/vif-acceptor-notify'), `#!/bin/sh\n${teller}\n`);
    chmodSync(join(dir, 'bin/vif-acceptor-notify'), 0o755);
    const env = { PATH: `${join(dir, 'bin')}:${process.env.PATH}` };
    return runProgram(join(UNITS_FOLDER, 'vif-acceptor-events'), [join(state, 'events')], dir, env);
  }

  const endings = (state: string) => readdirSync(join(state, 'events')).map((name) => name.split('.').at(-1));

  it('are told once, with what to type, and kept; what cannot be told waits', async () => {
    const { dir, state } = await runByUnit();
    expect(await tellBy(state, dir, 'exit 1')).toMatchObject({ code: 1 });
    expect(endings(state)).toEqual(['new']);

    const into = `(echo "$1"; cat) >>${join(dir, 'told')}`;
    expect(await tellBy(state, dir, into)).toEqual({ code: 0, output: '' });
    expect(endings(state)).toEqual(['sent']);
    const told = readFileSync(join(dir, 'told'), 'utf8');
    expect(told).toMatch(/^vif-acceptor on .*: 3 events\naccepted `dxvif-/);
    expect(told).toMatch(/who: owner acme/);
    expect(told).toContain(`  to do: ${VERIFY_OWNER}`);
    expect(told).not.toContain('aws directconnect confirm');

    expect(await tellBy(state, dir, into)).toEqual({ code: 0, output: '' });
    expect(readFileSync(join(dir, 'told'), 'utf8')).toBe(told);
  });

  it('are told as they stand where a crash cut them short', async () => {
    const dir = folderWith({
      'state/events/events.jsonl': '{"detail":{"mess\n{"detail":{"message":"whole"}}\n',
    });
    await tellBy(join(dir, 'state'), dir, `cat >${join(dir, 'told')}`);
    const told = readFileSync(join(dir, 'told'), 'utf8');
    expect(told).toContain('{"detail":{"mess\nwhole\n');
    expect(existsSync(join(dir, 'state/events/events.jsonl'))).toBe(false);
  });
});
