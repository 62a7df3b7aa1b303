import { resolve } from 'node:path';
import { git } from '../language/index.ts';

/** Where whoever is woken finds what to do. */
export interface Runbook {
  /** of a heading: its path in the repository, and its address where that is known */
  link(heading: string): string;
}

const PATH = 'docs/runbook.md';

/**
 * @param root of the checkout. The address is that of its remote, without a revision: a text that changed with every commit
 *   would change every alarm with it.
 */
export function locateRunbook(root: string): Runbook {
  const top = output(root, 'rev-parse', '--show-toplevel');
  const remote =
    top !== null && resolve(top) === resolve(root) ? output(root, 'remote', 'get-url', 'origin') : null;
  const address = remote === null ? null : runbookUrl(remote);
  return {
    link: (heading) => {
      const path = `${PATH}#${anchorOf(heading)}`;
      return address === null ? path : `${path} (${address}#${anchorOf(heading)})`;
    },
  };
}

/** As GitHub and GitLab make it of a heading of plain words. */
function anchorOf(heading: string): string {
  return heading.toLowerCase().replaceAll(' ', '-');
}

/** `git@HOST:OWNER/NAME.git` or `https://[USER[:TOKEN]@]HOST/OWNER/NAME.git`, at a host whose pages have a known form. */
const REMOTE = /^(?:https:\/\/(?:[^@/]*@)?|(?:ssh:\/\/)?git@)([\w.-]+)[:/]([\w./-]+?)(?:\.git)?\/?$/;

/** @returns the page of the runbook, never with a credential of the remote in it; `null` when its form is not known */
export function runbookUrl(remote: string): string | null {
  const [, host = '', name = ''] = REMOTE.exec(remote) ?? [];
  if (host.includes('github')) return `https://${host}/${name}/blob/HEAD/${PATH}`;
  if (host.includes('gitlab')) return `https://${host}/${name}/-/blob/HEAD/${PATH}`;
  return null;
}

function output(cwd: string, ...args: string[]): string | null {
  const { status, stdout } = git(cwd, args);
  return status === 0 ? stdout.trim() : null;
}
