import type { Reason } from './reasons.ts';

/** What stands against attaching a request to a gateway now, beside the policy. */
export interface Inspection {
  readonly reasons: readonly Reason[];
  /** checks that could not be made because the API gives no input for them, a sentence each */
  readonly skipped: readonly string[];
}

export const NOTHING: Inspection = { reasons: [], skipped: [] };

export function skip(check: string): Inspection {
  return { reasons: [], skipped: [check] };
}

export function against(code: Reason['code'], message: string): Inspection {
  return { reasons: [{ code, message }], skipped: [] };
}

export function merge(parts: readonly Inspection[]): Inspection {
  return {
    reasons: parts.flatMap(({ reasons }) => reasons),
    skipped: parts.flatMap(({ skipped }) => skipped),
  };
}
