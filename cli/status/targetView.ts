import type { EndedRequest } from '../../core/endedRequest.ts';
import type { LedgerState, OngoingFailure } from '../../core/ledgerState.ts';
import type { Recipient } from '../../core/model.ts';
import { compareByCodePoint } from '../../core/printableText.ts';
import type { Receipt } from '../../core/receipt.ts';
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

/** Something that we accepted and that was not available yet when a pass last looked. */
export interface FollowedInterface {
  readonly id: string;
  readonly owner: string;
  /** empty: it was found accepted just now */
  readonly grants: readonly string[];
  readonly gateway: string;
  readonly acceptedAt: string;
  readonly ageSeconds: number;
  /** as listed now; `null`: not listed, or of no state */
  readonly state: string | null;
  /** what is wrong with it; when nothing could be listed, what was last told to be */
  readonly problem: string | null;
  /** a sentence for people; `null` when nothing is wrong, or nothing could be listed */
  readonly message: string | null;
}

/** What is wrong comes first; then what was accepted longest ago. */
function collectFollowed({ report, state, interfaces }: TargetFacts, at: string): FollowedInterface[] {
  const problems = new Map(report.followUps.map((problem) => [problem.id, problem]));
  const states = new Map(interfaces?.map((vif) => [vif.id, vif.state]));
  const remembered = Object.entries(state?.acceptances ?? {})
    .filter(([id, { availableAt }]) => availableAt === null || problems.has(id))
    .map(([id, { owner, grants, gateway, at: acceptedAt, publishedProblem }]) => {
      const found = problems.get(id);
      const problem = interfaces === null ? publishedProblem : (found?.problem ?? null);
      return { id, owner, grants, gateway, acceptedAt, problem, message: found?.message ?? null };
    });
  const known = new Set(remembered.map(({ id }) => id));
  const learnt = report.followUps
    .filter(({ id }) => !known.has(id))
    .map(({ id, owner, gateway, acceptedAt, problem, message }) => {
      return { id, owner, grants: [], gateway, acceptedAt, problem, message };
    });
  return [...remembered, ...learnt]
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

/** Where one target stands, as `status --json` prints it. Instants are ISO 8601 in UTC. Key names are relied on by others. */
export interface TargetView {
  readonly target: string;
  readonly recipient: Recipient;
  /** as of when everything here is told */
  readonly at: string;
  readonly policy: RunReport['policy'];
  /** from request to expiry; `null` where requests never expire */
  readonly expirySeconds: number | null;
  readonly status: 'completed' | 'failed';
  /** what `pending` comes from: the API, or only the memory of passes, or, where that cannot be read, nothing */
  readonly source: 'listing' | 'ledger' | 'nothing';
  readonly failures: readonly RunProblem[];
  readonly warnings: readonly RunProblem[];
  /** when the last pass that could list everything began; `null`: none has, with this ledger */
  readonly lastListing: string | null;
  /** what passes have been failing of and announced; `null`: nothing */
  readonly failing: OngoingFailure | null;
  /** soonest first */
  readonly pending: readonly PendingView[];
  /** confirms of unknown end of what is not pending */
  readonly inDoubt: readonly (UncertainConfirm & { readonly id: string })[];
  /** accepted and not yet available */
  readonly followed: readonly FollowedInterface[];
  readonly ungranted: readonly UngrantedInterface[];
  readonly ignored: readonly Ignored[];
  /** from when on the following are told, newest first */
  readonly since: string;
  readonly accepted: readonly AcceptedView[];
  readonly ended: readonly EndedView[];
  readonly undelivered: { readonly count: number; readonly oldest: string | null };
  /** items of the ledger that cannot be read, a sentence each */
  readonly damaged: readonly string[];
}

/** The gist of a receipt. */
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
  /** `gone`: just now, and nobody knows how */
  readonly as: EndedRequest['as'] | 'gone';
  /** whether a pass has written it down; otherwise it was found out just now */
  readonly recorded: boolean;
}

export function buildTargetView(facts: TargetFacts): TargetView {
  const { policy, report, state, records, recordsFailure, since } = facts;
  const { provider, region, account, expiry } = policy.recipient;
  const at = report.finishedAt;
  const over = new Set(report.ended.map(({ id }) => id));
  const against = { at, expiry, state, over };
  const isListed = report.counts !== null;
  const pending = isListed ? viewListedRequests(report.requests, against) : viewRecordedRequests(against);
  const followed = collectFollowed(facts, at);
  const ended = endedOf(report, records.ended);
  const told = new Set([...pending, ...followed, ...ended].map(({ id }) => id));
  return {
    target: policy.target,
    recipient: { provider, region, account },
    at,
    policy: report.policy,
    expirySeconds: expiry,
    status: report.status === 'completed' && recordsFailure === null ? 'completed' : 'failed',
    source: isListed ? 'listing' : state === null ? 'nothing' : 'ledger',
    failures: distinct([...report.failures, ...(recordsFailure === null ? [] : [recordsFailure])]),
    warnings: report.warnings,
    lastListing: state?.lastListing ?? null,
    failing: state?.failing ?? null,
    pending,
    inDoubt: Object.entries(state?.intents ?? {}).flatMap(([id, intent]) => {
      const doubt = toUncertainConfirm(intent);
      return doubt === null || told.has(id) ? [] : [{ id, ...doubt }];
    }),
    followed,
    ungranted: report.ungranted,
    ignored: report.ignored,
    since,
    accepted: records.receipts.map(acceptedView).reverse(),
    ended,
    undelivered: unannounced(state),
    damaged: [...Object.values(state?.damaged ?? {}), ...records.damaged],
  };
}

function acceptedView(receipt: Receipt): AcceptedView {
  const { id, acceptedAt, owner, grant, grants, tickets, gateway, policy, firstSeen, answer } = receipt;
  const { connection, vlan, name } = receipt.request;
  const request = { connection, vlan, name, ...pickDescribedFields(receipt.request) };
  const what = { id, ...request, acceptedAt, owner, grant, grants, tickets, gateway };
  return { ...what, policy, firstSeen, answer };
}

/** What is on record, and what was found out just now, newest first. */
function endedOf(report: RunReport, recorded: readonly EndedRequest[]): EndedView[] {
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
    // A pass may have written it down between our two looks at the ledger.
    ...report.ended.filter((end) => !known.has(key(end))).map((end) => ({ ...end, recorded: false })),
    ...recorded.map((end) => ({ ...end, recorded: true })).reverse(),
  ];
}

function unannounced(state: LedgerState | null): TargetView['undelivered'] {
  const queued = Object.values(state?.outbox ?? {}).map(({ at }) => at);
  return { count: queued.length, oldest: queued.sort(compareByCodePoint)[0] ?? null };
}

function distinct(failures: readonly RunProblem[]): RunProblem[] {
  return [...new Map(failures.map((failure) => [failure.message, failure])).values()];
}
