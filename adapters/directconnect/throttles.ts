import type { DirectConnectClient } from '@aws-sdk/client-direct-connect';
import { isThrottled } from '../aws/toApiFailure.ts';

/** Counts the answers by which an API refuses a call as one too many, those that are met by trying again too. */
export interface Throttles {
  /** Counts an error if it is such an answer. */
  saw(thrown: unknown): void;
  count(): number;
}

export function createThrottles(): Throttles {
  let count = 0;
  return {
    saw: (thrown) => {
      if (isThrottled(thrown)) count += 1;
    },
    count: () => count,
  };
}

/** Shows every attempt of the SDK's clients to `throttles`. */
export function watchThrottles(clients: readonly DirectConnectClient[], throttles: Throttles): void {
  for (const { middlewareStack } of clients) {
    middlewareStack.add(
      (next) => async (args) => {
        try {
          return await next(args);
        } catch (error) {
          throttles.saw(error);
          throw error;
        }
      },
      // Within the step that tries again.
      { name: 'watchThrottles', step: 'finalizeRequest', priority: 'low' },
    );
  }
}
