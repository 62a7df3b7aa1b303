import { Octokit } from '@octokit/core';
import { retry } from '@octokit/plugin-retry';
import { throttling } from '@octokit/plugin-throttling';
import { isLoopback } from '../../adapters/endpoint.ts';
import { escapeLong, quoteTrusted } from '../../core/printableText.ts';
import { ForgeFailure, type ForgeFailureKind, UsageError } from '../options.ts';

/** A repository at GitHub, with a client that waits and retries as GitHub asks for. */
export interface Repository {
  readonly octokit: Octokit;
  readonly owner: string;
  readonly repo: string;
}

/** Where the repository is, and the token: as the environment of a workflow gives them. */
export interface RepositorySettings {
  readonly apiUrl: string;
  readonly token: string;
  readonly owner: string;
  readonly repo: string;
}

type Environment = Readonly<Record<string, string | undefined>>;

/**
 * Reads the settings of the repository.
 * @param named `OWNER/NAME` of the option; `undefined`: that of the environment
 * @returns `null` when there is no token
 * @throws UsageError
 */
export function readRepositorySettings(
  env: Environment,
  named: string | undefined,
): RepositorySettings | null {
  const { GITHUB_TOKEN: token = '', GITHUB_API_URL: url = 'https://api.github.com' } = env;
  if (token === '') return null;
  const full = named ?? env.GITHUB_REPOSITORY ?? '';
  const [, owner, repo] = /^([A-Za-z0-9-]{1,39})\/([\w.-]{1,100})$/.exec(full) ?? [];
  if (owner === undefined || repo === undefined)
    throw new UsageError(
      `the repository must be OWNER/NAME, got ${quoteTrusted(full)}; name it with \`--repository\`, or in GITHUB_REPOSITORY`,
    );
  return { apiUrl: validateApiUrl(url), token, owner, repo };
}

/** Fail closed: the token must not be sent over a connection that others can read. */
function validateApiUrl(text: string): string {
  const url = URL.canParse(text) ? new URL(text) : null;
  const isSafe = url?.protocol === 'https:' || (url?.protocol === 'http:' && isLoopback(text));
  // The text is not quoted where it may contain a password.
  if (url === null || !isSafe || url.username !== '' || url.password !== '')
    throw new UsageError(
      'GITHUB_API_URL must be a URL with https (http on loopback) and without a user name, such as `https://api.github.com`',
    );
  return text.replace(/\/+$/, '');
}

/** The longest wait that GitHub can ask for in one answer, in seconds. A workflow that waits longer is better started again. */
const MAX_WAIT = 120;
const MAX_RETRIES = 3;
const TIMEOUT_MS = 30_000;

/** Settings of the plugins that replace ours: how long they wait. */
export interface WaitSettings {
  readonly throttle?: Readonly<Record<string, unknown>>;
  readonly retry?: Readonly<Record<string, unknown>>;
}

/** @param report receives a line about each wait */
export function openRepository(
  { apiUrl, token, owner, repo }: RepositorySettings,
  report: (line: string) => void,
  settings: WaitSettings = {},
): Repository {
  const silent = (): void => undefined;
  const waits = (limit: string) => (seconds: number, _: unknown, __: unknown, retries: number) => {
    const isWorthIt = seconds <= MAX_WAIT && retries < MAX_RETRIES;
    if (isWorthIt) report(`GitHub's ${limit} is reached: waiting ${seconds} s`);
    return isWorthIt;
  };
  const octokit = new (Octokit.plugin(retry, throttling))({
    auth: token,
    baseUrl: apiUrl,
    userAgent: 'vif-acceptor',
    log: { debug: silent, info: silent, warn: silent, error: silent },
    request: {
      fetch: (url: string, options: RequestInit) =>
        fetch(url, { ...options, signal: AbortSignal.timeout(TIMEOUT_MS) }),
    },
    throttle: {
      id: `${owner}/${repo}`,
      onRateLimit: waits('rate limit'),
      onSecondaryRateLimit: waits('secondary rate limit'),
      ...settings.throttle,
    },
    retry: { ...settings.retry },
  });
  return { octokit, owner, repo };
}

/** Makes a call, and turns its failure into one with a kind. @param what the rest of `cannot …` */
export async function call<T>(what: string, make: () => Promise<T>): Promise<T> {
  try {
    return await make();
  } catch (error) {
    throw toFailure(what, error);
  }
}

/** As `call`, for a call that may be refused with this status: `null` then. */
export async function callUnless<T>(
  statuses: readonly number[],
  what: string,
  make: () => Promise<T>,
): Promise<T | null> {
  try {
    return await make();
  } catch (error) {
    if (isHttpError(error) && statuses.includes(error.status)) return null;
    throw toFailure(what, error);
  }
}

/** An error of octokit: an answer that is an error, or no answer (status 500 without a response). */
interface HttpError extends Error {
  readonly status: number;
  readonly response?: { readonly headers?: Readonly<Record<string, unknown>> };
}

function isHttpError(error: unknown): error is HttpError {
  return error instanceof Error && 'status' in error && typeof error.status === 'number';
}

function toFailure(what: string, error: unknown): unknown {
  // GraphQL reports its errors in an answer with status 200.
  if (error instanceof Error && error.name === 'GraphqlResponseError')
    return new ForgeFailure(
      'credentials',
      `cannot ${what}: ${escapeLong(error.message, 300)}; ${FIXES.credentials}`,
    );
  if (!isHttpError(error)) return error;
  const kind = kindOf(error);
  // The message is GitHub's; octokit has no token in it.
  return new ForgeFailure(kind, `cannot ${what}: ${escapeLong(error.message, 300)}; ${FIXES[kind]}`);
}

function kindOf({ status, response }: HttpError): ForgeFailureKind {
  const headers = response?.headers ?? {};
  const isLimited = headers['retry-after'] !== undefined || headers['x-ratelimit-remaining'] === '0';
  if (status === 429 || (status === 403 && isLimited)) return 'rate-limit';
  if (status === 401 || status === 403) return 'credentials';
  if (status === 404) return 'missing';
  return status === 409 || status === 422 ? 'conflict' : 'unreachable';
}

const FIXES: Readonly<Record<ForgeFailureKind, string>> = {
  'rate-limit': 'the next run continues',
  credentials: 'check that GITHUB_TOKEN may write contents and pull requests of this repository',
  missing: 'check the name of the repository and of the base branch, and that GITHUB_TOKEN may read it',
  conflict: 'somebody else changed it at the same time; the next run continues',
  unreachable: 'check the network and GITHUB_API_URL; the next run continues',
};
