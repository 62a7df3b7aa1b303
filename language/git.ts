import { spawnSync } from 'node:child_process';
import { isAbsolute } from 'node:path';

/** Time limit of one call of git, in milliseconds. In a repository of policies a call takes about ten. */
const LIMIT_MS = 5000;

/**
 * Options that prevent git from running programs that the configuration of a repository names: anyone who can write `.git/config` must
 * not run programs as the user of this process, who can read the provider's keys. Git also runs filters, text converters and external
 * diffs, so never call a command that compares the content of files, such as `status`, `diff` and `describe --dirty`.
 */
const NOTHING_RUNS = [
  '--no-pager',
  ...['core.fsmonitor=false', 'core.hooksPath=/dev/null', 'core.attributesFile=/dev/null'].flatMap(
    (setting) => ['-c', setting],
  ),
];

/** Environment variables that git gets: those of the user's configuration, and those that locate the repository and mark it as safe. */
const HANDED_ON =
  /^(HOME|XDG_CONFIG_HOME|GIT_(DIR|WORK_TREE|COMMON_DIR|CEILING_DIRECTORIES|DISCOVERY_ACROSS_FILESYSTEM|OBJECT_DIRECTORY|ALTERNATE_OBJECT_DIRECTORIES|CONFIG_(GLOBAL|SYSTEM|NOSYSTEM|COUNT|(KEY|VALUE)_\d+)))$/;

/** The result of a call of git. */
export interface GitResult {
  /** the exit code; `null` if git is not installed or did not finish in time */
  readonly status: number | null;
  readonly stdout: string;
  /** the first line of the error */
  readonly problem: string;
  /** whether it was killed at the time limit */
  readonly timedOut: boolean;
}

/** Calls git without the environment of this process, which can contain the provider's keys. */
export function git(cwd: string, args: readonly string[], limitMs = LIMIT_MS): GitResult {
  const { status, stdout, stderr, error } = spawnSync('git', [...NOTHING_RUNS, ...args], {
    cwd,
    env: environment(process.env),
    encoding: 'utf8',
    maxBuffer: 2 ** 26,
    timeout: limitMs,
    killSignal: 'SIGKILL',
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const timedOut = error !== undefined && 'code' in error && error.code === 'ETIMEDOUT';
  const why = timedOut ? `git did not finish within ${limitMs / 1000} s` : (error?.message ?? stderr);
  return {
    status: error === undefined ? status : null,
    stdout: stdout ?? '',
    problem: why.trim().split('\n')[0] ?? '',
    timedOut,
  };
}

function environment(own: NodeJS.ProcessEnv): Record<string, string> {
  const handedOn = Object.entries(own).flatMap(([name, value]) =>
    value !== undefined && HANDED_ON.test(name) ? [[name, value] as const] : [],
  );
  return {
    ...Object.fromEntries(handedOn),
    // A relative path could be in the repository, so its programs must not run.
    PATH: (own.PATH ?? '').split(':').filter(isAbsolute).join(':'),
    LC_ALL: 'C',
    GIT_OPTIONAL_LOCKS: '0',
    GIT_TERMINAL_PROMPT: '0',
    // Without this, git would fetch missing objects by a program that the repository's configuration names.
    GIT_NO_LAZY_FETCH: '1',
    GIT_ALLOW_PROTOCOL: 'none',
  };
}
