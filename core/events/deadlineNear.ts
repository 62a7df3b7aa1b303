import { DEADLINE_MARKS, type Deadline, type DeadlineMark } from '../deadline.ts';
import type { HeldFor } from '../ledgerEntries.ts';
import { toDoFor } from '../operatorAdvice.ts';
import { isPending, type RequestReport } from '../runReport.ts';
import { announcement, whenOf, whoHas, whyOf } from './event.ts';
import {
  type AnnouncementKind,
  announced,
  bounded,
  called,
  type Facts,
  type News,
  type RememberedRequest,
  reasonsOf,
} from './eventDefinition.ts';

/**
 * What is still pending near its end: the early one, or the late one where the early one is not known; and that it is not
 * known, at once. Of several marks passed since the last pass, the nearest is told. While passes fail, it is told of what is
 * remembered.
 */
export const deadlineNear: AnnouncementKind = {
  types: ['Deadline Near'],
  news: (facts) => [
    ...facts.requests
      .filter(({ outcome }) => isPending(outcome))
      .flatMap((request) =>
        nearing(facts, request, request.outcome, {
          reasons: reasonsOf(request.decision),
          problem: request.message,
          acceptByHand: request.acceptByHand,
          toDo: toDoFor(request),
        }),
      ),
    ...facts.remembered.flatMap((request) =>
      nearing(facts, request, 'notListed', whileFailing(request, facts)),
    ),
  ],
};

function whileFailing({ held }: RememberedRequest, { origin }: Facts): Detail {
  return {
    reasons: held.map(bounded),
    problem: 'runs fail, so the request is not evaluated',
    acceptByHand: null,
    toDo: `see that passes work again: vif-acceptor doctor --policy policy/${origin.target}.yaml`,
  };
}

interface Detail {
  readonly reasons: readonly HeldFor[];
  readonly problem: string | null;
  readonly acceptByHand: string | null;
  readonly toDo: string;
}

function nearing(
  { origin, at, state, owners }: Facts,
  request: RequestReport | RememberedRequest,
  outcome: string,
  { toDo, ...detail }: Detail,
): News[] {
  const { id, firstSeen, deadline } = request;
  const told = state.sightings[id]?.told;
  if (told === undefined) return [];
  return marksAt(deadline, at)
    .filter((mark) => !told.marks.includes(mark))
    .map((mark) => ({
      announcement: announcement('Deadline Near', origin, at, [id, firstSeen, mark], {
        message: `${called(request)} ${wordsFor(mark, deadline)}, and is still pending (${outcome})`,
        request: announced(request, 'state' in request ? request : null),
        hours: mark === 'unknown' ? null : Number(mark),
        outcome,
        ...detail,
        forPeople: {
          who: whoHas(request.connection, owners),
          why: detail.problem ?? whyOf(detail.reasons),
          byWhen: whenOf(deadline),
          toDo,
        },
      }),
      mark: { of: 'deadline', id, mark },
    }));
}

/** The marks that a deadline has passed: whether its early end is unknown, and the nearest of the hours. */
function marksAt({ earliest, latest }: Deadline, at: string): DeadlineMark[] {
  if (latest === null) return [];
  const hours = (Date.parse(earliest ?? latest) - Date.parse(at)) / 3_600_000;
  const nearest = DEADLINE_MARKS.findLast((mark) => mark !== 'unknown' && hours <= Number(mark));
  return [...(earliest === null ? ['unknown' as const] : []), ...(nearest === undefined ? [] : [nearest])];
}

function wordsFor(mark: DeadlineMark, { earliest, latest }: Deadline): string {
  if (mark === 'unknown') return `may expire at any moment, at ${latest} at the latest`;
  return earliest === null
    ? `expires within ${mark} hours, at ${latest} at the latest`
    : `may expire within ${mark} hours, from ${earliest} on`;
}
