import fs, { type BigIntStats, type PathLike, statSync, type TimeLike } from 'node:fs';
import { readlink, realpath, rmdir, stat } from 'node:fs/promises';
import { dirname } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { lock } from 'proper-lockfile';
import { LedgerFailure } from '../../../run/portErrors.ts';
import { describeFileError, makeFolder, readErrorCode } from '../../fileSystem.ts';

/** After this time without renewal, a lock belongs to a dead process, in milliseconds. */
const STALE_MS = 10_000;
/** Interval of lock renewals, in milliseconds. Release 0.1.0 renews every 5 s. */
const RENEWED_MS = 2000;
/** How long to wait for a lock, in milliseconds: longer than the lock of a dead process lasts. */
const PATIENCE_MS = 15_000;

/**
 * Runs `work` while no other process holds the lock on the path, whose folder must exist. Ages of locks are measured with a
 * monotonic clock, because the wall clock may be set while a lock is held.
 * @param work gets a check to call right before it writes; the check throws if another process may have the lock by now
 * @throws LedgerFailure
 */
export async function withFileLock(
  path: string,
  work: (assertHeld: () => void) => Promise<void>,
): Promise<void> {
  let lost = false;
  const requestedAt = performance.now();
  const { release, renewedAt } = await acquire(path, requestedAt, () => {
    lost = true;
  });
  const ours = lockIdentity(path);
  const assertHeld = (): void => {
    // Fail closed: while this process was suspended, another process may have removed its lock as stale.
    if (
      lost ||
      performance.now() - renewedAt() >= STALE_MS / 2 ||
      ours === null ||
      lockIdentity(path) !== ours
    )
      throw new LedgerFailure(`ledger ${path} was not changed: another process may hold its lock by now`);
  };
  try {
    await work(assertHeld);
  } finally {
    // A lock that cannot be released becomes stale.
    await release().catch(() => undefined);
  }
}

interface AcquiredLock {
  readonly release: () => Promise<void>;
  /** `performance.now()` before the lock was created or last renewed */
  readonly renewedAt: () => number;
}

async function acquire(path: string, requestedAt: number, onCompromised: () => void): Promise<AcquiredLock> {
  let seenLock: ObservedLock | null = null;
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
      // The library compares lock times with the wall clock. `Infinity` disables that check.
      const never = { stale: Number.POSITIVE_INFINITY, update: RENEWED_MS };
      const release = await lock(path, { realpath: false, fs: observed, ...never, onCompromised });
      return { release, renewedAt: () => renewed };
    } catch (cause) {
      if (readErrorCode(cause) !== 'ELOCKED') throw lockFailure(path, cause);
    }
    seenLock = await observeLock(path, seenLock);
    if (seenLock !== null && performance.now() - seenLock.since >= STALE_MS) {
      await removeStale(path);
      seenLock = null;
      continue;
    }
    if (performance.now() - requestedAt >= PATIENCE_MS)
      throw new LedgerFailure(
        `ledger ${path} is locked for more than ${PATIENCE_MS / 1000} s: is another process stuck on ${path}.lock?`,
      );
    await pause(20);
  }
}

/** The lock of another process, and since when this process has seen it unchanged. */
interface ObservedLock {
  readonly seen: string;
  /** `performance.now()` */
  readonly since: number;
}

/** Reads the lock of another process. Renewals change its times. @returns `null` when there is no lock */
async function observeLock(path: string, before: ObservedLock | null): Promise<ObservedLock | null> {
  let found: BigIntStats;
  try {
    found = await stat(`${path}.lock`, { bigint: true });
  } catch (cause) {
    if (readErrorCode(cause) === 'ENOENT') return null;
    throw lockFailure(path, cause);
  }
  if (!found.isDirectory()) throw lockFailure(path, Object.assign(new Error('a file'), { code: 'ENOTDIR' }));
  const seen = `${identityOf(found)} ${found.mtimeNs} ${found.ctimeNs}`;
  return before?.seen === seen ? before : { seen, since: performance.now() };
}

async function removeStale(path: string): Promise<void> {
  try {
    await rmdir(`${path}.lock`);
  } catch (cause) {
    // Another waiting process has already removed it.
    if (readErrorCode(cause) !== 'ENOENT') throw lockFailure(path, cause);
  }
}

/** Identifies the folder that is the lock. A folder that was removed and created again has another identity. @returns `null` when there is none */
function lockIdentity(path: string): string | null {
  const found = statSync(`${path}.lock`, { bigint: true, throwIfNoEntry: false });
  return found === undefined ? null : identityOf(found);
}

/** Includes the creation time, because inode numbers are reused. */
function identityOf({ dev, ino, birthtimeNs }: BigIntStats): string {
  return `${dev} ${ino} ${birthtimeNs}`;
}

function lockFailure(path: string, cause: unknown): LedgerFailure {
  return new LedgerFailure(`ledger ${path} cannot be locked ${describeLockFailure(path, cause)}`, { cause });
}

function describeLockFailure(path: string, cause: unknown): string {
  const code = readErrorCode(cause);
  if (code === 'ENOTDIR' || code === 'ENOTEMPTY')
    return `(${code}): ${path}.lock is not a lock of vif-acceptor; move it away`;
  // A missing folder would have been created before.
  if (code === 'ENOENT')
    return `(${code}): its folder does not allow new files; use a file in another folder`;
  return describeFileError(cause);
}

/** Maximum number of links to follow, as on Linux. */
const MAX_LINKS = 40;

/** Resolves the path of a ledger that will be written, and creates its folder. Links are resolved so that all paths to a ledger share one lock, and the link is kept. */
export async function prepareLedgerPath(path: string): Promise<string> {
  try {
    await makeFolder(dirname(path), 0o700);
  } catch (cause) {
    throw pathFailure(path, cause);
  }
  const place = await resolveLinks(path);
  // Fail closed: if the disk of the ledger is not mounted yet, a folder created here would be on another disk.
  if (place !== path && !(await folderExists(dirname(place))))
    throw new LedgerFailure(
      `ledger ${path} is a link to ${place}, in a folder that does not exist; create the folder, mount its disk, or remove the link`,
    );
  return place;
}

/** Resolves the links of a path, whose file need not exist. Creates nothing. @throws LedgerFailure */
export async function resolveLinks(path: string): Promise<string> {
  try {
    let at = path;
    for (let links = 0; links <= MAX_LINKS; links += 1) {
      const next = await resolveOneStep(at);
      if (next === null) return at;
      at = next;
    }
    throw Object.assign(new Error('too many links'), { code: 'ELOOP' });
  } catch (cause) {
    throw pathFailure(path, cause);
  }
}

/** Resolves a path, or one link of it if the file does not exist; `null` when there is nothing left to resolve. */
async function resolveOneStep(path: string): Promise<string | null> {
  const real = await nullForCodes(realpath(path), 'ENOENT');
  if (real !== null) return real === path ? null : real;
  const target = await nullForCodes(readlink(path), 'ENOENT', 'EINVAL');
  if (target === null) return null;
  // Not normalised: the part before `..` may itself be a link.
  return target.startsWith('/') ? target : `${await realpath(dirname(path))}/${target}`;
}

async function folderExists(path: string): Promise<boolean> {
  return (await nullForCodes(stat(path), 'ENOENT')) !== null;
}

async function nullForCodes<T>(promise: Promise<T>, ...codes: readonly string[]): Promise<T | null> {
  try {
    return await promise;
  } catch (cause) {
    if (codes.includes(readErrorCode(cause))) return null;
    throw cause;
  }
}

function pathFailure(path: string, cause: unknown): LedgerFailure {
  // A missing folder would have been created before.
  const why =
    readErrorCode(cause) === 'ENOENT'
      ? '(ENOENT): its folder cannot be created; use a file in another folder'
      : describeFileError(cause);
  return new LedgerFailure(`ledger ${path} cannot be reached ${why}`, { cause });
}
