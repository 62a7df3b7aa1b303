import type { OscCliProfile } from '../core/manualOverrideCommand.ts';
import type { LoadedPolicy } from '../core/policyText.ts';
import type { RequestEvaluation } from '../core/requestEvaluation.ts';
import type { RunProblem, RunReport } from '../core/runReport.ts';
import type { Clock, Ports } from './ports.ts';
import type { CallerChecks } from './verifyCaller.ts';

/** The findings of a run so far. They are reported also when the run stops early. */
export interface RunFindings {
  /** by ID; `null` until a listing was complete */
  evaluations: Map<string, RequestEvaluation> | null;
  ignored: RunReport['ignored'];
  ended: RunReport['ended'];
  followUps: RunReport['followUps'];
  ungranted: RunReport['ungranted'];
  unexpectedRoutes: RunReport['unexpectedRoutes'];
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
    unexpectedRoutes: [],
    warnings: [],
    failures: [],
  };
}

/** Returns how much time is left, in milliseconds. */
export type Budget = () => number;

/** The smallest of several budgets. */
export function smallestBudget(...budgets: readonly Budget[]): Budget {
  return () => Math.min(...budgets.map((left) => left()));
}

/** A budget that ends `ms` from now, measured with the clock that never steps. */
export function budgetFromNow(clock: Clock, ms: number): Budget {
  const end = clock.monotonic() + ms;
  return () => end - clock.monotonic();
}

/** Kept per process: which problem codes of a failing ledger were published, since such a ledger cannot record that itself. */
export interface Outage {
  publishedCodes: string | null;
}

/** What a run is given. */
export interface RunInput {
  readonly loaded: LoadedPolicy;
  /** the git revision of the policy */
  readonly revision: string;
  readonly ports: Ports;
  readonly callerChecks: CallerChecks;
  /** what this process published about a failing ledger, until a run succeeds */
  readonly outage: Outage;
  /** the time limit of one call to the API with its retries, in milliseconds */
  readonly requestTimeoutMs: number;
  /** after how long the lease expires, in milliseconds */
  readonly leaseMs: number;
  /** the time that the platform leaves for the run */
  readonly remaining: Budget;
  /** how long an accepted interface may take to become `available` before that is reported, in milliseconds */
  readonly availableWithinMs: number;
  /** the Direct Connect endpoint to show in commands; `null`: the AWS CLI finds it itself */
  readonly endpoint: string | null;
  /** the same for EC2 or FCU */
  readonly gatewayEndpoint: string | null;
  /** how osc-cli finds the keys of the user; absent or `null`: commands for people are for the AWS CLI, as in all events */
  readonly oscCli?: OscCliProfile | null | undefined;
  /** whether events wait until the provider's log of calls says who changed an interface manually; absent: they do not */
  readonly looksUpActors?: boolean;
  /** only reads: takes no lease, writes, confirms and publishes nothing */
  readonly dryRun: boolean;
}
