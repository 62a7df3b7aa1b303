import { quote } from '../printableText.ts';
import { ticketOf } from '../receipt.ts';
import { createEvent, describeOwner, NOTHING_TO_DO } from './event.ts';
import { type EventDefinition, nameRequest, requestDetail } from './eventDefinition.ts';

/** Reports every acceptance by this product, including one that a later run finds. */
export const requestAccepted: EventDefinition = {
  types: ['Request Accepted'],
  findNew: ({ origin, at, receipts, owners }) =>
    receipts.map(
      ({ id, request, firstSeen, deadline, owner, grant, tickets, gateway, acceptedAt, ...receipt }) => {
        const { connection, vlan, name } = request;
        const what = { id, connection, vlan, name, firstSeen, deadline };
        const detail = {
          message: `accepted ${nameRequest({ ...what, type: request.type })} of owner \`${owner}\` by grant \`${grant}\` to gateway \`${gateway}\``,
          request: requestDetail(what, request),
          owner,
          grant,
          ticket: ticketOf({ grant, tickets }),
          gateway,
          acceptedAt,
          notification: {
            who: `${describeOwner(owner, owners)}, on connection ${quote(connection ?? '-')}`,
            why: `grant ${owner}.${grant} of the policy at ${origin.policy.revision}`,
            byWhen: NOTHING_TO_DO,
            toDo: NOTHING_TO_DO,
          },
        };
        return {
          event: createEvent('Request Accepted', origin, at, [id, receipt.at], detail),
          mark: null,
        };
      },
    ),
};
