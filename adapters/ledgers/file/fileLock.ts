import fs, { type BigIntStats, type PathLike, statSync, type TimeLike } from 'node:fs';
import { rmdir, stat } from 'node:fs/promises';
import { setTimeout as pause } from 'node:timers/promises';
import { lock } from 'proper-lockfile';
import { LedgerFailure } from '../../../run/portErrors.ts';
import { describeFileError, readErrorCode } from '../../fileSystem.ts';

/** A lock that was not renewed for so long is that of a dead process, in milliseconds. */
const STALE_MS = 10_000;
/** How often a lock is renewed. Release 0.1.0 does so every 5 s. */
const RENEWED_MS = 2000;
/** How long to wait for a lock: longer than that of a dead process stands. */
const PATIENCE_MS = 15_000;

/**
 * Runs `work` while no other process does on the same path, whose folder must exist. No wall clock decides: it may be
 * set while a lock is held or waited for, and a lock would then seem older or younger than it is.
 * @param work is given a check that throws once the lock may be another's: for right before it writes
 * @throws LedgerFailure
 */
export async function withFileLock(
  path: string,
  work: (assertHeld: () => void) => Promise<void>,
): Promise<void> {
  let lost = false;
  const asked = performance.now();
  const { release, renewedAt } = await take(path, asked, () => {
    lost = true;
  });
  const ours = folderOf(path);
  const assertHeld = (): void => {
    // Fail closed: while this process was suspended, another may have taken the lock for that of a dead one.
    if (lost || performance.now() - renewedAt() >= STALE_MS / 2 || ours === null || folderOf(path) !== ours)
      throw new LedgerFailure(`ledger ${path} was left as it is: its lock may be another process's by now`);
  };
  try {
    await work(assertHeld);
  } finally {
    // A lock that cannot be given back goes stale by itself.
    await release().catch(() => undefined);
  }
}

interface Taken {
  readonly release: () => Promise<void>;
  /** before the lock was made or renewed last, by `performance.now` */
  readonly renewedAt: () => number;
}

async function take(path: string, asked: number, onCompromised: () => void): Promise<Taken> {
  let watched: Watched | null = null;
  for (;;) {
    let renewed = performance.now();
    const observed = {
      ...fs,
      utimes: (lockPath: PathLike, accessed: TimeLike, changed: TimeLike, done: fs.NoParamCallback) => {
        const begun = performance.now();
        fs.utimes(lockPath, accessed, changed, (error) => {
          if (error === null) renewed = begun;
          done(error);
        });
      },
    };
    try {
      // It compares the time of a lock with the wall clock to see whether it is stale: for ever is never.
      const never = { stale: Number.POSITIVE_INFINITY, update: RENEWED_MS };
      const release = await lock(path, { realpath: false, fs: observed, ...never, onCompromised });
      return { release, renewedAt: () => renewed };
    } catch (cause) {
      if (readErrorCode(cause) !== 'ELOCKED') throw unlockable(path, cause);
    }
    watched = await watch(path, watched);
    if (watched !== null && performance.now() - watched.since >= STALE_MS) {
      await removeStale(path);
      watched = null;
      continue;
    }
    if (performance.now() - asked >= PATIENCE_MS)
      throw new LedgerFailure(
        `ledger ${path} is locked for more than ${PATIENCE_MS / 1000} s: is another process stuck on ${path}.lock?`,
      );
    await pause(20);
  }
}

/** A lock of another process, as it was since this process first saw it so. */
interface Watched {
  readonly seen: string;
  /** by `performance.now` */
  readonly since: number;
}

/** Looks at the lock of another process. Its holder renews it, which changes its times. @returns `null`: there is none */
async function watch(path: string, before: Watched | null): Promise<Watched | null> {
  let found: BigIntStats;
  try {
    found = await stat(`${path}.lock`, { bigint: true });
  } catch (cause) {
    if (readErrorCode(cause) === 'ENOENT') return null;
    throw unlockable(path, cause);
  }
  if (!found.isDirectory()) throw unlockable(path, Object.assign(new Error('a file'), { code: 'ENOTDIR' }));
  const seen = `${identityOf(found)} ${found.mtimeNs} ${found.ctimeNs}`;
  return before?.seen === seen ? before : { seen, since: performance.now() };
}

async function removeStale(path: string): Promise<void> {
  try {
    await rmdir(`${path}.lock`);
  } catch (cause) {
    // Another process that waited for it was first.
    if (readErrorCode(cause) !== 'ENOENT') throw unlockable(path, cause);
  }
}

/** Which folder the lock is: one that was removed and made again is another. @returns `null`: there is none */
function folderOf(path: string): string | null {
  const found = statSync(`${path}.lock`, { bigint: true, throwIfNoEntry: false });
  return found === undefined ? null : identityOf(found);
}

/** The number of a folder may be that of one that was removed; the time at which it was made is not. */
function identityOf({ dev, ino, birthtimeNs }: BigIntStats): string {
  return `${dev} ${ino} ${birthtimeNs}`;
}

function unlockable(path: string, cause: unknown): LedgerFailure {
  return new LedgerFailure(`ledger ${path} cannot be locked ${whyNot(path, cause)}`, { cause });
}

function whyNot(path: string, cause: unknown): string {
  const code = readErrorCode(cause);
  if (code === 'ENOTDIR' || code === 'ENOTEMPTY')
    return `(${code}): ${path}.lock is no lock of vif-acceptor; move it away`;
  // Where its folder was only missing, it was made before.
  if (code === 'ENOENT') return `(${code}): nothing can be made in its folder; name a file in another folder`;
  return describeFileError(cause);
}
