import { findingKey } from '../advertisedRoutes.ts';
import { endpointOptions, formatCommand } from '../manualOverrideCommand.ts';
import { formatList, quote } from '../printableText.ts';
import { createEvent, describeOwner } from './event.ts';
import type { EventDefinition } from './eventDefinition.ts';

/** The most findings that one event has. */
const MOST_FINDINGS = 20;
/** The most findings in its sentence. */
const MOST_NAMED = 5;

/** Reports what the owner of an accepted interface advertises unexpectedly, and reports it again when something is added. */
export const unexpectedRoutes: EventDefinition = {
  types: ['Unexpected Routes'],
  findNew: ({ origin, endpoints, at, state, unexpectedRoutes: all, owners }) =>
    all.flatMap((routes) => {
      const { id, owner, gateway, acceptedAt, connection, readAt, prefixes, findings, findingCount } = routes;
      const watch = state.acceptances[id]?.routes ?? null;
      const keys = findings.map(findingKey);
      if (watch === null || keys.every((key) => watch.published.includes(key))) return [];
      const named = findings.slice(0, MOST_NAMED).map(({ message }) => message);
      const more = findingCount - named.length;
      const why = formatList(more > 0 ? [...named, `${more} more`] : named);
      const command =
        `aws directconnect list-virtual-interface-routes --virtual-interface-id ${id} ` +
        `--filters routeDirection=accepted ${formatCommand(endpointOptions(origin.region, endpoints.directConnect))}`;
      const hasDefault = findings.some(({ code }) => code === 'default-route');
      const detail = {
        message: `owner \`${owner}\` of ${quote(id)}, accepted for gateway \`${gateway}\`, ${why}`,
        interface: { id, owner, gateway, acceptedAt, connection },
        readAt,
        prefixes,
        findings: findings.slice(0, MOST_FINDINGS),
        findingCount,
        notification: {
          who: describeOwner(owner, owners),
          why,
          byWhen: 'now',
          toDo: `call the owner, who must stop advertising it${hasDefault ? '' : ', or agree to it in `routes` or `maxPrefixes` of its grant'}; nothing was undone: the runbook says how to withdraw the routes; to see them: ${command}`,
        },
      };
      const key = [id, acceptedAt, watch.publishedCount, ...keys];
      return [
        {
          event: createEvent('Unexpected Routes', origin, at, key, detail),
          mark: { of: 'routes', id, keys } as const,
        },
      ];
    }),
};
