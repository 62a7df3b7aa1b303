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
 * What is still pending near its end: the early one, or the late one where the early one is not known; and that it is not
 * known, at once. Of several marks passed since the last pass, the nearest is told. While passes fail, it is told of what is
 * remembered.
 */
export const deadlineNear: EventDefinition = {
  types: ['Deadline Near'],
  findNew: (facts) => [
    ...facts.requests
      .filter(({ outcome }) => isPending(outcome))
      .flatMap((request) =>
        nearing(facts, request, request.outcome, {
          reasons: boundedReasonsOf(request.decision),
          problem: request.message,
          acceptByHand: request.manualOverrideCommand,
          toDo: adviceWithCommand(request),
        }),
      ),
    ...facts.unlisted.flatMap((request) =>
      nearing(facts, request, 'notListed', whileFailing(request, facts)),
    ),
  ],
};

function whileFailing({ held }: UnlistedRequest, { origin }: RunFacts): Detail {
  return {
    reasons: held.map(boundedReason),
    problem: 'runs fail, so the request is not evaluated',
    acceptByHand: null,
    toDo: `see that passes work again: vif-acceptor doctor --policy policy/${origin.target}.yaml`,
  };
}

interface Detail {
  readonly reasons: readonly StoredReason[];
  readonly problem: string | null;
  readonly acceptByHand: string | null;
  readonly toDo: string;
}

function nearing(
  { origin, at, state, owners }: RunFacts,
  request: RequestReport | UnlistedRequest,
  outcome: string,
  { toDo, ...detail }: Detail,
): NewEvent[] {
  const { id, firstSeen, deadline } = request;
  const told = state.observations[id]?.published;
  if (told === undefined) return [];
  return marksAt(deadline, at)
    .filter((mark) => !told.thresholds.includes(mark))
    .map((mark) => ({
      event: createEvent('Deadline Near', origin, at, [id, firstSeen, mark], {
        message: `${nameRequest(request)} ${wordsFor(mark, deadline)}, and is still pending (${outcome})`,
        request: requestDetail(request, 'state' in request ? request : null),
        hours: mark === 'unknown' ? null : Number(mark),
        outcome,
        ...detail,
        forPeople: {
          who: describeConnectionOwner(request.connection, owners),
          why: detail.problem ?? summarizeReasons(detail.reasons),
          byWhen: describeDeadline(deadline),
          toDo,
        },
      }),
      mark: { of: 'deadline', id, mark },
    }));
}

/** The marks that a deadline has passed: whether its early end is unknown, and the nearest of the hours. */
function marksAt({ earliest, latest }: Deadline, at: string): DeadlineThreshold[] {
  if (latest === null) return [];
  const hours = (Date.parse(earliest ?? latest) - Date.parse(at)) / 3_600_000;
  const nearest = DEADLINE_THRESHOLDS.findLast((mark) => mark !== 'unknown' && hours <= Number(mark));
  return [...(earliest === null ? ['unknown' as const] : []), ...(nearest === undefined ? [] : [nearest])];
}

function wordsFor(mark: DeadlineThreshold, { earliest, latest }: Deadline): string {
  if (mark === 'unknown') return `may expire at any moment, at ${latest} at the latest`;
  return earliest === null
    ? `expires within ${mark} hours, at ${latest} at the latest`
    : `may expire within ${mark} hours, from ${earliest} on`;
}
