import { spawnSync } from 'node:child_process';
import { isAbsolute } from 'node:path';

/** How long one call of git may take, in milliseconds: over a repository of policies it takes some ten. */
const LIMIT_MS = 5000;

/**
 * Switches off what the configuration of a repository can make git run: who can write a repository's `.git/config` must not run
 * programs as the user of this process, who can read the provider's keys. Beside these, git runs filters, converters for diffs and
 * external diffs: so no command may be called that compares the content of files, as `status`, `diff` and `describe --dirty` do.
 */
const NOTHING_RUNS = [
  '--no-pager',
  ...['core.fsmonitor=false', 'core.hooksPath=/dev/null', 'core.attributesFile=/dev/null'].flatMap(
    (setting) => ['-c', setting],
  ),
];

/** As for people's own use; and what git needs to find the repository, and to take it for safe, where the caller set it. */
const HANDED_ON =
  /^(HOME|XDG_CONFIG_HOME|GIT_(DIR|WORK_TREE|COMMON_DIR|CEILING_DIRECTORIES|DISCOVERY_ACROSS_FILESYSTEM|OBJECT_DIRECTORY|ALTERNATE_OBJECT_DIRECTORIES|CONFIG_(GLOBAL|SYSTEM|NOSYSTEM|COUNT|(KEY|VALUE)_\d+)))$/;

/** What came of a call of git. */
export interface GitResult {
  /** `null`: git is not there, or did not end in time */
  readonly status: number | null;
  readonly stdout: string;
  /** why it failed, in one line */
  readonly problem: string;
  /** it was ended, because its time was over */
  readonly timedOut: boolean;
}

/** Calls git, without the environment of this process: the provider's keys can be in it. */
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
  const why = timedOut ? `git did not end within ${limitMs / 1000} s` : (error?.message ?? stderr);
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
    // A relative folder would be one of the repository.
    PATH: (own.PATH ?? '').split(':').filter(isAbsolute).join(':'),
    LC_ALL: 'C',
    GIT_OPTIONAL_LOCKS: '0',
    GIT_TERMINAL_PROMPT: '0',
    // A repository that lacks objects would have them fetched, by a program that its configuration names.
    GIT_NO_LAZY_FETCH: '1',
    GIT_ALLOW_PROTOCOL: 'none',
  };
}
