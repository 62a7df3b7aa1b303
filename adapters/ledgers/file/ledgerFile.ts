import { readFile } from 'node:fs/promises';
import * as d from '../../../core/decode.ts';
import type { LedgerState } from '../../../core/ledgerState.ts';
import { LedgerFailure } from '../../../run/portErrors.ts';
import { describeFileError, readErrorCode, replaceFile } from '../../fileSystem.ts';
import { decodeFailing } from '../decodeItems.ts';
import { STORED_NAMES } from '../formats/storedNames.ts';
import { decodeLease, type Lease } from '../lease.ts';
import type { Items } from '../ledgerItems.ts';
import { WrittenByNewer } from '../storedForm.ts';

/** What one file holds: every target that was ever run with it, by recipient key (`targets.ts` says what else). */
export interface LedgerFile {
  readonly format: number;
  readonly targets: Readonly<Record<string, TargetEntry>>;
}

export interface TargetEntry extends Pick<LedgerState, 'lastListing' | 'failing'> {
  readonly lease: Lease | null;
  /** read one by one: see `readItems` */
  readonly items: Items;
}

export const EMPTY_ENTRY: TargetEntry = { lease: null, lastListing: null, failing: null, items: {} };

/** The format of the file as a whole, which is not that of the items in it. Release 0.1.0 reads this one. */
const FORMAT = 2;

const decodeFormat: d.Decoder<number> = d.oneOf([FORMAT]);

/** Keys of later releases are kept: a release that needs them understood writes a later format. */
const decodeFile = d.openObject<LedgerFile>({
  format: decodeFormat,
  targets: d.map(
    d.openObject<TargetEntry>({
      lease: d.orNull(decodeLease),
      lastListing: d.orNull(d.instant),
      failing: d.orNull(decodeFailing),
      items: d.record,
    }),
  ),
});

/** A ledger file as this process read or wrote it last. */
export interface LoadedFile {
  readonly file: LedgerFile;
  /** `null`: there is no file */
  readonly bytes: Buffer | null;
}

/**
 * A file that is not there is an empty ledger; one that cannot be read is never taken for one.
 * @param last what this process read or wrote last: it is decoded again only when the file has other bytes
 * @throws LedgerFailure
 */
export async function loadLedgerFile(path: string, last: LoadedFile | null = null): Promise<LoadedFile> {
  const bytes = await bytesOf(path);
  if (bytes === null) return { file: { format: FORMAT, targets: {} }, bytes };
  return last?.bytes?.equals(bytes) ? last : { file: decoded(path, bytes.toString()), bytes };
}

function decoded(path: string, text: string): LedgerFile {
  try {
    const raw: unknown = JSON.parse(text);
    // First of all: of another version's file, nothing else can be said.
    const { format } = d.record(raw, '');
    if (typeof format === 'number' && format > FORMAT) throw new WrittenByNewer(format);
    decodeFormat(format, 'format');
    return decodeFile(raw, '');
  } catch (error) {
    if (error instanceof WrittenByNewer)
      throw new LedgerFailure(
        `ledger ${path} was written by a newer release: it is of format ${error.needs}, and this release reads format ` +
          `${FORMAT}; upgrade again, and leave it as it is: nothing is lost`,
      );
    const what = error instanceof d.Malformed ? error.message : 'it is not JSON';
    throw new LedgerFailure(
      `ledger ${path} is damaged: ${what}; it was left as it is: restore it, or move it away to begin a new one`,
    );
  }
}

/** `null`: there is no such file. @throws LedgerFailure */
export async function readTextFile(path: string): Promise<string | null> {
  return (await bytesOf(path))?.toString() ?? null;
}

async function bytesOf(path: string): Promise<Buffer | null> {
  try {
    return await readFile(path);
  } catch (cause) {
    if (readErrorCode(cause) === 'ENOENT') return null;
    throw new LedgerFailure(`ledger ${path} cannot be read ${describeFileError(cause)}`, { cause });
  }
}

/** @returns what is in the file now. @throws LedgerFailure */
export async function storeLedgerFile(
  path: string,
  file: LedgerFile,
  assertHeld: () => void,
): Promise<LoadedFile> {
  const bytes = asBytes(file);
  await wrapWriteErrors(path, () => replaceFile(path, bytes, assertHeld));
  return { file, bytes };
}

/** JSON, a line an item. */
function asBytes({ targets, ...rest }: LedgerFile): Buffer {
  const entries = Object.entries(targets).map(([key, { items, ...entry }]) => {
    const lines = Object.entries(items).map(([name, item]) => lineOf(name, item));
    const stored = { ...entry, failing: STORED_NAMES.failing.toOld(entry.failing) };
    return [Buffer.from(`${JSON.stringify(key)}:`), ...withPart(stored, 'items', lines)];
  });
  return Buffer.concat([...withPart(rest, 'targets', entries), NEWLINE]);
}

/** An object with one more key, of these parts. */
function withPart(rest: object, key: string, parts: readonly (Buffer | readonly Buffer[])[]): Buffer[] {
  const others = JSON.stringify(rest).slice(1, -1);
  const begin = `{${others === '' ? '' : `${others},\n`}${JSON.stringify(key)}:{\n`;
  const separated = parts.flatMap((part, i) => (i === 0 ? part : [SEPARATOR, part].flat()));
  return [Buffer.from(begin), ...separated, Buffer.from('\n}}')];
}

const NEWLINE = Buffer.from('\n');
const SEPARATOR = Buffer.from(',\n');

interface NamedLine {
  readonly name: string;
  readonly line: Buffer;
}

/** Items are never changed in place, and most of thousands are the same as in the write before: each is encoded once. */
function lineOf(name: string, item: unknown): Buffer {
  const holder = typeof item === 'object' ? item : null;
  const known = holder === null ? undefined : LINES.get(holder);
  if (known?.name === name) return known.line;
  const line = Buffer.from(`${JSON.stringify(name)}:${JSON.stringify(item)}`);
  if (holder !== null) LINES.set(holder, { name, line });
  return line;
}

const LINES = new WeakMap<object, NamedLine>();

/** @throws LedgerFailure for whatever `write` throws */
export async function wrapWriteErrors(path: string, write: () => Promise<void>): Promise<void> {
  try {
    await write();
  } catch (cause) {
    if (cause instanceof LedgerFailure) throw cause;
    throw new LedgerFailure(`ledger ${path} cannot be written ${describeFileError(cause)}`, { cause });
  }
}
