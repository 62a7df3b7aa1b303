import { resolve } from 'node:path';
import { git } from '../language/index.ts';

/** Links to docs/runbook.md, in alarms and notifications. */
export interface Runbook {
  /** @returns the heading's path in the repository, and its URL if that is known */
  link(heading: string): string;
}

const PATH = 'docs/runbook.md';

/**
 * Finds the runbook's URL from the git remote.
 * @param root of the checkout. The URL contains no revision: otherwise each commit would change every alarm.
 */
export function locateRunbook(root: string): Runbook {
  const top = gitOutput(root, 'rev-parse', '--show-toplevel');
  const remote =
    top !== null && resolve(top) === resolve(root) ? gitOutput(root, 'remote', 'get-url', 'origin') : null;
  const url = remote === null ? null : runbookUrl(remote);
  return {
    link: (heading) => {
      const path = `${PATH}#${anchorOf(heading)}`;
      return url === null ? path : `${path} (${url}#${anchorOf(heading)})`;
    },
  };
}

/** The anchor that GitHub and GitLab generate for a heading of plain words. */
function anchorOf(heading: string): string {
  return heading.toLowerCase().replaceAll(' ', '-');
}

/** `git@HOST:OWNER/NAME.git` or `https://[USER[:TOKEN]@]HOST/OWNER/NAME.git`. */
const REMOTE = /^(?:https:\/\/(?:[^@/]*@)?|(?:ssh:\/\/)?git@)([\w.-]+)[:/]([\w./-]+?)(?:\.git)?\/?$/;

/** @returns the runbook's URL, never with a credential of the remote; `null` for a host with unknown URLs */
export function runbookUrl(remote: string): string | null {
  const [, host = '', name = ''] = REMOTE.exec(remote) ?? [];
  if (host.includes('github')) return `https://${host}/${name}/blob/HEAD/${PATH}`;
  if (host.includes('gitlab')) return `https://${host}/${name}/-/blob/HEAD/${PATH}`;
  return null;
}

function gitOutput(cwd: string, ...args: string[]): string | null {
  const { status, stdout } = git(cwd, args);
  return status === 0 ? stdout.trim() : null;
}
