import type { FollowUp } from '../followUp.ts';
import type { Acceptance, FollowUpProblem } from '../ledgerEntries.ts';
import { endpointOptions, formatCommand } from '../manualOverrideCommand.ts';
import { quote } from '../printableText.ts';
import { createEvent, describeOwner, NOTHING_TO_DO } from './event.ts';
import type { EventDefinition } from './eventDefinition.ts';

/** Reports a problem of an accepted interface, and reports again when the problem changes. */
export const interfaceNotAvailable: EventDefinition = {
  types: ['Accepted Interface Not Available'],
  findNew: ({ origin, endpoints, at, state, followUps, owners }) =>
    followUps
      .filter((followUp) => !isPublished(followUp, state.acceptances[followUp.id]))
      .map(({ id, owner, gateway, acceptedAt, problem, connection, message, fix }) => ({
        event: createEvent(
          'Accepted Interface Not Available',
          origin,
          at,
          [id, acceptedAt, state.acceptances[id]?.publishedCount ?? 0, problem],
          {
            message: `${quote(id)} of owner \`${owner}\`, accepted for gateway \`${gateway}\`: ${message}${fix === null ? '' : `; to fix it: ${fix}`}`,
            interface: { id, owner, gateway, acceptedAt },
            problem,
            notification: {
              who: describeOwner(owner, owners),
              why: message,
              byWhen: NOTHING_TO_DO,
              toDo:
                fix ??
                `aws directconnect describe-virtual-interfaces --virtual-interface-id ${id} ${formatCommand(endpointOptions(origin.region, endpoints.directConnect))}`,
            },
          },
        ),
        mark: isMove(problem, connection) ? { of: 'move', id, connection } : { of: 'problem', id, problem },
      })),
};

/**
 * Moves to another connection are marked separately, by connection: an interface may have a move and a problem, and each
 * is reported once.
 */
function isPublished({ problem, connection }: FollowUp, acceptance: Acceptance | undefined): boolean {
  return isMove(problem, connection)
    ? acceptance?.movedTo === connection
    : acceptance?.publishedProblem === problem;
}

function isMove(problem: FollowUpProblem, connection: string | null): connection is string {
  return problem === 'otherConnection' && connection !== null;
}
