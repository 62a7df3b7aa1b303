import { DirectConnectClient, type DirectConnectClientConfig } from '@aws-sdk/client-direct-connect';
import { withTimeout } from '../promises.ts';
import { type Repeat, type RotatingKey, withKeyRenewal } from '../rotatingKey.ts';
import { readBoundedBody, requestHandlerOptions } from './clientHttp.ts';
import { isThrottled, toApiFailure } from './toApiFailure.ts';

/** Counts the answers by which an API refuses a call as one too many, those that are met by trying again too. */
export interface ThrottleCounter {
  /** Counts an error if it is such an answer. */
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

/** Shows every attempt of the SDK's clients to `throttles`. */
export function countThrottles(clients: readonly DirectConnectClient[], throttles: ThrottleCounter): void {
  for (const { middlewareStack } of clients) {
    middlewareStack.add(
      (next) => async (args) => {
        try {
          return await next(args);
        } catch (error) {
          throttles.countIfThrottled(error);
          throw error;
        }
      },
      // Within the step that tries again.
      { name: 'watchThrottles', step: 'finalizeRequest', priority: 'low' },
    );
  }
}

/** Credentials as the SDK takes them. */
export type SdkCredentials = NonNullable<DirectConnectClientConfig['credentials']>;

export interface ClientSettings {
  readonly region: string;
  readonly endpoint: string;
  /** `null`: the platform's own chain */
  readonly credentials: SdkCredentials | RotatingKey | null;
  /** what one attempt may take, in milliseconds */
  readonly requestTimeoutMs: number;
}

/** Reads may be tried again; a confirm never blindly. */
export const READ_ATTEMPTS = 3;

/** What a read may take with all its attempts and the pauses between them, in milliseconds. */
export function readLimitMs(requestTimeoutMs: number): number {
  return READ_ATTEMPTS * requestTimeoutMs + 2000;
}

/** The SDK's client. @throws ProxyRefused */
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

/** The client for reads, with what a read may take. */
export interface ApiClient {
  readonly sdk: DirectConnectClient;
  readonly requestTimeoutMs: number;
  /** `null`: it cannot change while we run */
  readonly key: RotatingKey | null;
  readonly throttles: ThrottleCounter;
}

/** One read. @throws ApiFailure */
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
 * One call, made once more should its key have been replaced, unless that is left to the caller: the limit is that of both. Its failure is told by type.
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
