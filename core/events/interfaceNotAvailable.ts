import type { FollowUp } from '../followUp.ts';
import type { Acceptance, FollowUpProblem } from '../ledgerEntries.ts';
import { endpointOptions, formatCommand } from '../manualOverrideCommand.ts';
import { quote } from '../printableText.ts';
import { createEvent, describeOwner, NOTHING_TO_DO } from './event.ts';
import type { EventDefinition, NewEvent } from './eventDefinition.ts';

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
        ...manualChangeOf(problem, id, acceptedAt),
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

/** What somebody else did, if that is the problem. The owner of the connection moves an interface, with a call in its own account. */
function manualChangeOf(
  problem: FollowUpProblem,
  id: string,
  acceptedAt: string,
): Pick<NewEvent, 'manualChange'> {
  const base = { id, type: null, ended: null };
  if (problem === 'gone') return { manualChange: { action: 'delete', ...base, acceptedAt: null } };
  if (problem === 'otherGateway') return { manualChange: { action: 'accept', ...base, acceptedAt } };
  return {};
}

function isMove(problem: FollowUpProblem, connection: string | null): connection is string {
  return problem === 'otherConnection' && connection !== null;
}
