import { spawnSync } from 'node:child_process';
import { copyFileSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, isAbsolute, join } from 'node:path';
import { escapeInvisible } from '../../core/printableText.ts';

export const LOCK_FILE = 'package-lock.json';

/** What npm reads of a repository. */
const READ_BY_NPM = ['package.json', '.npmrc'];

/** Time limit of npm, in milliseconds: on a slow connection it reads the descriptions of some hundred packages. */
const LIMIT_MS = 5 * 60_000;

/** Variables of this program, of providers and of CI systems: npm needs no key of a cloud. */
const WITHHELD = /^(AWS|OSC|OUTSCALE|VIF_ACCEPTOR|GITHUB|GITLAB|CI_JOB)_/i;

/** Time limit of `node --version`, in milliseconds. */
const VERSION_LIMIT_MS = 10_000;

/** Only descriptions of packages are read: nothing is installed or executed. */
const ARGUMENTS = ['install', '--package-lock-only', '--ignore-scripts', '--no-audit', '--no-fund'];

/** The text of the lock, or why npm could not make it. */
export type LockResult = { readonly text: string } | { readonly problem: string };

/**
 * Makes package-lock.json for the files of a repository, by npm in a temporary folder: if it fails, the repository is not begun.
 * @param tarball of the tool, if it is installed from one
 */
export function createLockFile(files: ReadonlyMap<string, string>, tarball: string | null): LockResult {
  const folder = mkdtempSync(join(tmpdir(), 'vif-acceptor-init-'));
  try {
    for (const path of READ_BY_NPM) writeFileSync(join(folder, path), files.get(path) ?? '');
    if (tarball !== null) copyFileSync(tarball, join(folder, basename(tarball)));
    const problem = callNpm(folder);
    return problem === null ? { text: readFileSync(join(folder, LOCK_FILE), 'utf8') } : { problem };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** @returns `null`, or why it failed */
function callNpm(folder: string): string | null {
  const { status, stderr, error } = spawnSync('npm', ARGUMENTS, {
    cwd: folder,
    env: environment(process.env),
    encoding: 'utf8',
    timeout: LIMIT_MS,
    killSignal: 'SIGKILL',
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  if (error !== undefined) return `npm cannot be run (${error.message})`;
  if (status === 0) return null;
  const lines = stderr.split('\n').filter((line) => line.trim() !== '');
  return escapeInvisible(`npm ended with exit code ${status}: ${lines.slice(0, 2).join('; ')}`);
}

/** The version of the Node in PATH, which will run the repository, such as `24.21.0`; `null`: there is none, or it does not say. */
export function readNodeInPath(): string | null {
  const { status, stdout } = spawnSync('node', ['--version'], {
    env: environment(process.env),
    encoding: 'utf8',
    timeout: VERSION_LIMIT_MS,
    killSignal: 'SIGKILL',
    stdio: ['ignore', 'pipe', 'ignore'],
  });
  return status === 0 ? (/^v(\d+\.\d+\.\d+)/.exec(stdout)?.[1] ?? null) : null;
}

function environment(own: NodeJS.ProcessEnv): Record<string, string> {
  const handedOn = Object.entries(own).flatMap(([name, value]) =>
    value !== undefined && !WITHHELD.test(name) ? [[name, value] as const] : [],
  );
  return { ...Object.fromEntries(handedOn), PATH: (own.PATH ?? '').split(':').filter(isAbsolute).join(':') };
}
