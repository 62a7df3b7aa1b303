import type { LoadedPolicy } from '../core/policy.ts';
import type { RequestEvaluation } from '../core/requestEvaluation.ts';
import type { RunProblem, RunReport } from '../core/runReport.ts';
import type { Clock, Ports } from './ports.ts';
import type { CallerChecks } from './verifyCaller.ts';

/** What a pass found out so far; whatever stops it, this much is reported. */
export interface RunFindings {
  /** by ID; `null` until a listing was complete */
  evaluations: Map<string, RequestEvaluation> | null;
  ignored: RunReport['ignored'];
  ended: RunReport['ended'];
  followUps: RunReport['followUps'];
  ungranted: RunReport['ungranted'];
  readonly warnings: RunProblem[];
  readonly failures: RunProblem[];
}

export function noFindings(): RunFindings {
  return {
    evaluations: null,
    ignored: [],
    ended: [],
    followUps: [],
    ungranted: [],
    warnings: [],
    failures: [],
  };
}

/** How much longer work may go on, in milliseconds. */
export type Budget = () => number;

/** The least of what several budgets leave. */
export function smallestBudget(...budgets: readonly Budget[]): Budget {
  return () => Math.min(...budgets.map((left) => left()));
}

/** `ms` from now by the clock that never steps. */
export function budgetFromNow(clock: Clock, ms: number): Budget {
  const end = clock.monotonic() + ms;
  return () => end - clock.monotonic();
}

/** Remembers for a process that a failing ledger was announced; `announced` is the codes of what fails. */
export interface Outage {
  publishedCodes: string | null;
}

/** What a pass is given. */
export interface RunInput {
  readonly loaded: LoadedPolicy;
  /** what git says of the policy's origin */
  readonly revision: string;
  readonly ports: Ports;
  readonly callerChecks: CallerChecks;
  /** what this process announced and no ledger could remember, as long as it lasts */
  readonly outage: Outage;
  /** what one request to the API may take at most with its retries, in milliseconds */
  readonly requestTimeoutMs: number;
  /** how long the lease holds, in milliseconds */
  readonly leaseMs: number;
  /** what the platform leaves us */
  readonly remaining: Budget;
  /** how long what was accepted may take to become `available` before that is told, in milliseconds */
  readonly availableWithinMs: number;
  /** Direct Connect endpoint for the commands told to people; `null`: the provider's own */
  readonly endpoint: string | null;
  /** the same of EC2 or FCU */
  readonly gatewayEndpoint: string | null;
  /** reads only: no lease, no write, no confirm, no announcement */
  readonly dryRun: boolean;
}
