import { announcement, DEADLINE_MARKS, type DeadlineMark } from '../announcement.ts';
import type { Deadline } from '../deadline.ts';
import { type AnnouncementKind, announced, called, reasonsOf } from './kind.ts';

/**
 * What is still pending near its end: the early one, or the late one where the early one is not known; and that it is not
 * known, at once. Of several marks passed since the last pass, the nearest is told.
 */
export const deadlineNear: AnnouncementKind = {
  types: ['Deadline Near'],
  news: ({ origin, at, state, requests }) =>
    requests.flatMap((request) => {
      const { id, deadline, firstSeen, outcome, decision, message, acceptByHand } = request;
      const told = state.sightings[id]?.told;
      const isPending = outcome === 'held' || outcome === 'failed' || outcome === 'notAttempted';
      if (!isPending || told === undefined) return [];
      return marksAt(deadline, at)
        .filter((mark) => !told.marks.includes(mark))
        .map((mark) => ({
          announcement: announcement('Deadline Near', origin, at, [id, firstSeen, mark], {
            message: `${called(request)} ${wordsFor(mark, deadline)}, and is still pending (${outcome})`,
            request: announced(request),
            hours: mark === 'unknown' ? null : Number(mark),
            outcome,
            reasons: reasonsOf(decision),
            problem: message,
            acceptByHand,
          }),
          mark: { of: 'deadline' as const, id, mark },
        }));
    }),
};

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
