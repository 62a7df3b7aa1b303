import {
  chmodSync,
  closeSync,
  fstatSync,
  lstatSync,
  mkdirSync,
  openSync,
  readdirSync,
  readFileSync,
  readSync,
  statSync,
  symlinkSync,
  truncateSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { createFileLedger } from '../../adapters/ledgers/file/fileLedger.ts';
import { digestOf } from '../../core/json.ts';
import { EMPTY_LEDGER } from '../../core/ledgerState.ts';
import { LedgerFailure } from '../../run/portErrors.ts';
import { rejectionOf } from '../support/apiClients.ts';
import { anAcceptance, anEndedRequest, anObservation, aReceipt } from '../support/ledgerBuilders.ts';
import { writeTempFiles } from '../support/tempFiles.ts';
import { testClock } from '../support/testClock.ts';

const KEY = 'outscale/eu-west-2/012345678901';
const ACCEPTED = {
  kind: 'accepted',
  id: 'dxvif-1',
  acceptance: anAcceptance(),
  receipt: aReceipt(),
} as const;
const LISTED = { kind: 'listed', at: '2026-11-10T11:00:00.000Z' } as const;

function planted(text: string) {
  const path = join(writeTempFiles({ 'ledger.json': text }), 'ledger.json');
  return { path, ledger: createFileLedger(path, testClock()) };
}

/** The text of a file from this offset on. */
function tailOf(path: string, from: number): string {
  const file = openSync(path, 'r');
  try {
    const buffer = Buffer.alloc(fstatSync(file).size - from);
    readSync(file, buffer, 0, buffer.length, from);
    return buffer.toString();
  } finally {
    closeSync(file);
  }
}

function holding(given: object): string {
  const entry = { lease: null, lastListing: null, failing: null, items: {}, ...given };
  return JSON.stringify({ format: 2, targets: { [KEY]: entry } });
}

describe('a damaged ledger file', () => {
  it.each([
    ['is empty', '', 'it is not JSON'],
    ['is blank', ' \n', 'it is not JSON'],
    ['is no JSON', 'ledger', 'it is not JSON'],
    ['was cut short', holding({}).slice(0, -10), 'it is not JSON'],
    ['is null', 'null', 'must be an object, got null'],
    ['is a list', '[]', 'must be an object, got a list'],
    ['is an empty object', '{}', '`format` must be 2, got nothing'],
    ['has no format', '{"targets":{}}', '`format` must be 2, got nothing'],
    ['has another format', '{"format":1,"targets":{},"more":1}', '`format` must be 2, got number 1'],
    ['lacks the targets', '{"format":2}', '`targets` must be present'],
    ['has a list of targets', '{"format":2,"targets":[]}', '`targets` must be an object'],
    ['lacks a key', holding({ lastListing: undefined }), '.lastListing` must be present'],
    ['has a lease of a wrong kind', holding({ lease: 'mine' }), '.lease` must be an object'],
    ['has a lease without end', holding({ lease: { token: 'x' } }), '.lease.until` must be present'],
    ['has an odd instant', holding({ lastListing: 'yesterday' }), '.lastListing` must be an instant'],
    ['has a list of items', holding({ items: [] }), '.items` must be an object, got a list of 0'],
    [
      'has failures without a start',
      holding({ failing: { codes: ['api'] } }),
      '.failing.since` must be present',
    ],
  ])('that %s is reported with its path and a fix, and kept unchanged', async (_, text, what) => {
    const { path, ledger } = planted(text);
    for (const use of [() => ledger.readState(KEY), () => ledger.open(KEY, 1000)]) {
      const failure = await rejectionOf(use());
      expect(failure).toBeInstanceOf(LedgerFailure);
      expect(String(failure)).toContain(`ledger ${path} is damaged: `);
      expect(String(failure)).toContain(what);
      expect(String(failure)).toContain(
        'it was not changed: restore it, or move it away to start a new ledger',
      );
    }
    expect(readFileSync(path, 'utf8')).toBe(text);
    expect(readdirSync(dirname(path))).toEqual(['ledger.json']);
  });

  it('is not overwritten by the holder of the lease', async () => {
    const { path, ledger } = planted(holding({}));
    const session = await ledger.open(KEY, 1000);
    writeFileSync(path, 'damaged');
    expect(await rejectionOf(session?.write([LISTED]) ?? Promise.resolve())).toBeInstanceOf(LedgerFailure);
    expect(await rejectionOf(session?.close([]) ?? Promise.resolve())).toBeInstanceOf(LedgerFailure);
    expect(readFileSync(path, 'utf8')).toBe('damaged');
  });
});

describe('a ledger file', () => {
  it('is only accessible to its owner, and leaves no other files', async () => {
    const path = join(writeTempFiles({}), 'deep', 'state', 'ledger.json');
    const session = await createFileLedger(path, testClock()).open(KEY, 1000);
    await session?.write([LISTED]);
    await session?.close([]);
    expect((statSync(path).mode & 0o777).toString(8)).toBe('600');
    expect((statSync(dirname(path)).mode & 0o777).toString(8)).toBe('700');
    expect(readdirSync(dirname(path))).toEqual(['ledger.json']);
  });

  it('that others could read is only accessible to its owner after the next write', async () => {
    const { path, ledger } = planted(holding({}));
    chmodSync(path, 0o644);
    await ledger.open(KEY, 1000);
    expect((statSync(path).mode & 0o777).toString(8)).toBe('600');
  });

  it('is not created by reading it', async () => {
    const path = join(writeTempFiles({}), 'state', 'ledger.json');
    expect(await createFileLedger(path, testClock()).readState(KEY)).toEqual(EMPTY_LEDGER);
    expect(readdirSync(dirname(dirname(path)))).toEqual([]);
  });

  it('keeps the other targets', async () => {
    const { path, ledger } = planted(holding({ lastListing: LISTED.at }));
    await ledger.open('aws/eu-west-1/012345678901', 1000);
    expect(await createFileLedger(path, testClock()).readState(KEY)).toMatchObject({
      lastListing: LISTED.at,
    });
  });

  it('that a person changed between two writes of a run keeps the change, even with the same size and times', async () => {
    const { path, ledger } = planted(holding({}));
    const session = await ledger.open(KEY, 60_000);
    await session?.write([
      { kind: 'observed', id: 'dxvif-1', observation: anObservation({ name: 'acme-prod-1' }) },
    ]);
    const { atime, mtime } = statSync(path);
    writeFileSync(path, readFileSync(path, 'utf8').replaceAll('acme-prod-1', 'acme-test-1'));
    utimesSync(path, atime, mtime);
    await session?.write([{ kind: 'observed', id: 'dxvif-2', observation: anObservation() }]);
    const { observations } = await ledger.readState(KEY);
    expect(observations['dxvif-1']).toMatchObject({ name: 'acme-test-1' });
    expect(observations['dxvif-2']).toEqual(anObservation());
  });

  it('is written by the runs of a process in order', async () => {
    const { ledger } = planted(holding({}));
    const keys = Array.from({ length: 12 }, (_, i) => `aws/eu-west-1/${i}`);
    const served: string[] = [];
    await Promise.all(
      keys.map(async (key) => {
        await ledger.open(key, 1000);
        served.push(key);
      }),
    );
    expect(served).toEqual(keys);
  });

  it('that is reached through a link stays in its place and has one lease', async () => {
    const { path, ledger } = planted(holding({}));
    const link = join(writeTempFiles({}), 'link.json');
    symlinkSync(path, link);
    const session = await createFileLedger(link, testClock()).open(KEY, 1000);
    await session?.write([LISTED]);
    expect(await ledger.open(KEY, 1000)).toBeNull();
    expect(await ledger.readState(KEY)).toMatchObject({ lastListing: LISTED.at });
  });

  it.each([
    ['an absolute link', ['/real/ledger.json']],
    ['a relative link', ['../real/ledger.json']],
    ['a link through a linked folder', ['../linked/ledger.json']],
    ['links to links', ['second.json', '/links/third.json', '../real/ledger.json']],
  ])('that is not there yet is made at the end of %s, which stays', async (_, targets) => {
    const root = writeTempFiles({ 'real/other.txt': '', 'links/other.txt': '' });
    symlinkSync(join(root, 'real'), join(root, 'linked'));
    const names = ['first.json', 'second.json', 'third.json'];
    for (const [i, target] of targets.entries())
      symlinkSync(target.startsWith('/') ? join(root, target) : target, join(root, 'links', names[i] ?? ''));
    const path = join(root, 'links', 'first.json');
    const session = await createFileLedger(path, testClock()).open(KEY, 1000);
    await session?.close([LISTED, ACCEPTED]);
    expect(lstatSync(path).isSymbolicLink()).toBe(true);
    expect(readdirSync(join(root, 'real')).sort()).toEqual([
      'ledger.json',
      'ledger.records.jsonl',
      'other.txt',
    ]);
    const ledger = createFileLedger(path, testClock());
    expect(await ledger.readState(KEY)).toMatchObject({ lastListing: LISTED.at });
    expect((await ledger.readRecords(KEY, new Date(0))).receipts).toHaveLength(1);
  });

  it.each([
    ['a folder that does not exist', 'missing/ledger.json', /is a link to .*missing\/ledger\.json/],
    ['itself', 'link.json', /\(ELOOP\)/],
  ])('that is a link to %s is made nowhere', async (_, target, why) => {
    const root = writeTempFiles({});
    const path = join(root, 'link.json');
    symlinkSync(target, path);
    const failure = await rejectionOf(createFileLedger(path, testClock()).open(KEY, 1000));
    expect(failure).toBeInstanceOf(LedgerFailure);
    expect(String(failure)).toMatch(why);
    expect(readdirSync(root)).toEqual(['link.json']);
    expect(lstatSync(path).isSymbolicLink()).toBe(true);
  });

  it('that is a folder, or whose folder does not exist, is reported', async () => {
    const root = writeTempFiles({ 'file.txt': '' });
    mkdirSync(join(root, 'ledger.json'));
    for (const path of [join(root, 'ledger.json'), join(root, 'file.txt', 'ledger.json')]) {
      const ledger = createFileLedger(path, testClock());
      for (const use of [() => ledger.readState(KEY), () => ledger.open(KEY, 1000)]) {
        const failure = await rejectionOf(use());
        expect(failure).toBeInstanceOf(LedgerFailure);
        expect(String(failure)).toMatch(
          new RegExp(`ledger ${path} cannot be .* \\((EISDIR|ENOTDIR|EEXIST)\\): `),
        );
      }
    }
  });

  it('whose lock was not created by vif-acceptor is reported', async () => {
    const { path, ledger } = planted(holding({}));
    writeFileSync(`${path}.lock`, '');
    utimesSync(`${path}.lock`, 0, 0);
    expect(String(await rejectionOf(ledger.open(KEY, 1000)))).toContain(
      `ledger ${path} cannot be locked (ENOTDIR): ${path}.lock is not a lock`,
    );
  });

  // Root has all permissions.
  it.runIf(process.getuid?.() !== 0)('without permission to read or write is reported', async () => {
    const { path, ledger } = planted(holding({}));
    chmodSync(path, 0);
    expect(String(await rejectionOf(ledger.readState(KEY)))).toContain(
      `ledger ${path} cannot be read (EACCES)`,
    );
    chmodSync(path, 0o600);
    chmodSync(dirname(path), 0o500);
    expect(String(await rejectionOf(ledger.open(KEY, 1000)))).toContain(`cannot be locked (EACCES)`);
    chmodSync(dirname(path), 0o700);
  });

  it('has its records and policies beside it, only accessible to its owner', async () => {
    const { path, ledger } = planted(holding({}));
    const session = await ledger.open(KEY, 1000);
    const digest = digestOf('policy');
    await session?.close([{ kind: 'policyUsed', digest, text: 'policy' }, ACCEPTED]);
    const beside = ['ledger.json', 'ledger.policies', 'ledger.records.jsonl'];
    expect(readdirSync(dirname(path)).sort()).toEqual(beside);
    for (const name of ['ledger.records.jsonl', `ledger.policies/${digest.slice('sha256:'.length)}.json`]) {
      expect((statSync(join(dirname(path), name)).mode & 0o777).toString(8)).toBe('600');
    }
  });

  it('reports an incomplete record and appends after it', async () => {
    const { path, ledger } = planted(holding({}));
    const records = join(dirname(path), 'ledger.records.jsonl');
    writeFileSync(records, '{"kind":"receipt","target":');
    const session = await ledger.open(KEY, 1000);
    const at = new Date().toISOString();
    await session?.close([
      ACCEPTED,
      { kind: 'ended', id: 'dxvif-2', ended: anEndedRequest({ endedAt: at }) },
    ]);
    const { receipts, ended, damaged } = await ledger.readRecords(KEY, new Date(0));
    expect([receipts.length, ended.length]).toEqual([1, 1]);
    expect(damaged).toEqual([expect.stringContaining(`line 1 of ${records} is damaged`)]);
    expect(readFileSync(records, 'utf8')).toMatch(/^\{"kind":"receipt","target":\n\{/);
  });

  it('appends a record without reading the existing ones', async () => {
    const { path, ledger } = planted(holding({}));
    const records = join(dirname(path), 'ledger.records.jsonl');
    writeFileSync(records, '');
    // Larger than the longest string; a sparse file, so it uses no disk space.
    truncateSync(records, 4_000_000_000);
    const { ino } = statSync(records);
    const session = await ledger.open(KEY, 1000);
    await session?.close([ACCEPTED]);
    expect(await ledger.readState(KEY)).toMatchObject({ acceptances: { 'dxvif-1': ACCEPTED.acceptance } });
    expect(statSync(records)).toMatchObject({ ino });
    expect(tailOf(records, 4_000_000_000)).toMatch(/^\n\{"kind":"receipt",.*\}\n$/);
  });

  it('leaves ended requests past their retention period to the pruning', async () => {
    const { path, ledger } = planted(holding({}));
    const records = join(dirname(path), 'ledger.records.jsonl');
    const past = anEndedRequest({ endedAt: '2020-01-01T00:00:00.000Z' });
    writeFileSync(records, `${JSON.stringify({ kind: 'ended', target: KEY, value: past })}\n`);
    const { ino, size } = statSync(records);
    const session = await ledger.open(KEY, 1000);
    await session?.close([ACCEPTED]);
    expect(statSync(records).ino).toBe(ino);
    expect(statSync(records).size).toBeGreaterThan(size);
    expect((await ledger.readRecords(KEY, new Date(0))).ended).toEqual([]);
  });

  it('whose records cannot be written has only the events about them', async () => {
    const { path, ledger } = planted(holding({}));
    mkdirSync(join(dirname(path), 'ledger.records.jsonl'));
    const session = await ledger.open(KEY, 60_000);
    const event = { id: 'x', type: 'Request Held', at: new Date().toISOString(), detail: {} } as const;
    const queued = { kind: 'queued', event, mark: null } as const;
    const failure = await rejectionOf(session?.write([queued, ACCEPTED]) ?? Promise.resolve());
    expect(failure).toBeInstanceOf(LedgerFailure);
    expect(await ledger.readState(KEY)).toMatchObject({ outbox: { x: event }, acceptances: {} });
  });

  it('reports an archived policy that was changed', async () => {
    const { path, ledger } = planted(holding({}));
    const session = await ledger.open(KEY, 1000);
    const digest = digestOf('policy');
    await session?.close([{ kind: 'policyUsed', digest, text: 'policy' }]);
    writeFileSync(join(dirname(path), 'ledger.policies', `${digest.slice('sha256:'.length)}.json`), 'else');
    expect(String(await rejectionOf(ledger.readPolicy(digest)))).toContain('does not match its digest');
  });
});
