import type { Actor, ActorResult, ManualAction, UnknownActor } from '../actor.ts';
import { awaitedActor, type ManualChange } from '../awaitedActor.ts';
import type { QueuedEvent } from '../ledgerState.ts';
import { escapeLong } from '../printableText.ts';
import { PROVIDER_TRAITS } from '../providers.ts';
import { runbookPath } from '../runbook.ts';
import { type AcceptorEvent, appendToEvent } from './event.ts';
import type { RunFacts } from './eventDefinition.ts';

/**
 * The event as it is queued: with the actor to look up. An action that the provider does not log is not looked up, so that its event
 * does not wait.
 */
export function awaitActor(
  event: AcceptorEvent,
  { acceptedAt, ...change }: ManualChange,
  { origin, state, at }: Pick<RunFacts, 'origin' | 'state' | 'at'>,
): QueuedEvent {
  if (!PROVIDER_TRAITS[origin.provider].auditLog.actions.has(change.action))
    return addActor(event, change.action, { status: 'notLogged' });
  const firstSeen = change.ended?.firstSeen ?? null;
  const before = acceptedAt ?? state.lastListing ?? firstSeen;
  return { ...event, awaitedActor: awaitedActor(change, before, at) };
}

/** The event with what was found out about its actor. Its ID stays the same, so that a receiver recognizes a repeated delivery. */
export function addActor(
  { awaitedActor: _, ...event }: QueuedEvent,
  action: ManualAction,
  result: ActorResult,
): QueuedEvent {
  const actor = result.status === 'found' ? result.actor : null;
  const text = result.status === 'found' ? describeActor(result.actor) : UNKNOWN_TEXTS[result.status](action);
  const toDo = actor === null ? null : adviceAbout(actor, action, event);
  return appendToEvent(event, text, toDo, { actor, actorLookup: result.status });
}

/** What to ask the actor of a change, and what to check; `null`: the log has no one to ask. */
function adviceAbout(actor: Actor, action: ManualAction, { type }: AcceptorEvent): string | null {
  const who = nameActor(actor);
  if (who === null) return null;
  if (action === 'delete')
    return `ask ${who} why the interface was deleted; if it is still needed, have its owner offer it again`;
  if (type !== 'Request Ended')
    return `ask ${who} why the interface is not on the gateway of its grant; unless the change was agreed, ${TAKE_BACK}`;
  const which = actor.gateway === null ? 'its gateway' : `gateway ${safe(actor.gateway)}`;
  return `ask ${who} whether this was agreed with the owner, and check that ${which} is the right one; if either is wrong, ${TAKE_BACK}`;
}

const TAKE_BACK = `delete the interface (${runbookPath('Take an acceptance back')})`;

/** The identity of an actor or, without one, its account, whose users can be asked; `null`: the log has neither. */
function nameActor({ identity, account }: Actor): string | null {
  if (identity !== null) return safe(identity);
  return account === null ? null : `the users of account ${safe(account)}`;
}

const UNKNOWN_TEXTS: Readonly<Record<UnknownActor, (action: ManualAction) => string>> = {
  notFound: (action) =>
    action === 'accept'
      ? 'the log of calls of this account does not say who did it'
      : 'the log of calls of this account does not say who did it: the owner of its connection may have deleted it, or the provider',
  notPermitted: () => 'who did it is unknown: the credentials may not read the log of calls',
  failed: () => 'who did it is unknown: the log of calls could not be read',
  notLogged: () => 'who did it is unknown: the provider does not log this call',
};

/** `done by … with ConfirmPrivateVirtualInterface at …`, safe to print. */
export function describeActor({ operation, at, identity, account, source, agent, gateway }: Actor): string {
  const from = source === null ? '' : `, from ${safe(source)}`;
  const by = agent === null ? '' : ` by ${safe(agent)}`;
  const to = gateway === null ? '' : ` for gateway ${safe(gateway)}`;
  const unnamed = account === null ? 'an unknown identity' : `an identity of account ${safe(account)}`;
  return `done by ${identity === null ? unnamed : safe(identity)}${from}${by}, with ${safe(operation)}${to} at ${at}`;
}

/** The longest part of a log that is printed: an ARN has the person at its end. */
const MAX_CHARACTERS = 300;

function safe(text: string): string {
  return `\`${escapeLong(text, MAX_CHARACTERS)}\``;
}
