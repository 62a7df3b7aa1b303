import { readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { isRecord } from '../core/decoders.ts';
import { runbookPath } from '../core/runbook.ts';
import { FROM_CHECKOUT } from './commandText.ts';
import { git } from './git.ts';

/** Links to docs/runbook.md, in alarms and notifications. */
export interface Runbook {
  /** @returns the heading's path in the repository, and its URL if that is known */
  link(heading: string): string;
  /** The same for such a path. */
  linkPath(path: string): string;
  /** @returns the URL of such a path; `null` if it is not known */
  urlOf(path: string): string | null;
}

/** Root of the checkout, or of the installed package, whose JavaScript is one folder deeper. */
const PACKAGE = join(import.meta.dirname, FROM_CHECKOUT ? '..' : '../..');

/**
 * Finds the runbook's URL: in the repository that the package names, which only a published one does, or in that of the git remote.
 * @param root of the checkout or of the package. The URL contains no revision: otherwise each commit would change every alarm.
 */
export function locateRunbook(root = PACKAGE): Runbook {
  const repository = publishedRepository(root) ?? gitRemote(root);
  const pages = repository === null ? null : pagesUrl(repository);
  const urlOf = (path: string): string | null => (pages === null ? null : `${pages}${path}`);
  const linkPath = (path: string): string => (pages === null ? path : `${path} (${pages}${path})`);
  return { link: (heading) => linkPath(runbookPath(heading)), linkPath, urlOf };
}

/** `git@HOST:OWNER/NAME.git` or `https://[USER[:TOKEN]@]HOST/OWNER/NAME.git`. */
const REMOTE =
  /^(?:(?:git\+)?https:\/\/(?:[^@/]*@)?|(?:ssh:\/\/)?git@)([\w.-]+)[:/]([\w./-]+?)(?:\.git)?\/?$/;

/**
 * @returns the URL of the folder that has `docs/`, with a slash at its end, never with a credential of the remote; `null` for a host with
 * unknown URLs
 */
export function pagesUrl(remote: string): string | null {
  const [, host = '', name = ''] = REMOTE.exec(remote) ?? [];
  if (host.includes('github')) return `https://${host}/${name}/blob/HEAD/`;
  if (host.includes('gitlab')) return `https://${host}/${name}/-/blob/HEAD/`;
  return null;
}

/** `repository` of the package, which `npm run release:pack` writes. */
function publishedRepository(root: string): string | null {
  try {
    const { repository } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
    return isRecord(repository) && typeof repository.url === 'string' ? repository.url : null;
  } catch {
    return null;
  }
}

function gitRemote(root: string): string | null {
  const top = gitOutput(root, 'rev-parse', '--show-toplevel');
  return top !== null && resolve(top) === resolve(root)
    ? gitOutput(root, 'remote', 'get-url', 'origin')
    : null;
}

function gitOutput(cwd: string, ...args: string[]): string | null {
  const { status, stdout } = git(cwd, args);
  return status === 0 ? stdout.trim() : null;
}
