import type { DirectConnectClient } from '@aws-sdk/client-direct-connect';
import { isThrottled } from '../failure.ts';

/** Counts the answers of several clients that refuse a call as one too many, those that the SDK meets by trying again too. */
export function countThrottles(clients: readonly DirectConnectClient[]): () => number {
  let count = 0;
  for (const { middlewareStack } of clients) {
    middlewareStack.add(
      (next) => async (args) => {
        try {
          return await next(args);
        } catch (error) {
          if (isThrottled(error)) count += 1;
          throw error;
        }
      },
      // Within the step that tries again, so that every attempt is seen.
      { name: 'countThrottles', step: 'finalizeRequest', priority: 'low' },
    );
  }
  return () => count;
}
