import { readlink, realpath, stat } from 'node:fs/promises';
import { dirname } from 'node:path';
import { LedgerFailure } from '../../../run/portErrors.ts';
import { describeFileError, makeFolder, readErrorCode } from '../../fileSystem.ts';

/** As many as Linux follows. */
const MOST_LINKS = 40;

/** Where the ledger is or will be: by whichever link it is reached, there is one lock, and the link stays. */
export async function prepareLedgerPath(path: string): Promise<string> {
  try {
    await makeFolder(dirname(path), 0o700);
  } catch (cause) {
    throw unreachable(path, cause);
  }
  const place = await resolveLinks(path);
  // Fail closed: a folder made here could be on another disk than the one that is not mounted yet.
  if (place !== path && !(await isThere(dirname(place))))
    throw new LedgerFailure(
      `ledger ${path} is a link to ${place}, in a folder that does not exist; make the folder, mount its disk, or remove the link`,
    );
  return place;
}

/** As `placeOf`, for readers: it makes no folder. @throws LedgerFailure */
export async function resolveLinks(path: string): Promise<string> {
  try {
    let at = path;
    for (let links = 0; links <= MOST_LINKS; links += 1) {
      const next = await nextOf(at);
      if (next === null) return at;
      at = next;
    }
    throw Object.assign(new Error('too many links'), { code: 'ELOOP' });
  } catch (cause) {
    throw unreachable(path, cause);
  }
}

/** What a path stands for, one step further where it does not exist; `null`: nothing else. */
async function nextOf(path: string): Promise<string | null> {
  const real = await orNull(realpath(path), 'ENOENT');
  if (real !== null) return real === path ? null : real;
  const target = await orNull(readlink(path), 'ENOENT', 'EINVAL');
  if (target === null) return null;
  // Not simplified: what comes before `..` may be a link itself.
  return target.startsWith('/') ? target : `${await realpath(dirname(path))}/${target}`;
}

async function isThere(path: string): Promise<boolean> {
  return (await orNull(stat(path), 'ENOENT')) !== null;
}

async function orNull<T>(promise: Promise<T>, ...codes: readonly string[]): Promise<T | null> {
  try {
    return await promise;
  } catch (cause) {
    if (codes.includes(readErrorCode(cause))) return null;
    throw cause;
  }
}

function unreachable(path: string, cause: unknown): LedgerFailure {
  // Where it was only missing, it would have been made.
  const why =
    readErrorCode(cause) === 'ENOENT'
      ? '(ENOENT): its folder cannot be made; name a file in another folder'
      : describeFileError(cause);
  return new LedgerFailure(`ledger ${path} cannot be reached ${why}`, { cause });
}
