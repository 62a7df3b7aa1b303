import { readFile } from 'node:fs/promises';
import * as d from '../../../core/decode.ts';
import type { LedgerState } from '../../../core/ledger.ts';
import { LedgerFailure } from '../../../errors.ts';
import { codeOf } from '../../errorCode.ts';
import { fileCause } from '../../fileCause.ts';
import { decodeFailing } from '../codec/live.ts';
import type { Items } from '../items.ts';
import { decodeLease, type Lease } from '../lease.ts';
import { WrittenByNewer } from '../storedForm.ts';
import { replaceFile } from './replaceFile.ts';

/** What one file holds: every target that was ever run with it, by recipient key (`targets.ts` says what else). */
export interface LedgerFile {
  readonly format: number;
  readonly targets: Readonly<Record<string, Entry>>;
}

export interface Entry extends Pick<LedgerState, 'lastListing' | 'failing'> {
  readonly lease: Lease | null;
  /** read one by one: see `readItems` */
  readonly items: Items;
}

export const NO_ENTRY: Entry = { lease: null, lastListing: null, failing: null, items: {} };

/** The format of the file as a whole, which is not that of the items in it. Release 0.1.0 reads this one. */
const FORMAT = 2;

const decodeFormat: d.Decoder<number> = d.oneOf([FORMAT]);

/** Keys of later releases are kept: a release that needs them understood writes a later format. */
const decodeFile = d.open<LedgerFile>({
  format: decodeFormat,
  targets: d.map(
    d.open<Entry>({
      lease: d.orNull(decodeLease),
      lastListing: d.orNull(d.instant),
      failing: d.orNull(decodeFailing),
      items: d.record,
    }),
  ),
});

/** A file that is not there is an empty ledger; one that cannot be read is never taken for one. @throws LedgerFailure */
export async function load(path: string): Promise<LedgerFile> {
  const text = await textOf(path);
  if (text === null) return { format: FORMAT, targets: {} };
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
export async function textOf(path: string): Promise<string | null> {
  try {
    return await readFile(path, 'utf8');
  } catch (cause) {
    if (codeOf(cause) === 'ENOENT') return null;
    throw new LedgerFailure(`ledger ${path} cannot be read ${fileCause(cause)}`, { cause });
  }
}

export function store(path: string, file: LedgerFile, assertHeld: () => void): Promise<void> {
  return writing(path, () => replaceFile(path, `${JSON.stringify(file, null, 2)}\n`, assertHeld));
}

/** @throws LedgerFailure for whatever `write` throws */
export async function writing(path: string, write: () => Promise<void>): Promise<void> {
  try {
    await write();
  } catch (cause) {
    if (cause instanceof LedgerFailure) throw cause;
    throw new LedgerFailure(`ledger ${path} cannot be written ${fileCause(cause)}`, { cause });
  }
}
