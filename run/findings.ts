import type { Failure } from '../core/failure.ts';
import type { Case } from '../core/requestEvaluation.ts';
import type { PassReport } from '../core/runReport.ts';

/** What a pass found out so far; whatever stops it, this much is reported. */
export interface Findings {
  /** by ID; `null` until a listing was complete */
  cases: Map<string, Case> | null;
  ignored: PassReport['ignored'];
  ended: PassReport['ended'];
  followUps: PassReport['followUps'];
  orphans: PassReport['orphans'];
  readonly warnings: Failure[];
  readonly failures: Failure[];
}

export function nothingFound(): Findings {
  return { cases: null, ignored: [], ended: [], followUps: [], orphans: [], warnings: [], failures: [] };
}
