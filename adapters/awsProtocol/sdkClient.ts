import { DirectConnectClient, type DirectConnectClientConfig } from '@aws-sdk/client-direct-connect';
import { ApiFailure } from '../../run/portErrors.ts';
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
  /** the endpoint and the setting that chose it, for messages; `null`: the provider's own, or one that the user has typed */
  readonly redirection: string | null;
}

/** Makes one read, with retries. @throws ApiFailure */
export function callRead<T>(
  client: ApiClient,
  operation: string,
  call: (sdk: DirectConnectClient, options: { abortSignal: AbortSignal }) => Promise<T>,
): Promise<T> {
  return callWithLimit(operation, readLimitMs(client.requestTimeoutMs), client, 'repeated', (abortSignal) =>
    call(client.sdk, { abortSignal }),
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
  { key, redirection }: Pick<ApiClient, 'key' | 'redirection'>,
  repeat: Repeat,
  call: (abortSignal: AbortSignal) => Promise<T>,
): Promise<T> {
  try {
    return await withTimeout(limitMs, (signal) =>
      withKeyRenewal(key, operation, signal, repeat, () => call(signal)),
    );
  } catch (error) {
    const failure = toApiFailure(operation, error);
    if (redirection !== null && failure instanceof ApiFailure) failure.nameEndpoint(redirection);
    throw failure;
  }
}
