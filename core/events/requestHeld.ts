import { adviceWithCommand } from '../operatorAdvice.ts';
import { formatFirst } from '../printableText.ts';
import { createEvent, describeConnectionOwner, describeDeadline } from './event.ts';
import { boundedReasonsOf, type EventDefinition, nameRequest, requestDetail } from './eventDefinition.ts';

/** Reports a held request, and reports it again whenever the set of its reason codes changes. */
export const requestHeld: EventDefinition = {
  types: ['Request Held'],
  findNew: ({ origin, at, state, requests, owners }) =>
    requests.flatMap((request) => {
      const { id, decision, firstSeen, manualOverrideCommand } = request;
      const published = state.observations[id]?.published;
      if (request.outcome !== 'held' || decision.verdict !== 'hold' || published === undefined) return [];
      const codes = [...new Set(decision.reasons.map(({ code }) => code))].sort();
      if (isSameSet(codes, published.codes)) return [];
      const reasons = boundedReasonsOf(decision);
      const why = formatFirst(
        reasons.map(({ code, message }) => `${code}: ${message}`),
        10,
      );
      const detail = {
        message: `${nameRequest(request)} is held: ${why}`,
        request: requestDetail(request, request),
        reasons,
        manualOverrideCommand: manualOverrideCommand?.text ?? null,
        notification: {
          who: describeConnectionOwner(request.connection, owners),
          why,
          byWhen: describeDeadline(request.deadline),
          toDo: adviceWithCommand(request),
        },
      };
      return [
        {
          // The codes are part of the key: after an interrupted write, a hold may be published although it is not counted
          // as published.
          event: createEvent('Request Held', origin, at, [id, firstSeen, published.holds, ...codes], detail),
          mark: { of: 'hold', id, codes },
        },
      ];
    }),
};

function isSameSet(a: readonly string[], b: readonly string[]): boolean {
  return a.length === b.length && a.every((item) => b.includes(item));
}
