import type { Deadline } from './deadline.ts';
import type { Decision } from './decide.ts';
import type { EndedRequest } from './endedRequest.ts';
import type { FollowUp } from './followUp.ts';
import { pick } from './interfaceFields.ts';
import { DETAIL_KEYS, type RequestDetails } from './ledgerEntries.ts';
import type { ManualOverrideCommand } from './manualOverrideCommand.ts';
import type { VirtualInterface } from './model.ts';
import type { GrantedGateway } from './reasons.ts';
import { type ReportedReason, reportReasons } from './renderReason.ts';
import type { UnexpectedRoutes } from './routeWatch.ts';
import type { UngrantedInterface } from './ungrantedInterfaces.ts';

/** A problem of a run, reported beside the requests. Codes are stable. */
export interface RunProblem {
  readonly code: RunProblemCode;
  readonly message: string;
}

export const RUN_PROBLEM_CODES = [
  'api',
  'listing-incomplete',
  'wrong-account-or-region',
  'credentials',
  'ledger',
  'confirm-failed',
  'other-gateway',
  'gateway-missing',
  'gateway-other-account',
  'own-connections-unknown',
  'routes-unknown',
  'advertised-routes-unknown',
  'unknown-state',
  'out-of-time',
  'clock',
  'event-delivery',
  'audit-log',
  'internal',
] as const;

export type RunProblemCode = (typeof RUN_PROBLEM_CODES)[number];

/** The outcome of a request in a run. `wouldAccept` only in a plan. */
export const OUTCOMES = ['accepted', 'held', 'gone', 'failed', 'notAttempted', 'wouldAccept'] as const;
export type Outcome = (typeof OUTCOMES)[number];

/** Whether the request is still pending after the run. */
export function isPending(outcome: Outcome): boolean {
  return outcome === 'held' || outcome === 'failed' || outcome === 'notAttempted';
}

/**
 * The report of one run over one target; `JSON.stringify` makes what `run --json` prints of it. Consumers rely on the names of
 * its keys.
 */
export interface RunReport {
  readonly target: string;
  readonly startedAt: string;
  readonly finishedAt: string;
  readonly dryRun: boolean;
  /** `leaseHeld`: another run for this target was in progress, so this one did nothing */
  readonly status: 'completed' | 'failed' | 'leaseHeld';
  readonly policy: { readonly digest: string; readonly revision: string };
  /** `null` if there was no complete listing: then the number of pending requests is unknown */
  readonly counts: Counts | null;
  readonly requests: readonly RequestReport[];
  /** listed interfaces that are not requests to this recipient, or cannot be read as requests */
  readonly ignored: readonly Ignored[];
  readonly ended: readonly EndedRequest[];
  readonly followUps: readonly FollowUp[];
  readonly ungranted: readonly UngrantedInterface[];
  /** accepted interfaces whose owner advertises something unexpected, as last read: about once an hour */
  readonly unexpectedRoutes: readonly UnexpectedRoutes[];
  /** problems that a person should check; the run continued */
  readonly warnings: readonly RunProblem[];
  /** the problems because of which the run failed; empty otherwise */
  readonly failures: readonly RunProblem[];
}

export interface Counts {
  readonly pending: number;
  readonly accepted: number;
  readonly held: number;
  readonly gone: number;
  readonly failed: number;
  readonly notAttempted: number;
  /** only in a plan */
  readonly wouldAccept?: number;
}

/**
 * The fields of a request beside ID, connection, VLAN and name. Together they are everything that a policy evaluates. They
 * contain no secret.
 */
export type DescribedFields = RequestDetails & Pick<VirtualInterface, 'state' | 'readErrors' | 'unreadable'>;

const DESCRIBED_KEYS: readonly (keyof DescribedFields)[] = [
  'state',
  ...DETAIL_KEYS,
  'readErrors',
  'unreadable',
];

export interface RequestReport extends DescribedFields {
  readonly id: string;
  readonly connection: string | null;
  readonly vlan: number | null;
  readonly name: string | null;
  /** `null` when it has no valid ID, by which the ledger could record it */
  readonly firstSeen: string | null;
  readonly deadline: Deadline;
  readonly decision: ReportedDecision;
  readonly outcome: Outcome;
  /** why it is gone, failed or was not attempted; `null` otherwise */
  readonly message: string | null;
  /** checks that were skipped, a sentence each */
  readonly skipped: readonly string[];
  /**
   * command for a person; `null` if it was accepted, is gone, or no command may be shown
   * (manualOverrideCommand.ts)
   */
  readonly manualOverrideCommand: ManualOverrideCommand | null;
  /** `null`: no freeze holds it */
  readonly withoutFreeze: WithoutFreeze | null;
}

/** What would happen to a request without the freeze that holds it. */
export type WithoutFreeze =
  /** `checked`: see `Unfrozen` */
  | ({ readonly verdict: 'accept'; readonly checked: boolean } & GrantedGateway)
  /** `reasons`: those that would remain */
  | { readonly verdict: 'hold'; readonly reasons: readonly ReportedReason[] }
  /** `problem`: why the plan could not find out, one sentence, safe to print */
  | { readonly verdict: 'unknown'; readonly problem: string };

export type ReportedDecision =
  | { readonly verdict: 'accept'; readonly owner: string; readonly grant: string; readonly gateway: string }
  | { readonly verdict: 'hold'; readonly reasons: readonly ReportedReason[] };

export interface Ignored {
  readonly id: string;
  readonly connection: string | null;
  readonly state: string | null;
  readonly code: 'outbound' | 'unreadable' | 'unsettled';
  readonly message: string;
}

export function pickDescribedFields(described: DescribedFields): DescribedFields {
  return pick(described, DESCRIBED_KEYS);
}

export function toReportedDecision(decision: Decision): ReportedDecision {
  if (decision.verdict === 'hold') return { verdict: 'hold', reasons: reportReasons(decision.reasons) };
  const { verdict, owner, grant, gateway } = decision;
  return { verdict, owner, grant, gateway };
}

/** What would happen without the freeze, as the decision has it; `null`: no freeze holds the request. */
export function reportWithoutFreeze(decision: Decision): WithoutFreeze | null {
  if (decision.verdict === 'accept') return null;
  const frozen = decision.reasons.find((reason) => reason.code === 'frozen');
  if (frozen === undefined) return null;
  const { unfrozen } = frozen.parameters;
  if (unfrozen.verdict !== 'hold') return unfrozen;
  return { verdict: 'hold', reasons: reportReasons(decision.reasons.filter((reason) => reason !== frozen)) };
}

export function countOutcomes(requests: readonly RequestReport[], dryRun: boolean): Counts {
  const of = (outcome: Outcome): number => requests.filter((request) => request.outcome === outcome).length;
  return {
    pending: requests.length,
    accepted: of('accepted'),
    held: of('held'),
    gone: of('gone'),
    failed: of('failed'),
    notAttempted: of('notAttempted'),
    ...(dryRun ? { wouldAccept: of('wouldAccept') } : {}),
  };
}

/** The earliest of these instants of the requests that are still pending; `null`: none is known. */
export function earliestOf(
  { requests }: Pick<RunReport, 'requests'>,
  instantOf: (request: RequestReport) => string | null,
): string | null {
  const instants = requests.flatMap((request) =>
    request.outcome === 'accepted' || request.outcome === 'gone' ? [] : (instantOf(request) ?? []),
  );
  return instants.sort()[0] ?? null;
}
