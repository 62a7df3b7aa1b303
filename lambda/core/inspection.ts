import type { Reason } from './reasons.ts';

/** What stands against attaching a request to a gateway now, beside the policy. */
export interface Inspection {
  readonly reasons: readonly Reason[];
  /** checks that could not be made because the API gives no input for them, a sentence each */
  readonly skipped: readonly string[];
}
