import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { createFileLedger } from '../../adapters/ledgers/file/fileLedger.ts';
import { writeTempFiles } from '../support/tempFiles.ts';

const KEY = 'outscale/eu-west-2/012345678901';
const SCRIPT = join(import.meta.dirname, 'process.ts');
const clock = { now: () => new Date(), monotonic: () => performance.now() };

/** A ledger whose lease another process holds for a minute. */
async function held() {
  const path = join(writeTempFiles({}), 'ledger.json');
  const child = spawn(process.execPath, [SCRIPT, path, 'hold']);
  onTestFinished(() => {
    child.kill('SIGKILL');
  });
  await once(child.stdout, 'data');
  return { path, child };
}

async function killed(child: ChildProcess): Promise<void> {
  const end = once(child, 'close');
  child.kill('SIGKILL');
  await end;
}

async function isTaken(path: string): Promise<boolean> {
  return (await createFileLedger(path, clock).open(KEY, 60_000)) !== null;
}

function edited(path: string, edit: (targets: Record<string, EditedEntry>) => void): void {
  const file = JSON.parse(readFileSync(path, 'utf8'));
  edit(file.targets);
  writeFileSync(path, JSON.stringify(file));
}

interface EditedEntry {
  lease: { token: string };
  items: Record<string, Record<string, unknown>>;
}

// Only Linux provides all of this information.
describe.runIf(existsSync('/proc/self/ns/pid'))('the lease of another process', () => {
  it('is free at once when its process was killed', async () => {
    const { path, child } = await held();
    expect(await isTaken(path)).toBe(false);
    await killed(child);
    expect(await isTaken(path)).toBe(true);
  });

  it('is free at once when its process ID belongs to a later process', async () => {
    const { path } = await held();
    edited(path, (targets) => Object.assign(targets[`later/${KEY}`]?.items.lease ?? {}, { started: '1' }));
    expect(await isTaken(path)).toBe(true);
  });

  it.each([
    ['its process was on another machine', { host: 'elsewhere' }],
    ['its process was of an earlier start of this machine', { boot: '00000000-0000-4000-8000-000000000000' }],
    ['its process was in another container', { namespaces: 'pid:[1] time:[1]' }],
    ['what it says of its process cannot be read', { pid: -1 }],
  ])('holds until its end when %s', async (_, change) => {
    const { path, child } = await held();
    await killed(child);
    edited(path, (targets) => Object.assign(targets[`later/${KEY}`]?.items.lease ?? {}, change));
    expect(await isTaken(path)).toBe(false);
  });

  it('is valid until it expires when an earlier release, which records no process, has taken it since', async () => {
    const { path, child } = await held();
    await killed(child);
    edited(path, (targets) => Object.assign(targets[KEY]?.lease ?? {}, { token: 'another' }));
    expect(await isTaken(path)).toBe(false);
  });

  it('leaves no entry when it is released', async () => {
    const path = join(writeTempFiles({}), 'ledger.json');
    const session = await createFileLedger(path, clock).open(KEY, 60_000);
    await session?.close([]);
    const { targets } = JSON.parse(readFileSync(path, 'utf8'));
    expect(targets[KEY].lease).toBeNull();
    expect(targets[`later/${KEY}`].items).toEqual({});
  });
});
