import { adviceWithCommand } from '../operatorAdvice.ts';
import { formatFirst } from '../printableText.ts';
import { createEvent, describeConnectionOwner, describeDeadline } from './event.ts';
import { boundedReasonsOf, type EventDefinition, nameRequest, requestDetail } from './eventDefinition.ts';

/** A request that is held, and again whenever the set of its reason codes changes. */
export const requestHeld: EventDefinition = {
  types: ['Request Held'],
  findNew: ({ origin, at, state, requests, owners }) =>
    requests.flatMap((request) => {
      const { id, decision, firstSeen, manualOverrideCommand } = request;
      const told = state.observations[id]?.published;
      if (request.outcome !== 'held' || decision.verdict !== 'hold' || told === undefined) return [];
      const codes = [...new Set(decision.reasons.map(({ code }) => code))].sort();
      if (isSameSet(codes, told.codes)) return [];
      const reasons = boundedReasonsOf(decision);
      const why = formatFirst(
        reasons.map(({ code, message }) => `${code}: ${message}`),
        10,
      );
      const detail = {
        message: `${nameRequest(request)} is held: ${why}`,
        request: requestDetail(request, request),
        reasons,
        acceptByHand: manualOverrideCommand,
        forPeople: {
          who: describeConnectionOwner(request.connection, owners),
          why,
          byWhen: describeDeadline(request.deadline),
          toDo: adviceWithCommand(request),
        },
      };
      return [
        {
          // With its codes: where a write was cut short, it may have been told and be counted as not.
          event: createEvent('Request Held', origin, at, [id, firstSeen, told.holds, ...codes], detail),
          mark: { of: 'hold', id, codes },
        },
      ];
    }),
};

function isSameSet(a: readonly string[], b: readonly string[]): boolean {
  return a.length === b.length && a.every((item) => b.includes(item));
}
