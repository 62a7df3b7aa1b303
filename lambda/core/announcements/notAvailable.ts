import { announcement } from '../announcement.ts';
import { quote } from '../text.ts';
import type { AnnouncementKind } from './kind.ts';

/** What is wrong with an interface that we accepted, and again when it is something else. */
export const notAvailable: AnnouncementKind = {
  types: ['Accepted Interface Not Available'],
  news: ({ origin, at, state, followUps }) =>
    followUps
      .filter(({ id, problem }) => state.acceptances[id]?.told !== problem)
      .map(({ id, owner, gateway, acceptedAt, problem, message }) => ({
        announcement: announcement(
          'Accepted Interface Not Available',
          origin,
          at,
          [id, acceptedAt, state.acceptances[id]?.timesTold ?? 0, problem],
          {
            message: `${quote(id)} of owner \`${owner}\`, accepted for gateway \`${gateway}\`: ${message}`,
            interface: { id, owner, gateway, acceptedAt },
            problem,
          },
        ),
        mark: { of: 'problem', id, problem },
      })),
};
