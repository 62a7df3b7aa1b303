import { announcement } from '../announcement.ts';
import { whereTo } from '../byHand.ts';
import { quote } from '../text.ts';
import { NOTHING_TO_DO, named } from './forPeople.ts';
import type { AnnouncementKind } from './kind.ts';

/** What is wrong with an interface that we accepted, and again when it is something else. */
export const notAvailable: AnnouncementKind = {
  types: ['Accepted Interface Not Available'],
  news: ({ origin, endpoints, at, state, followUps, owners }) =>
    followUps
      .filter(({ id, problem }) => state.acceptances[id]?.told !== problem)
      .map(({ id, owner, gateway, acceptedAt, problem, message, mend }) => ({
        announcement: announcement(
          'Accepted Interface Not Available',
          origin,
          at,
          [id, acceptedAt, state.acceptances[id]?.timesTold ?? 0, problem],
          {
            message: `${quote(id)} of owner \`${owner}\`, accepted for gateway \`${gateway}\`: ${message}${mend === null ? '' : `; to mend it: ${mend}`}`,
            interface: { id, owner, gateway, acceptedAt },
            problem,
            forPeople: {
              who: named(owner, owners),
              why: message,
              byWhen: NOTHING_TO_DO,
              toDo:
                mend ??
                `aws directconnect describe-virtual-interfaces --virtual-interface-id ${id} ${whereTo(origin.region, endpoints.directConnect)}`,
            },
          },
        ),
        mark: { of: 'problem', id, problem },
      })),
};
