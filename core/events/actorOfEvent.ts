import { type ActorResult, awaitedActor, type ManualAction, type UnknownActor } from '../actor.ts';
import type { QueuedEvent } from '../ledgerState.ts';
import type { Actor } from '../model.ts';
import { escapeLong } from '../printableText.ts';
import { PROVIDER_TRAITS } from '../providers.ts';
import { type AcceptorEvent, appendToEvent } from './event.ts';
import type { ManualChange, RunFacts } from './eventDefinition.ts';

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
  const text = result.status === 'found' ? describeActor(result.actor) : UNKNOWN_TEXTS[result.status](action);
  const actor = result.status === 'found' ? result.actor : null;
  return appendToEvent(event, text, { actor, actorLookup: result.status });
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
