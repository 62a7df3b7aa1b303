import { DEADLINE_THRESHOLDS, type Deadline, type DeadlineThreshold } from '../deadline.ts';
import type { StoredReason } from '../ledgerEntries.ts';
import { adviceWithCommand } from '../operatorAdvice.ts';
import { isPending, type RequestReport } from '../runReport.ts';
import { createEvent, describeConnectionOwner, describeDeadline, summarizeReasons } from './event.ts';
import {
  boundedReason,
  boundedReasonsOf,
  type EventDefinition,
  type NewEvent,
  nameRequest,
  type RunFacts,
  requestDetail,
  type UnlistedRequest,
} from './eventDefinition.ts';

/**
 * Warns when a pending request comes near its expiry, measured to the earliest possible expiry, or to the latest one if the
 * earliest is unknown. If the earliest is unknown, also warns immediately. If several thresholds were crossed since the last run,
 * reports only the closest. While listing fails, uses the last known state of the ledger.
 */
export const deadlineNear: EventDefinition = {
  types: ['Deadline Near'],
  findNew: (facts) => [
    ...facts.requests
      .filter(({ outcome }) => isPending(outcome))
      .flatMap((request) =>
        createWarnings(facts, request, request.outcome, {
          reasons: boundedReasonsOf(request.decision),
          problem: request.message,
          manualOverrideCommand: request.manualOverrideCommand?.text ?? null,
          toDo: adviceWithCommand(request),
        }),
      ),
    ...facts.unlisted.flatMap((request) =>
      createWarnings(facts, request, 'notListed', detailWhileFailing(request, facts)),
    ),
  ],
};

function detailWhileFailing({ held }: UnlistedRequest, { origin }: RunFacts): Detail {
  return {
    reasons: held.map(boundedReason),
    problem: 'runs fail, so the request is not evaluated',
    manualOverrideCommand: null,
    toDo: `find out why runs fail: vif-acceptor doctor --policy policy/${origin.target}.yaml`,
  };
}

interface Detail {
  readonly reasons: readonly StoredReason[];
  readonly problem: string | null;
  readonly manualOverrideCommand: string | null;
  readonly toDo: string;
}

function createWarnings(
  { origin, at, state, owners }: RunFacts,
  request: RequestReport | UnlistedRequest,
  outcome: string,
  { toDo, ...detail }: Detail,
): NewEvent[] {
  const { id, firstSeen, deadline } = request;
  const published = state.observations[id]?.published;
  if (published === undefined) return [];
  return crossedThresholds(deadline, at)
    .filter((threshold) => !published.thresholds.includes(threshold))
    .map((threshold) => ({
      event: createEvent('Deadline Near', origin, at, [id, firstSeen, threshold], {
        message: `${nameRequest(request)} ${describeExpiry(threshold, deadline)}, and is still pending (${outcome})`,
        request: requestDetail(request, 'state' in request ? request : null),
        hours: threshold === 'unknown' ? null : Number(threshold),
        outcome,
        ...detail,
        notification: {
          who: describeConnectionOwner(request.connection, owners),
          why: detail.problem ?? summarizeReasons(detail.reasons),
          byWhen: describeDeadline(deadline),
          toDo,
        },
      }),
      mark: { of: 'deadline', id, threshold },
    }));
}

/** The thresholds that a deadline has crossed: `unknown` if its earliest expiry is unknown, and the closest of the hours. */
function crossedThresholds({ earliest, latest }: Deadline, at: string): DeadlineThreshold[] {
  if (latest === null) return [];
  const hours = (Date.parse(earliest ?? latest) - Date.parse(at)) / 3_600_000;
  const nearest = DEADLINE_THRESHOLDS.findLast(
    (threshold) => threshold !== 'unknown' && hours <= Number(threshold),
  );
  return [...(earliest === null ? ['unknown' as const] : []), ...(nearest === undefined ? [] : [nearest])];
}

function describeExpiry(threshold: DeadlineThreshold, { earliest, latest }: Deadline): string {
  if (threshold === 'unknown') return `may expire at any time, at the latest ${latest}`;
  return earliest === null
    ? `expires within ${threshold} hours, at the latest ${latest}`
    : `may expire within ${threshold} hours, at the earliest ${earliest}`;
}
