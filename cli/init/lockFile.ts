import { spawnSync } from 'node:child_process';
import { isAbsolute } from 'node:path';

/** Time limit of npm, in milliseconds: on a slow connection it reads the descriptions of some hundred packages. */
const LIMIT_MS = 5 * 60_000;

/** Variables of this program and of the providers: npm needs no key of a cloud. */
const WITHHELD = /^(AWS|OSC|OUTSCALE|VIF_ACCEPTOR|GITHUB|GITLAB|CI_JOB)_/i;

/** Only descriptions of packages are read: nothing is installed or executed. */
const ARGUMENTS = ['install', '--package-lock-only', '--ignore-scripts', '--no-audit', '--no-fund'];

/** Writes package-lock.json into a new policy repository. @returns `null`, or why it was not written */
export function writeLockFile(folder: string): string | null {
  const { status, stderr, error } = spawnSync('npm', ARGUMENTS, {
    cwd: folder,
    env: environment(process.env),
    encoding: 'utf8',
    timeout: LIMIT_MS,
    killSignal: 'SIGKILL',
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  if (error !== undefined) return `npm cannot be started (${error.message})`;
  if (status === 0) return null;
  const [line = ''] = stderr.split('\n').filter((text) => text.trim() !== '');
  return `npm ended with exit code ${status}: ${line}`;
}

function environment(own: NodeJS.ProcessEnv): Record<string, string> {
  const handedOn = Object.entries(own).flatMap(([name, value]) =>
    value !== undefined && !WITHHELD.test(name) ? [[name, value] as const] : [],
  );
  // A relative path could be in the new repository, so its programs must not run.
  return { ...Object.fromEntries(handedOn), PATH: (own.PATH ?? '').split(':').filter(isAbsolute).join(':') };
}
