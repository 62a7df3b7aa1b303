import { quote } from '../printableText.ts';
import { ticketOf } from '../receipt.ts';
import { announcement, NOTHING_TO_DO, named } from './event.ts';
import { type AnnouncementKind, announced, called } from './eventDefinition.ts';

/** Every acceptance of ours, also one that is learnt of in a later pass. */
export const requestAccepted: AnnouncementKind = {
  types: ['Request Accepted'],
  news: ({ origin, at, receipts, owners }) =>
    receipts.map(
      ({ id, request, firstSeen, deadline, owner, grant, tickets, gateway, acceptedAt, ...receipt }) => {
        const { connection, vlan, name } = request;
        const what = { id, connection, vlan, name, firstSeen, deadline };
        const detail = {
          message: `accepted ${called(what)} of owner \`${owner}\` by grant \`${grant}\` to gateway \`${gateway}\``,
          request: announced(what, request),
          owner,
          grant,
          ticket: ticketOf({ grant, tickets }),
          gateway,
          acceptedAt,
          forPeople: {
            who: `${named(owner, owners)}, on connection ${quote(connection ?? '-')}`,
            why: `grant ${owner}.${grant} of the policy at ${origin.policy.revision}`,
            byWhen: NOTHING_TO_DO,
            toDo: NOTHING_TO_DO,
          },
        };
        return {
          announcement: announcement('Request Accepted', origin, at, [id, receipt.at], detail),
          mark: null,
        };
      },
    ),
};
