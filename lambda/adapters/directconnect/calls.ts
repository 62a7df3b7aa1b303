import type { DirectConnectClient } from '@aws-sdk/client-direct-connect';
import { toApiFailure } from '../failure.ts';
import { withTimeLimit } from '../timeLimit.ts';
import { readLimitMs } from './client.ts';

/** The client for reads, with what a read may take. */
export interface ReadClient {
  readonly sdk: DirectConnectClient;
  readonly requestTimeoutMs: number;
}

/** One read: bounded in time, its failure told by type. @throws ApiFailure */
export async function read<T>(
  { sdk, requestTimeoutMs }: ReadClient,
  operation: string,
  call: (sdk: DirectConnectClient, options: { abortSignal: AbortSignal }) => Promise<T>,
): Promise<T> {
  try {
    return await withTimeLimit(readLimitMs(requestTimeoutMs), (abortSignal) => call(sdk, { abortSignal }));
  } catch (error) {
    throw toApiFailure(operation, error);
  }
}
