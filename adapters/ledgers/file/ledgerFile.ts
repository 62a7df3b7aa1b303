import { readFile } from 'node:fs/promises';
import * as d from '../../../core/decoders.ts';
import type { LedgerState } from '../../../core/ledgerState.ts';
import { LedgerFailure } from '../../../run/portErrors.ts';
import { describeFileError, readErrorCode, replaceFile } from '../../fileSystem.ts';
import { decodeFailing } from '../decodeItems.ts';
import { STORED_NAMES } from '../formats/storedNames.ts';
import { decodeLease, type Lease } from '../lease.ts';
import type { Items } from '../ledgerItems.ts';
import { WrittenByNewer } from '../storedForm.ts';

/** The content of a ledger file: the targets that used it, by recipient key (see also `ledgerTarget.ts`). */
export interface LedgerFile {
  readonly format: number;
  readonly targets: Readonly<Record<string, TargetEntry>>;
}

export interface TargetEntry extends Pick<LedgerState, 'lastListing' | 'failing'> {
  readonly lease: Lease | null;
  /** decoded one by one by `readItems` */
  readonly items: Items;
}

export const EMPTY_ENTRY: TargetEntry = { lease: null, lastListing: null, failing: null, items: {} };

/** The format of the file, which is independent of the format of the items in it. Release 0.1.0 reads it. */
const FORMAT = 2;

const decodeFormat: d.Decoder<number> = d.oneOf([FORMAT]);

/** Keeps keys of later releases. A release whose keys must be understood writes a later format. */
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

/** A ledger file as this process last read or wrote it. */
export interface LoadedFile {
  readonly file: LedgerFile;
  /** `null` when there is no file */
  readonly bytes: Buffer | null;
}

/**
 * Reads a ledger file. A missing file is an empty ledger; an unreadable file is an error.
 * @param last what this process last read or wrote; the file is decoded again only if its bytes differ
 * @throws LedgerFailure
 */
export async function loadLedgerFile(path: string, last: LoadedFile | null = null): Promise<LoadedFile> {
  const bytes = await readBytes(path);
  if (bytes === null) return { file: { format: FORMAT, targets: {} }, bytes };
  return last?.bytes?.equals(bytes) ? last : { file: decodeText(path, bytes.toString()), bytes };
}

function decodeText(path: string, text: string): LedgerFile {
  try {
    const raw: unknown = JSON.parse(text);
    // The format is checked first: the other keys may differ in another format.
    const { format } = d.record(raw, '');
    if (typeof format === 'number' && format > FORMAT) throw new WrittenByNewer(format);
    decodeFormat(format, 'format');
    return decodeFile(raw, '');
  } catch (error) {
    if (error instanceof WrittenByNewer)
      throw new LedgerFailure(
        `ledger ${path} was written by a newer release: it has format ${error.needs}, and this release reads format ` +
          `${FORMAT}; upgrade again and do not change the file: nothing is lost`,
      );
    const problem = error instanceof d.Malformed ? error.message : 'it is not JSON';
    throw new LedgerFailure(
      `ledger ${path} is damaged: ${problem}; it was not changed: restore it, or move it away to start a new ledger`,
    );
  }
}

/** @returns `null` when there is no such file. @throws LedgerFailure */
export async function readTextFile(path: string): Promise<string | null> {
  return (await readBytes(path))?.toString() ?? null;
}

async function readBytes(path: string): Promise<Buffer | null> {
  try {
    return await readFile(path);
  } catch (cause) {
    if (readErrorCode(cause) === 'ENOENT') return null;
    throw new LedgerFailure(`ledger ${path} cannot be read ${describeFileError(cause)}`, { cause });
  }
}

/** @returns the new content of the file. @throws LedgerFailure */
export async function storeLedgerFile(
  path: string,
  file: LedgerFile,
  assertHeld: () => void,
): Promise<LoadedFile> {
  const bytes = encodeFile(file);
  await wrapWriteErrors(path, () => replaceFile(path, bytes, assertHeld));
  return { file, bytes };
}

/** JSON with one line for each item. */
function encodeFile({ targets, ...rest }: LedgerFile): Buffer {
  const entries = Object.entries(targets).map(([key, { items, ...entry }]) => {
    const lines = Object.entries(items).map(([name, item]) => encodeItem(name, item));
    const stored = { ...entry, failing: STORED_NAMES.failing.toOld(entry.failing) };
    return [Buffer.from(`${JSON.stringify(key)}:`), ...encodeWithParts(stored, 'items', lines)];
  });
  return Buffer.concat([...encodeWithParts(rest, 'targets', entries), NEWLINE]);
}

/** The object with one more key, whose value is an object of these parts. */
function encodeWithParts(
  rest: object,
  key: string,
  parts: readonly (Buffer | readonly Buffer[])[],
): Buffer[] {
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

/** Encodes an item, once: items are never changed in place, and most are the same as in the previous write. */
function encodeItem(name: string, item: unknown): Buffer {
  const holder = typeof item === 'object' ? item : null;
  const known = holder === null ? undefined : ENCODED_ITEMS.get(holder);
  if (known?.name === name) return known.line;
  const line = Buffer.from(`${JSON.stringify(name)}:${JSON.stringify(item)}`);
  if (holder !== null) ENCODED_ITEMS.set(holder, { name, line });
  return line;
}

const ENCODED_ITEMS = new WeakMap<object, NamedLine>();

/** Runs `write`. @throws LedgerFailure for every error of `write` */
export async function wrapWriteErrors(path: string, write: () => Promise<void>): Promise<void> {
  try {
    await write();
  } catch (cause) {
    if (cause instanceof LedgerFailure) throw cause;
    throw new LedgerFailure(`ledger ${path} cannot be written ${describeFileError(cause)}`, { cause });
  }
}
