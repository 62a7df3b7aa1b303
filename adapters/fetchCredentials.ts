import { CredentialsUnusable } from '../run/portErrors.ts';
import { toApiFailure } from './aws/toApiFailure.ts';
import { withTimeout } from './promises.ts';

/** What getting credentials may take with all attempts, in milliseconds: whoever waits for hung ones waits for ever. */
const LIMIT_MS = 15_000;

/**
 * Gets credentials, or what they are made of.
 * @param what fails, for people
 * @param mends what to do, by the name of the API's error
 * @throws CredentialsUnusable, without the cause: it carries the answer
 */
export async function fetchCredentials<T>(
  what: string,
  operation: string,
  ask: (abortSignal: AbortSignal) => Promise<T>,
  mends: Readonly<Record<string, string>>,
): Promise<T> {
  try {
    return await withTimeout(LIMIT_MS, ask);
  } catch (error) {
    throw new CredentialsUnusable(`${what}: ${toApiFailure(operation, error, mends).message}`);
  }
}
