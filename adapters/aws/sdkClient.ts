import type { DirectConnectClient } from '@aws-sdk/client-direct-connect';
import { readLimitMs } from '../directconnect/client.ts';
import type { Throttles } from '../directconnect/throttles.ts';
import { withTimeLimit } from '../promises.ts';
import { type RenewableKey, type Repeat, withRenewal } from '../rotatingKey.ts';
import { toApiFailure } from './toApiFailure.ts';

/** The client for reads, with what a read may take. */
export interface ReadClient {
  readonly sdk: DirectConnectClient;
  readonly requestTimeoutMs: number;
  /** `null`: it cannot change while we run */
  readonly key: RenewableKey | null;
  readonly throttles: Throttles;
}

/** One read. @throws ApiFailure */
export function read<T>(
  { sdk, requestTimeoutMs, key }: ReadClient,
  operation: string,
  call: (sdk: DirectConnectClient, options: { abortSignal: AbortSignal }) => Promise<T>,
): Promise<T> {
  return bounded(operation, readLimitMs(requestTimeoutMs), key, 'repeated', (abortSignal) =>
    call(sdk, { abortSignal }),
  );
}

/**
 * One call, made once more should its key have been replaced, unless that is left to the caller: the limit is that of both. Its failure is told by type.
 * @throws ApiFailure
 */
export async function bounded<T>(
  operation: string,
  limitMs: number,
  key: RenewableKey | null,
  repeat: Repeat,
  call: (abortSignal: AbortSignal) => Promise<T>,
): Promise<T> {
  try {
    return await withTimeLimit(limitMs, (signal) =>
      withRenewal(key, operation, signal, repeat, () => call(signal)),
    );
  } catch (error) {
    throw toApiFailure(operation, error);
  }
}
