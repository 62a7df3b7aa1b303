import { readlink, realpath, stat } from 'node:fs/promises';
import { dirname } from 'node:path';
import { LedgerFailure } from '../../../run/portErrors.ts';
import { describeFileError, makeFolder, readErrorCode } from '../../fileSystem.ts';

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
