import {
  appendFileSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  renameSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import { setImmediate as turn } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { createFileLedger } from '../../adapters/ledgers/file/fileLedger.ts';
import { pruneRecords } from '../../adapters/ledgers/file/pruneRecords.ts';
import { LedgerFailure } from '../../run/portErrors.ts';
import { rejectionOf } from '../support/apiClients.ts';
import { NOW } from '../support/builders.ts';
import { anEndedRequest, aReceipt } from '../support/ledgerBuilders.ts';
import { writeTempFiles } from '../support/tempFiles.ts';
import { testClock } from '../support/testClock.ts';

const KEY = 'outscale/eu-west-2/012345678901';
const HOUR_MS = 3_600_000;

function hours(count: number): Date {
  return new Date(NOW.getTime() + count * HOUR_MS);
}

const PAST = hours(-91 * 24).toISOString();
const RECENT = hours(-89 * 24).toISOString();

function lineOf(kind: string, value: object, target = KEY): string {
  return `${JSON.stringify({ kind, target, value, format: 2 })}\n`;
}

const RECEIPT = lineOf('receipt', aReceipt({ at: PAST }));
const RECENT_END = lineOf('ended', anEndedRequest({ endedAt: RECENT }));
const PAST_END = lineOf('ended', anEndedRequest({ endedAt: PAST }));

function planted(records: string) {
  const path = join(writeTempFiles({ 'ledger.records.jsonl': records }), 'ledger.json');
  const recordsFile = path.replace('.json', '.records.jsonl');
  return { path, recordsFile, text: () => readFileSync(recordsFile, 'utf8') };
}

/** Enough lines for many reads. */
const MANY = `${PAST_END}${`${RECEIPT}${RECENT_END}`.repeat(10_000)}`;

/** Prunes, and calls `meanwhile` after the first part was copied. */
async function overtaken(path: string, meanwhile: () => void): Promise<boolean> {
  const pruning = pruneRecords(path, NOW);
  const isCopying = (): boolean =>
    readdirSync(dirname(path)).some((name) => /\.records\.jsonl\..*\.tmp$/.test(name));
  while (!isCopying()) await turn();
  meanwhile();
  return pruning;
}

describe('pruning the history of a ledger file', () => {
  it('deletes only ended requests of any target that are older than 90 days', async () => {
    const kept = [
      RECEIPT,
      RECENT_END,
      'damaged\n',
      lineOf('ended', { endedAt: PAST }),
      `${JSON.stringify({ kind: 'later', target: KEY, value: { endedAt: PAST }, format: 99 })}\n`,
    ];
    const other = lineOf('ended', anEndedRequest({ endedAt: PAST }), 'aws/eu-west-1/012345678901');
    const { path, text, recordsFile } = planted([PAST_END, ...kept, other, PAST_END, ...kept].join(''));
    expect(await pruneRecords(path, NOW)).toBe(true);
    expect(text()).toBe([...kept, ...kept].join(''));
    expect((statSync(recordsFile).mode & 0o777).toString(8)).toBe('600');
    expect(readdirSync(dirname(path)).sort()).toEqual(['ledger.records.jsonl', 'ledger.records.pruned']);
  });

  it('does not change the file when there is nothing to delete', async () => {
    const { path, recordsFile, text } = planted(`${RECEIPT}${RECENT_END}`);
    const { ino } = statSync(recordsFile);
    expect(await pruneRecords(path, NOW)).toBe(false);
    expect(statSync(recordsFile).ino).toBe(ino);
    expect(text()).toBe(`${RECEIPT}${RECENT_END}`);
  });

  it('happens once in 24 hours, and again when the clock was fast the last time', async () => {
    const { path, text } = planted(RECEIPT);
    await pruneRecords(path, NOW);
    writeFileSync(path.replace('.json', '.records.jsonl'), PAST_END);
    expect(await pruneRecords(path, hours(23))).toBe(false);
    expect(text()).toBe(PAST_END);
    expect(await pruneRecords(path, hours(-1))).toBe(true);
    expect(text()).toBe('');
  });

  it('creates nothing when there are no records', async () => {
    const path = join(writeTempFiles({}), 'state', 'ledger.json');
    expect(await pruneRecords(path, NOW)).toBe(false);
    expect(readdirSync(dirname(dirname(path)))).toEqual([]);
  });

  it('keeps lines that others append meanwhile, including an incomplete one', async () => {
    const { path, text } = planted(MANY);
    const added = lineOf('receipt', aReceipt({ id: 'dxvif-1' }));
    expect(
      await overtaken(path, () => appendFileSync(path.replace('.json', '.records.jsonl'), `${added}{"k`)),
    ).toBe(true);
    expect(text() === `${MANY.slice(PAST_END.length)}${added}{"k`).toBe(true);
  });

  it('keeps what a run of this release writes meanwhile', async () => {
    const { path } = planted(MANY);
    const ledger = createFileLedger(path, testClock());
    const session = await ledger.open(KEY, HOUR_MS);
    const pruning = pruneRecords(path, NOW);
    for (let i = 0; i < 5; i += 1)
      await session?.write([
        { kind: 'ended', id: `dxvif-${i}`, ended: anEndedRequest({ id: `dxvif-${i}`, firstSeen: RECENT }) },
      ]);
    expect(await pruning).toBe(true);
    const { ended, damaged } = await ledger.readRecords(KEY, new Date(0));
    expect(ended.map(({ id }) => id)).toEqual(expect.arrayContaining(['dxvif-0', 'dxvif-4']));
    expect(ended).toHaveLength(6);
    expect(damaged).toEqual([]);
  });

  it('stops when an earlier release replaces the file meanwhile', async () => {
    const { path, text } = planted(MANY);
    const other = `${MANY}${RECEIPT}`;
    const replaced = overtaken(path, () => {
      writeFileSync(`${path}.other`, other);
      renameSync(`${path}.other`, path.replace('.json', '.records.jsonl'));
    });
    expect(await replaced).toBe(false);
    expect(text() === other).toBe(true);
    expect(readdirSync(dirname(path)).sort()).toEqual(['ledger.records.jsonl', 'ledger.records.pruned']);
  });

  it('removes only temporary files of killed processes', async () => {
    const { path } = planted(RECEIPT);
    const folder = dirname(path);
    const id = '0b8a1c2d-0000-4000-8000-00000000000a';
    const others = ['ledger.json.before-upgrade.tmp', `other.json.${id}.tmp`];
    for (const name of [`ledger.json.${id}.tmp`, `ledger.records.jsonl.${id}.tmp`, ...others])
      writeFileSync(join(folder, name), '');
    await pruneRecords(path, NOW);
    expect(readdirSync(folder).sort()).toEqual([
      others[0],
      'ledger.records.jsonl',
      'ledger.records.pruned',
      others[1],
    ]);
  });

  it('follows a link to the ledger', async () => {
    const { path, text } = planted(`${PAST_END}${RECEIPT}`);
    writeFileSync(path, '{"format":2,"targets":{}}');
    const link = join(writeTempFiles({}), 'link.json');
    symlinkSync(path, link);
    expect(await pruneRecords(link, NOW)).toBe(true);
    expect(text()).toBe(RECEIPT);
  });

  it('follows a link to the records and keeps the link', async () => {
    const { recordsFile, text } = planted(`${PAST_END}${RECEIPT}`);
    const folder = writeTempFiles({});
    const link = join(folder, 'ledger.records.jsonl');
    symlinkSync(recordsFile, link);
    expect(await pruneRecords(join(folder, 'ledger.json'), NOW)).toBe(true);
    expect(readlinkSync(link)).toBe(recordsFile);
    expect(text()).toBe(RECEIPT);
  });

  it('that fails reports the cause and keeps the records', async () => {
    const { path, text } = planted(PAST_END);
    mkdirSync(path.replace('.json', '.records.pruned'));
    const failure = await rejectionOf(pruneRecords(path, NOW));
    expect(failure).toBeInstanceOf(LedgerFailure);
    expect(String(failure)).toContain('(EISDIR)');
    expect(text()).toBe(PAST_END);
  });
});
