import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { describe, expect, it, onTestFinished } from 'vitest';
import { createFileLedger } from '../../adapters/ledgers/file/fileLedger.ts';
import { anObservation } from '../support/ledgerBuilders.ts';
import { writeTempFiles } from '../support/tempFiles.ts';
import { testClock } from '../support/testClock.ts';

const KEY = 'outscale/eu-west-2/012345678901';
const SCRIPT = join(import.meta.dirname, 'process.ts');

function ledgerPath(): string {
  return join(writeTempFiles({}), 'ledger.json');
}

/** The exit code and the output of the process. */
async function ended(child: ChildProcess): Promise<{ code: number | null; said: string }> {
  let said = '';
  child.stderr?.on('data', (chunk) => {
    said += String(chunk);
  });
  const [code] = await once(child, 'close');
  return { code, said };
}

function writer(path: string, name: string, times: number, before = ''): ChildProcess {
  const command = `${before} exec "$0" "$@"`;
  const child = spawn('sh', ['-c', command, process.execPath, SCRIPT, path, name, String(times)]);
  onTestFinished(() => {
    child.kill('SIGKILL');
  });
  return child;
}

describe('concurrent processes on one ledger file', () => {
  it('take turns, and no write is lost', async () => {
    const path = ledgerPath();
    const writers = ['a', 'b', 'c'].map((name) => ended(writer(path, name, 8)));
    const seen = new Set<string>();
    const watching = setInterval(() => {
      // At any time there is a complete ledger, or none yet.
      const names = readdirSync(dirname(path));
      if (names.includes('ledger.json')) seen.add(typeof JSON.parse(readFileSync(path, 'utf8')));
    }, 2);
    expect(await Promise.all(writers)).toEqual(['a', 'b', 'c'].map(() => ({ code: 0, said: '' })));
    clearInterval(watching);
    const { observations } = await createFileLedger(path, testClock()).readState(KEY);
    const expected = ['a', 'b', 'c'].flatMap((name) =>
      Array.from({ length: 8 }, (_, i) => `dxvif-${name}${i}`),
    );
    expect(Object.keys(observations).sort()).toEqual(expected);
    expect([...seen]).toEqual(['object']);
    expect(readdirSync(dirname(path))).toEqual(['ledger.json']);
  });

  it('that are killed at any time leave a complete ledger', async () => {
    const killed = [0, 7, 14, 21, 28, 35].map(async (afterMs) => {
      const path = ledgerPath();
      const child = writer(path, 'a', 1000);
      const end = ended(child);
      // After the first observation, the next write follows within moments.
      const isBegun = () => existsSync(path) && readFileSync(path, 'utf8').includes('dxvif-');
      await expect.poll(isBegun, { timeout: 10_000, interval: 5 }).toBe(true);
      await pause(afterMs);
      child.kill('SIGKILL');
      await end;
      const { observations } = await createFileLedger(path, testClock()).readState(KEY);
      return Object.values(observations);
    });
    for (const observations of await Promise.all(killed)) {
      expect(observations.length).toBeGreaterThan(0);
      expect(observations).toEqual(observations.map(() => anObservation()));
    }
  });

  it('that run out of disk space keep the old ledger', async () => {
    const path = ledgerPath();
    // 4 blocks of 512 bytes: space for a few observations.
    const { code, said } = await ended(writer(path, 'a', 1000, 'ulimit -f 4;'));
    expect(code).not.toBe(0);
    expect(said).toContain(`ledger ${path} cannot be written (EFBIG): `);
    const { observations } = await createFileLedger(path, testClock()).readState(KEY);
    expect(Object.keys(observations)).not.toEqual([]);
    expect(readdirSync(dirname(path))).toEqual(['ledger.json']);
  });
});
