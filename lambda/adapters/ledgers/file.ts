import { randomUUID } from 'node:crypto';
import { mkdir, readFile, realpath } from 'node:fs/promises';
import { dirname } from 'node:path';
import * as d from '../../core/decode.ts';
import { applyChange, EMPTY_LEDGER, type LedgerState } from '../../core/ledger.ts';
import { LedgerFailure } from '../../errors.ts';
import type { Clock, Ledger } from '../../ports.ts';
import { decodeLedgerState } from './codec.ts';
import { codeOf } from './errorCode.ts';
import { inLock } from './fileLock.ts';
import { decodeLease, isFree, type Lease, newLease } from './lease.ts';
import { replaceFile } from './replaceFile.ts';

/** What one file holds: every target that was ever run with it, by recipient key. */
interface LedgerFile {
  readonly format: typeof FORMAT;
  readonly targets: Readonly<Record<string, Entry>>;
}

interface Entry {
  readonly lease: Lease | null;
  readonly state: LedgerState;
}

const FORMAT = 1;

const decodeFormat = d.oneOf([FORMAT]);

const decodeFile = d.object<LedgerFile>({
  format: decodeFormat,
  targets: d.map(d.object<Entry>({ lease: d.orNull(decodeLease), state: decodeLedgerState })),
});

/**
 * A ledger in one JSON file, replaced as a whole, so that a crash leaves the old or the new one. A lock beside it keeps
 * writers apart for the moment of a write; the lease inside it keeps passes apart for their whole length.
 */
export function createFileLedger(path: string, clock: Clock): Ledger {
  /** Reads, changes and replaces the file while nobody else does. `change` returns `null` to leave it as it is. */
  async function update(key: string, change: (entry: Entry) => Entry | null): Promise<void> {
    const place = await placeOf(path);
    await inLock(place, async (assertHeld) => {
      const file = await load(place);
      const entry = change(file.targets[key] ?? { lease: null, state: EMPTY_LEDGER });
      if (entry === null) return;
      await store(place, { ...file, targets: { ...file.targets, [key]: entry } }, assertHeld);
    });
  }

  return {
    peek: async (key) => (await load(path)).targets[key]?.state ?? EMPTY_LEDGER,
    open: async (key, leaseMs) => {
      const token = randomUUID();
      let taken: LedgerState | null = null;
      await update(key, ({ lease, state }) => {
        if (!isFree(lease, clock.now())) return null;
        taken = state;
        return { lease: newLease(clock.now(), leaseMs, token), state };
      });
      if (taken === null) return null;
      return {
        state: taken,
        write: (changes) =>
          update(key, ({ lease, state }) => {
            if (lease?.token !== token)
              throw new LedgerFailure(`the lease on ${key} in ${path} was lost to another pass`);
            return { lease, state: changes.reduce(applyChange, state) };
          }),
        close: () =>
          update(key, ({ lease, state }) => (lease?.token === token ? { lease: null, state } : null)),
      };
    },
  };
}

/** A file that is not there is an empty ledger; one that cannot be read is never taken for one. */
async function load(path: string): Promise<LedgerFile> {
  let text: string;
  try {
    text = await readFile(path, 'utf8');
  } catch (cause) {
    if (codeOf(cause) === 'ENOENT') return { format: FORMAT, targets: {} };
    throw new LedgerFailure(`ledger ${path} cannot be read (${codeOf(cause)}); mend its permissions`, {
      cause,
    });
  }
  try {
    const raw: unknown = JSON.parse(text);
    // First of all: of another version's file, nothing else can be said.
    decodeFormat(d.record(raw, '').format, 'format');
    return decodeFile(raw, '');
  } catch (error) {
    const what = error instanceof d.Malformed ? error.message : 'it is not JSON';
    throw new LedgerFailure(
      `ledger ${path} is damaged: ${what}; it was left as it is: restore it, or move it away to begin a new one`,
    );
  }
}

async function store(path: string, file: LedgerFile, assertHeld: () => void): Promise<void> {
  try {
    await replaceFile(path, `${JSON.stringify(file, null, 2)}\n`, assertHeld);
  } catch (cause) {
    if (cause instanceof LedgerFailure) throw cause;
    throw new LedgerFailure(
      `ledger ${path} cannot be written (${codeOf(cause)}); mend its folder or free some room`,
      { cause },
    );
  }
}

/** Where the ledger is or will be: by whichever link it is reached, there is one lock, and the link stays. */
async function placeOf(path: string): Promise<string> {
  try {
    await mkdir(dirname(path), { recursive: true, mode: 0o700 });
    return await realpath(path);
  } catch (cause) {
    if (codeOf(cause) === 'ENOENT') return path;
    throw new LedgerFailure(`ledger ${path} cannot be reached (${codeOf(cause)}); mend its folder`, {
      cause,
    });
  }
}
