import { alertWindowFor, findAlerts, type TargetAlert } from '../../core/alerts.ts';
import type { EndedRequest } from '../../core/endedRequest.ts';
import type { TargetHealth } from '../../core/health.ts';
import type { LedgerState, OngoingFailure } from '../../core/ledgerState.ts';
import type { Recipient } from '../../core/model.ts';
import { compareByCodePoint } from '../../core/printableText.ts';
import type { Receipt } from '../../core/receipt.ts';
import {
  listUnexpectedRoutes,
  listUnreadRoutes,
  type UnexpectedRoutes,
  type UnreadRoutes,
} from '../../core/routeWatch.ts';
import {
  type DescribedFields,
  type Ignored,
  pickDescribedFields,
  type RunProblem,
  type RunReport,
} from '../../core/runReport.ts';
import type { UngrantedInterface } from '../../core/ungrantedInterfaces.ts';
import type { TargetFacts } from './collectStatus.ts';
import {
  type PendingView,
  secondsBetween,
  toUncertainConfirm,
  type UncertainConfirm,
  viewListedRequests,
  viewRecordedRequests,
} from './pendingView.ts';

/** The status of one target, as `status --json` prints it. Instants are ISO 8601 in UTC. Scripts depend on the key names. */
export interface TargetView {
  readonly target: string;
  readonly recipient: Recipient;
  /** time of this snapshot */
  readonly at: string;
  readonly policy: RunReport['policy'];
  /** seconds from request to expiry; `null`: requests never expire */
  readonly expirySeconds: number | null;
  readonly status: 'completed' | 'failed';
  /** source of `pending`: the API, or only the ledger, or nothing when neither can be read */
  readonly source: 'listing' | 'ledger' | 'nothing';
  readonly failures: readonly RunProblem[];
  readonly warnings: readonly RunProblem[];
  /** start of the last run with a complete listing; `null`: this ledger records none */
  readonly lastListing: string | null;
  /** failure of the runs that was published and still lasts; `null`: none */
  readonly failing: OngoingFailure | null;
  /** when the last run that recorded itself in this ledger finished; `null`: none did */
  readonly lastRun: string | null;
  /** alerts by what the last runs recorded, the most urgent first */
  readonly alerts: readonly TargetAlert[];
  /** soonest expiry first */
  readonly pending: readonly PendingView[];
  /** uncertain confirms of requests that are not pending */
  readonly inDoubt: readonly (UncertainConfirm & { readonly id: string })[];
  /** accepted interfaces that are not available yet, or have a problem */
  readonly followed: readonly FollowedInterface[];
  readonly ungranted: readonly UngrantedInterface[];
  /** accepted interfaces whose owner advertises something unexpected, as a run last read it */
  readonly unexpectedRoutes: readonly UnexpectedRoutes[];
  /** accepted interfaces about whose routes something is not known */
  readonly unreadRoutes: readonly UnreadRoutes[];
  readonly ignored: readonly Ignored[];
  /** start of the period of `accepted` and `ended`, which are sorted newest first */
  readonly since: string;
  readonly accepted: readonly AcceptedView[];
  readonly ended: readonly EndedView[];
  readonly undelivered: { readonly count: number; readonly oldest: string | null };
  /** ledger items that cannot be read, one sentence each */
  readonly damaged: readonly string[];
}

/** The main facts of a receipt. */
export interface AcceptedView
  extends DescribedFields,
    Pick<
      Receipt,
      | 'id'
      | 'acceptedAt'
      | 'owner'
      | 'grant'
      | 'grants'
      | 'tickets'
      | 'gateway'
      | 'policy'
      | 'firstSeen'
      | 'answer'
    > {
  readonly connection: string | null;
  readonly vlan: number | null;
  readonly name: string | null;
}

export interface EndedView extends Omit<EndedRequest, 'as'> {
  /** `gone`: detected by this snapshot; how it ended is not known */
  readonly as: EndedRequest['as'] | 'gone';
  /** whether a run has recorded it; otherwise this snapshot detected it */
  readonly recorded: boolean;
}

export function buildTargetView(facts: TargetFacts): TargetView {
  const { policy, report, state, records, recordsFailure, since } = facts;
  const { provider, region, account, expiry } = policy.recipient;
  const at = report.finishedAt;
  const endedIds = new Set(report.ended.map(({ id }) => id));
  const context = { at, expiry, state, endedIds };
  const isListed = report.counts !== null;
  const pending = isListed ? viewListedRequests(report.requests, context) : viewRecordedRequests(context);
  const followed = collectFollowed(facts, at);
  const ended = collectEnded(report, records.ended);
  const shownIds = new Set([...pending, ...followed, ...ended].map(({ id }) => id));
  return {
    target: policy.target,
    recipient: { provider, region, account },
    at,
    policy: report.policy,
    expirySeconds: expiry,
    status: report.status === 'completed' && recordsFailure === null ? 'completed' : 'failed',
    source: isListed ? 'listing' : state === null ? 'nothing' : 'ledger',
    failures: deduplicate([...report.failures, ...(recordsFailure === null ? [] : [recordsFailure])]),
    warnings: report.warnings,
    lastListing: state?.lastListing ?? null,
    failing: state?.failing ?? null,
    lastRun: healthOf(state)?.runs[0]?.at ?? null,
    alerts: findRecordedAlerts(healthOf(state), at),
    pending,
    inDoubt: Object.entries(state?.intents ?? {}).flatMap(([id, intent]) => {
      const confirm = toUncertainConfirm(intent);
      return confirm === null || shownIds.has(id) ? [] : [{ id, ...confirm }];
    }),
    followed,
    ungranted: report.ungranted,
    unexpectedRoutes: isListed
      ? report.unexpectedRoutes
      : listUnexpectedRoutes(state?.acceptances ?? {}, null),
    unreadRoutes: listUnreadRoutes(state?.acceptances ?? {}),
    ignored: report.ignored,
    since,
    accepted: records.receipts.map(toAcceptedView).reverse(),
    ended,
    undelivered: countUndelivered(state),
    damaged: [...Object.values(state?.damaged ?? {}), ...records.damaged],
  };
}

/** The recorded health; `null`: none is recorded, or it cannot be read. */
function healthOf(state: LedgerState | null): TargetHealth | null {
  return state === null || state.health === 'unreadable' ? null : state.health;
}

function findRecordedAlerts(health: TargetHealth | null, at: string): readonly TargetAlert[] {
  const minutes = intervalOf(health?.runs ?? []);
  const alerts = findAlerts(
    { health, otherSign: null },
    new Date(at),
    alertWindowFor(minutes ?? MIN_INTERVAL),
  );
  // Without an interval, it is not known when the next run is due.
  return minutes === null ? alerts.filter(({ code }) => code !== 'not-running') : alerts;
}

/** A person may have started the last runs within seconds, which says nothing about when the next run is due, in minutes. */
const MIN_INTERVAL = 5;

/** The usual time between two of these runs, in minutes; `null`: there are too few to know. */
function intervalOf(runs: TargetHealth['runs']): number | null {
  const gaps = runs
    .slice(1)
    .map(({ at }, i) => secondsBetween(at, runs[i]?.at ?? at) / 60)
    .sort((a, b) => a - b);
  const median = gaps[Math.floor(gaps.length / 2)];
  return median === undefined || gaps.length < 2 ? null : Math.max(MIN_INTERVAL, Math.round(median));
}

/** An accepted interface that was not available yet when a run last listed it, or that has a problem. */
export interface FollowedInterface {
  readonly id: string;
  readonly owner: string;
  /** empty: this snapshot found it accepted, and no run has recorded that */
  readonly grants: readonly string[];
  readonly gateway: string;
  readonly acceptedAt: string;
  readonly ageSeconds: number;
  /** when a run first observed it available; `null`: none did */
  readonly availableAt: string | null;
  /** state as listed now; `null`: not listed, or without a state */
  readonly state: string | null;
  /** the problem; when the listing failed, the last problem that was published */
  readonly problem: string | null;
  /** describes the problem; `null` when there is none, or the listing failed */
  readonly message: string | null;
  /** the AWS CLI command that fixes the problem; `null`: no command does, or none is known */
  readonly fix: string | null;
}

/** Collects the accepted interfaces that are followed: those with a problem first, then the oldest. */
function collectFollowed({ report, state, interfaces }: TargetFacts, at: string): FollowedInterface[] {
  const problems = new Map(report.followUps.map((problem) => [problem.id, problem]));
  const states = new Map(interfaces?.map((vif) => [vif.id, vif.state]));
  const recorded = Object.entries(state?.acceptances ?? {})
    .filter(
      ([id, { availableAt, publishedProblem }]) =>
        availableAt === null || problems.has(id) || (interfaces === null && publishedProblem === 'unrouted'),
    )
    .map(([id, { owner, grants, gateway, at: acceptedAt, availableAt, publishedProblem }]) => {
      const { problem: now = null, message = null, fix = null } = problems.get(id) ?? {};
      const problem = interfaces === null ? publishedProblem : now;
      return { id, owner, grants, gateway, acceptedAt, availableAt, problem, message, fix };
    });
  const known = new Set(recorded.map(({ id }) => id));
  const detected = report.followUps
    .filter(({ id }) => !known.has(id))
    .map(({ id, owner, gateway, acceptedAt, problem, message, fix }) => {
      return { id, owner, grants: [], gateway, acceptedAt, availableAt: null, problem, message, fix };
    });
  return [...recorded, ...detected]
    .map((item): FollowedInterface => {
      const ageSeconds = secondsBetween(item.acceptedAt, at);
      return { ...item, ageSeconds, state: states.get(item.id) ?? null };
    })
    .filter(({ problem, state: now }) => problem !== null || now !== 'available')
    .sort(
      (a, b) =>
        Number(a.problem === null) - Number(b.problem === null) ||
        Date.parse(a.acceptedAt) - Date.parse(b.acceptedAt),
    );
}

function toAcceptedView(receipt: Receipt): AcceptedView {
  const { id, acceptedAt, owner, grant, grants, tickets, gateway, policy, firstSeen, answer } = receipt;
  const { connection, vlan, name } = receipt.request;
  const request = { connection, vlan, name, ...pickDescribedFields(receipt.request) };
  const what = { id, ...request, acceptedAt, owner, grant, grants, tickets, gateway };
  return { ...what, policy, firstSeen, answer };
}

/** The recorded ends and those that this snapshot detected, newest first. */
function collectEnded(report: RunReport, recorded: readonly EndedRequest[]): EndedView[] {
  const key = ({ id, firstSeen }: EndedRequest): string => `${id} ${firstSeen}`;
  const known = new Set(recorded.map(key));
  const gone = report.requests
    .filter(({ outcome }) => outcome === 'gone')
    .map(({ id, connection, vlan, name, firstSeen }): EndedView => {
      const none = { request: null, lastFailure: null, held: [], failures: 0 };
      const unknown = { pendingSeconds: null, ...none, recorded: false };
      return { id, connection, vlan, name, firstSeen, ...unknown, endedAt: report.finishedAt, as: 'gone' };
    });
  return [
    ...gone,
    // A run may have recorded the end between our two reads of the ledger.
    ...report.ended.filter((end) => !known.has(key(end))).map((end) => ({ ...end, recorded: false })),
    ...recorded.map((end) => ({ ...end, recorded: true })).reverse(),
  ];
}

function countUndelivered(state: LedgerState | null): TargetView['undelivered'] {
  // An event that waits for its actor is not late.
  const due = Object.values(state?.outbox ?? {}).filter(({ awaitedActor }) => awaitedActor === undefined);
  const queued = due.map(({ at }) => at);
  return { count: queued.length, oldest: queued.sort(compareByCodePoint)[0] ?? null };
}

function deduplicate(failures: readonly RunProblem[]): RunProblem[] {
  return [...new Map(failures.map((failure) => [failure.message, failure])).values()];
}
