import { toDoFor } from '../operatorAdvice.ts';
import { listSome } from '../printableText.ts';
import { announcement, whenOf, whoHas } from './event.ts';
import { type AnnouncementKind, announced, called, reasonsOf } from './eventDefinition.ts';

/** A request that is held, and again whenever the set of its reason codes changes. */
export const requestHeld: AnnouncementKind = {
  types: ['Request Held'],
  news: ({ origin, at, state, requests, owners }) =>
    requests.flatMap((request) => {
      const { id, decision, firstSeen, acceptByHand } = request;
      const told = state.sightings[id]?.told;
      if (request.outcome !== 'held' || decision.verdict !== 'hold' || told === undefined) return [];
      const codes = [...new Set(decision.reasons.map(({ code }) => code))].sort();
      if (isSameSet(codes, told.codes)) return [];
      const reasons = reasonsOf(decision);
      const why = listSome(
        reasons.map(({ code, message }) => `${code}: ${message}`),
        10,
      );
      const detail = {
        message: `${called(request)} is held: ${why}`,
        request: announced(request, request),
        reasons,
        acceptByHand,
        forPeople: {
          who: whoHas(request.connection, owners),
          why,
          byWhen: whenOf(request.deadline),
          toDo: toDoFor(request),
        },
      };
      return [
        {
          // With its codes: where a write was cut short, it may have been told and be counted as not.
          announcement: announcement(
            'Request Held',
            origin,
            at,
            [id, firstSeen, told.holds, ...codes],
            detail,
          ),
          mark: { of: 'hold', id, codes },
        },
      ];
    }),
};

function isSameSet(a: readonly string[], b: readonly string[]): boolean {
  return a.length === b.length && a.every((item) => b.includes(item));
}
