import { cpSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { describe, expect, it } from 'vitest';
import { REQUEST_LIMIT_MS } from '../../adapters/connectApis.ts';
import { PING_VARIABLE } from '../../cli/heartbeat.ts';
import { LEASE_MS } from '../../cli/runTarget.ts';
import { folderWith } from '../support/cli.ts';
import { PROD } from '../support/cloud.ts';
import { isInstalled } from '../support/installedPrograms.ts';
import { runByUnit, runProgram, settingsOf, UNITS_FOLDER } from '../support/systemdUnits.ts';

const ROOT = resolve(import.meta.dirname, '../..');
const FILES = readdirSync(UNITS_FOLDER);
const PAGE = readFileSync(join(ROOT, 'docs/without-aws.md'), 'utf8');

describe('the units for a machine without AWS', () => {
  it.skipIf(!isInstalled('systemd-analyze'))('are valid for `systemd-analyze verify`', async () => {
    const dir = folderWith({});
    for (const file of FILES) {
      const text = readFileSync(join(UNITS_FOLDER, file), 'utf8');
      writeFileSync(
        join(dir, file),
        text.replaceAll('/opt/vif-acceptor/', `${ROOT}/`).replaceAll('/usr/local/sbin/', `${UNITS_FOLDER}/`),
      );
    }
    const units = FILES.filter((file) => /\.(service|timer|path)$/.test(file));
    const named = units.map((file) => join(dir, file.replace('@.', '@vif-acceptor.')));
    for (const [i, file] of units.entries()) if (file.includes('@.')) cpSync(join(dir, file), named[i] ?? '');
    const env = { PATH: process.env.PATH ?? '', SYSTEMD_UNIT_PATH: `${dir}:` };
    expect(await runProgram('systemd-analyze', ['verify', ...named], dir, env)).toEqual({
      code: 0,
      output: '',
    });
  });

  it('run the command line, which accepts, keeps a ledger and writes events, for its own user only, and metrics for all', async () => {
    const { dir, state, ended, accepted } = await runByUnit();
    expect(ended).toMatchObject({ code: 0, output: expect.stringContaining('1 accepted, 1 held') });
    expect(accepted).toBe(`pending ${PROD}`);
    for (const file of ['ledger.json', 'events/events.jsonl'])
      expect(statSync(join(state, file)).mode & 0o777).toBe(0o600);
    expect(statSync(join(dir, 'cache/vif-acceptor/vif-acceptor.prom')).mode & 0o777).toBe(0o644);
    expect(settingsOf('vif-acceptor.service', 'CacheDirectoryMode')).toEqual(['0755']);
  });

  it('end a run that hangs after its lease has expired', () => {
    const [limit = ''] = settingsOf('vif-acceptor.service', 'TimeoutStartSec');
    const limitMs = Number(/^(\d+)min$/.exec(limit)?.[1]) * 60_000;
    expect(limitMs).toBeGreaterThan(LEASE_MS + REQUEST_LIMIT_MS);
    for (const minutes of [limitMs / 60_000, LEASE_MS / 60_000]) expect(PAGE).toContain(`${minutes} minutes`);
    // `run` handles it like Ctrl-C, and finishes what it has started.
    expect(settingsOf('vif-acceptor.service', 'KillSignal')).toEqual(['SIGINT']);
    const [patience = ''] = settingsOf('vif-acceptor.service', 'TimeoutStopSec');
    expect(Number.parseInt(patience, 10) * 1000).toBeGreaterThan(2 * REQUEST_LIMIT_MS);
  });

  it('contain no key, and give keys only to the run', () => {
    for (const file of FILES)
      expect(readFileSync(join(UNITS_FOLDER, file), 'utf8')).not.toMatch(
        /(OSC_\w+|PING_URL|NOTIFY_\w+|PASSWORD|TOKEN)=/,
      );
    expect(settingsOf('vif-acceptor.service', 'EnvironmentFile')).toEqual(['/etc/vif-acceptor/environment']);
    for (const unit of ['vif-acceptor-policy.service', 'vif-acceptor-events.service']) {
      expect(settingsOf(unit, 'EnvironmentFile')).toEqual([]);
      expect(settingsOf(unit, 'InaccessiblePaths')).toEqual(['-/etc/vif-acceptor']);
    }
    for (const name of ['OSC_ACCESS_KEY', 'OSC_SECRET_KEY', PING_VARIABLE])
      expect(PAGE).toContain(`${name}='`);
  });

  it('report each failed unit, and are all documented', () => {
    for (const unit of ['vif-acceptor', 'vif-acceptor-policy', 'vif-acceptor-events'])
      expect(settingsOf(`${unit}.service`, 'OnFailure')).toEqual(['vif-acceptor-failed@%N.service']);
    for (const file of FILES) expect(PAGE).toContain(`\`${file}\``);
  });
});
