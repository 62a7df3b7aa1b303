import type { EndCause, EndedRequest } from '../endedRequest.ts';
import { manualOverrideFor } from '../manualOverrideCommand.ts';
import { VERIFY_OWNER } from '../operatorAdvice.ts';
import { formatList } from '../printableText.ts';
import { createEvent, describeConnectionOwner, NOTHING_TO_DO, summarizeReasons } from './event.ts';
import { boundedReason, type EventDefinition, nameRequest } from './eventDefinition.ts';

/** Reports a request that ended without this product: expired, withdrawn, deleted, vanished, or accepted by somebody else. */
export const requestEnded: EventDefinition = {
  types: ['Request Ended', 'Request Expired'],
  findNew: ({ origin, at, ended, owners }) =>
    ended.flatMap((end) => {
      const { id, connection, vlan, name, as, firstSeen, endedAt, pendingSeconds, held, failures } = end;
      const named = nameRequest({ ...end, type: end.request?.type ?? null });
      if (as === 'accepted') return [];
      const type = as === 'expired' ? 'Request Expired' : 'Request Ended';
      const detail = {
        message: `${named} ${END_TEXTS[as]}, ${describeObservation(end)}${describeWhyPending(end)}`,
        request: { id, connection, vlan, name, firstSeen },
        as,
        endedAt,
        pendingSeconds,
        reasons: held.map(boundedReason),
        failures,
        notification: {
          who: describeConnectionOwner(connection, owners),
          why: describeReason(end),
          byWhen: NOTHING_TO_DO,
          toDo: adviceAfterEnd(end),
        },
      };
      const event = createEvent(type, origin, at, [id, firstSeen ?? 'unseen'], detail);
      // A withdrawn request is not looked up: requesters control their number.
      if (as !== 'acceptedByOthers') return [{ event, mark: null }];
      const change = { id, type: end.request?.type ?? null, ended: end, acceptedAt: null };
      return [{ event, mark: null, manualChange: { action: 'accept', ...change } }];
    }),
};

const END_TEXTS: Readonly<Record<EndCause, string>> = {
  accepted: 'was accepted',
  acceptedByOthers: 'was accepted by somebody else',
  expired: 'expired unaccepted',
  rejected: 'was withdrawn by its requester',
  deleted: 'was deleted',
  vanished: 'is no longer listed and unknown by its ID',
};

function adviceAfterEnd({ as, held }: EndedRequest): string {
  switch (as) {
    case 'acceptedByOthers':
      return 'find out who accepted it, and on which gateway; delete it if it is wrong';
    case 'expired': {
      const isCertain = manualOverrideFor(held.map(({ code }) => code)) !== 'verifyFirst';
      const condition = isCertain ? 'if it was wanted' : `if it seems to be wanted, ${VERIFY_OWNER}`;
      return `${condition}: allow it in the policy, then have the owner offer it again`;
    }
    case 'vanished':
      return 'ask its owner, over a contact that was known before, whether it was withdrawn';
    default:
      return NOTHING_TO_DO;
  }
}

function describeReason({ held, failures }: EndedRequest): string {
  if (held.length > 0) return `it was held: ${summarizeReasons(held.map(boundedReason))}`;
  return failures === 0 ? '-' : `${failures} confirms failed`;
}

function describeObservation({ firstSeen, pendingSeconds }: EndedRequest): string {
  if (firstSeen === null || pendingSeconds === null)
    return 'and was never observed: it was made and expired while no run was complete';
  const hours = Math.floor(pendingSeconds / 3600);
  return `first seen ${firstSeen}, ${hours >= 48 ? `${Math.floor(hours / 24)} days` : `${hours} hours`} before`;
}

/** `; it was held for …`, or an empty text. */
export function describeWhyPending({ held, failures }: EndedRequest): string {
  if (held.length > 0) return `; it was held for ${formatList([...new Set(held.map(({ code }) => code))])}`;
  return failures === 0 ? '' : `; ${failures} confirms failed`;
}
