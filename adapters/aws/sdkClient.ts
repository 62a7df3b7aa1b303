import { DirectConnectClient, type DirectConnectClientConfig } from '@aws-sdk/client-direct-connect';
import type { RunFailure } from '../../run/portErrors.ts';
import { withTimeout } from '../promises.ts';
import { type Repeat, type RotatingKey, withKeyRenewal } from '../rotatingKey.ts';
import { readBoundedBody, requestHandlerOptions } from './clientHttp.ts';
import { isThrottled, toApiFailure } from './toApiFailure.ts';

/** Counts the calls that an API throttled, including those whose retry succeeded. */
export interface ThrottleCounter {
  /** Counts an error if it means throttling. */
  countIfThrottled(thrown: unknown): void;
  count(): number;
}

export function createThrottleCounter(): ThrottleCounter {
  let count = 0;
  return {
    countIfThrottled: (thrown) => {
      if (isThrottled(thrown)) count += 1;
    },
    count: () => count,
  };
}

/** Makes SDK clients count every throttled attempt. */
export function countThrottles(clients: readonly DirectConnectClient[], counter: ThrottleCounter): void {
  for (const { middlewareStack } of clients) {
    middlewareStack.add(
      (next) => async (args) => {
        try {
          return await next(args);
        } catch (error) {
          counter.countIfThrottled(error);
          throw error;
        }
      },
      // Inside the step that retries, so that each attempt counts.
      { name: 'watchThrottles', step: 'finalizeRequest', priority: 'low' },
    );
  }
}

/** Credentials as the SDK takes them. */
export type SdkCredentials = NonNullable<DirectConnectClientConfig['credentials']>;

export interface ClientSettings {
  readonly region: string;
  readonly endpoint: string;
  /** `null`: the default chain of the SDK */
  readonly credentials: SdkCredentials | RotatingKey | null;
  /** the time limit of one attempt, in milliseconds */
  readonly requestTimeoutMs: number;
}

/** The most attempts at a read. A confirm is never retried blindly. */
export const READ_ATTEMPTS = 3;

/** The time limit of a read with all its attempts and the pauses between them, in milliseconds. */
export function readLimitMs(requestTimeoutMs: number): number {
  return READ_ATTEMPTS * requestTimeoutMs + 2000;
}

/** Creates an SDK client. @throws ProxyRefused */
export function createSdkClient(settings: ClientSettings, maxAttempts: number): DirectConnectClient {
  const { region, endpoint, credentials, requestTimeoutMs } = settings;
  return new DirectConnectClient({
    region,
    endpoint,
    maxAttempts,
    ...(credentials ? { credentials } : {}),
    streamCollector: readBoundedBody,
    requestHandler: requestHandlerOptions({
      connectMs: Math.min(requestTimeoutMs, 5000),
      requestMs: requestTimeoutMs,
    }),
  });
}

/** An SDK client, with what each of its calls needs. */
export interface ApiClient {
  readonly sdk: DirectConnectClient;
  readonly requestTimeoutMs: number;
  /** `null`: the key cannot change while we run */
  readonly key: RotatingKey | null;
  readonly throttles: ThrottleCounter;
}

/** Makes one read, with retries. @throws ApiFailure */
export function callRead<T>(
  { sdk, requestTimeoutMs, key }: ApiClient,
  operation: string,
  call: (sdk: DirectConnectClient, options: { abortSignal: AbortSignal }) => Promise<T>,
): Promise<T> {
  return callWithLimit(operation, readLimitMs(requestTimeoutMs), key, 'repeated', (abortSignal) =>
    call(sdk, { abortSignal }),
  );
}

/**
 * Makes one call within a time limit. If its key was replaced, the call is made once more or left to the caller; the
 * limit is for both together.
 * @throws ApiFailure
 */
export async function callWithLimit<T>(
  operation: string,
  limitMs: number,
  key: RotatingKey | null,
  repeat: Repeat,
  call: (abortSignal: AbortSignal) => Promise<T>,
): Promise<T> {
  try {
    return await withTimeout(limitMs, (signal) =>
      withKeyRenewal(key, operation, signal, repeat, () => call(signal)),
    );
  } catch (error) {
    throw toApiFailure(operation, error);
  }
}

export interface Page {
  readonly items: unknown;
  readonly nextToken: unknown;
}

/** Keeps an item as it came, to be parsed once all pages are read. */
export function keepRaw(raw: unknown): unknown {
  return raw;
}

/** The most pages that are read, more than any account has, so that an endless listing ends. */
const MOST_PAGES = 1000;
/** The most items that are read, even if all come in one page. */
const MOST_ITEMS = 100_000;

/**
 * Reads all pages of a listing. A listing that may be incomplete is an error, never a shorter list.
 * @param ask requests a page; `null`: the first
 * @param incomplete creates the error for an incomplete listing
 * @param read parses each item as it comes, so that at most one page is kept in raw form
 * @throws what `incomplete` makes, and what `ask` throws
 */
export async function readAllPages<T>(
  ask: (nextToken: string | null) => Promise<Page>,
  incomplete: (why: string) => RunFailure,
  read: (raw: unknown, index: number) => T,
): Promise<readonly T[]> {
  const items: T[] = [];
  const seen = new Set<string>();
  let token: string | null = null;
  for (let page = 1; page <= MOST_PAGES; page += 1) {
    const answer: Page = await ask(token);
    // The SDK takes an empty answer for a success without a list.
    if (!Array.isArray(answer.items)) throw incomplete(`page ${page} has no list`);
    if (items.length + answer.items.length > MOST_ITEMS)
      throw incomplete(`it has more than ${MOST_ITEMS} items`);
    // One by one: as arguments of one call, so many would overflow the stack.
    for (const item of answer.items) items.push(read(item, items.length));
    const next = answer.nextToken ?? '';
    if (next === '') return items;
    if (typeof next !== 'string') throw incomplete(`page ${page} has an unreadable token`);
    if (seen.has(next)) throw incomplete(`page ${page} repeats a token`);
    seen.add(next);
    token = next;
  }
  throw incomplete(`it has more than ${MOST_PAGES} pages`);
}
