import { randomUUID } from 'node:crypto';
import { mkdir, readFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { lock } from 'proper-lockfile';
import writeFileAtomic from 'write-file-atomic';
import * as d from '../../core/decode.ts';
import { applyChange, EMPTY_LEDGER, type LedgerState } from '../../core/ledger.ts';
import { LedgerFailure } from '../../errors.ts';
import type { Clock, Ledger } from '../../ports.ts';
import { decodeLedgerState } from './codec.ts';
import { decodeLease, isFree, type Lease, newLease } from './lease.ts';

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

const decodeFile = d.object<LedgerFile>({
  format: d.oneOf([FORMAT]),
  targets: d.map(d.object<Entry>({ lease: d.orNull(decodeLease), state: decodeLedgerState })),
});

/**
 * A ledger in one JSON file, replaced as a whole, so that a crash leaves the old or the new one. A lock beside it keeps
 * writers apart for the moment of a write; the lease inside it keeps passes apart for their whole length.
 */
export function createFileLedger(path: string, clock: Clock): Ledger {
  /** Reads, changes and replaces the file while nobody else does. `change` returns `null` to leave it as it is. */
  async function update(key: string, change: (entry: Entry) => Entry | null): Promise<void> {
    await inLock(path, async () => {
      const file = await load(path);
      const entry = change(file.targets[key] ?? { lease: null, state: EMPTY_LEDGER });
      if (entry !== null) await store(path, { ...file, targets: { ...file.targets, [key]: entry } });
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
    return decodeFile(JSON.parse(text), '');
  } catch (error) {
    const what = error instanceof d.Malformed ? error.message : 'it is not JSON';
    throw new LedgerFailure(
      `ledger ${path} is damaged: ${what}; it was left as it is: restore it, or move it away to begin a new one`,
    );
  }
}

async function store(path: string, file: LedgerFile): Promise<void> {
  try {
    await writeFileAtomic(path, `${JSON.stringify(file, null, 2)}\n`, { mode: 0o600 });
  } catch (cause) {
    throw new LedgerFailure(
      `ledger ${path} cannot be written (${codeOf(cause)}); mend its folder or free some room`,
      { cause },
    );
  }
}

async function inLock(path: string, work: () => Promise<void>): Promise<void> {
  let release: () => Promise<void>;
  try {
    await mkdir(dirname(path), { recursive: true, mode: 0o700 });
    release = await lock(path, {
      realpath: false,
      stale: 10_000,
      retries: { retries: 20, minTimeout: 20, maxTimeout: 500 },
    });
  } catch (cause) {
    throw new LedgerFailure(
      `ledger ${path} cannot be locked (${codeOf(cause)}); is another process stuck on ${path}.lock?`,
      {
        cause,
      },
    );
  }
  try {
    await work();
  } finally {
    await release();
  }
}

function codeOf(error: unknown): string {
  return typeof error === 'object' && error !== null && 'code' in error ? String(error.code) : String(error);
}
