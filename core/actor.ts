import type { EndedRequest } from './endedRequest.ts';
import type { Actor } from './model.ts';

/** What somebody can do to an interface without this product. */
export const MANUAL_ACTIONS = ['accept', 'delete'] as const;
export type ManualAction = (typeof MANUAL_ACTIONS)[number];

/** A call in the provider's log, and the interface that it was about. */
export interface LoggedCall {
  readonly id: string;
  readonly action: ManualAction;
  readonly actor: Actor;
}

/** The actor of an event: its event is not delivered before the actor is looked up, or `until` has passed. */
export interface AwaitedActor {
  readonly action: ManualAction;
  /** the interface */
  readonly id: string;
  /** the type of the interface, on which the name of the call depends; `null`: unknown */
  readonly type: string | null;
  /** the earliest time of the call */
  readonly since: string;
  readonly until: string;
  /** the record of the end, which gets the actor too; `null`: there is none */
  readonly ended: EndedRequest | null;
}

/**
 * What became of looking up an actor. `notFound`: the log has no such call of the recipient's account. `notPermitted`: the credentials
 * may not read the log. `failed`: it could not be read. `notLogged`: the provider does not log such calls.
 */
export type ActorResult =
  | { readonly status: 'found'; readonly actor: Actor }
  | { readonly status: UnknownActor };

export const UNKNOWN_ACTORS = ['notFound', 'notPermitted', 'failed', 'notLogged'] as const;
export type UnknownActor = (typeof UNKNOWN_ACTORS)[number];

/**
 * How long an event waits for its actor, in milliseconds: CloudTrail has a call after 15 minutes at the latest, and a person should
 * not wait much longer.
 */
const WAIT_MS = 20 * 60 * 1000;

/** How long before the last complete listing the call may have been made, in milliseconds: that listing may have been outdated. */
const SLACK_MS = 60 * 60 * 1000;

/** The longest time that is searched, in milliseconds: what is older would be found among too many other calls. */
const LONGEST_MS = 7 * 24 * 60 * 60 * 1000;

/** @param before when a listing last showed the interface as it was before; `null`: unknown */
export function awaitedActor(
  { action, id, type, ended }: Pick<AwaitedActor, 'action' | 'id' | 'type' | 'ended'>,
  before: string | null,
  at: string,
): AwaitedActor {
  const now = Date.parse(at);
  const earliest = before === null ? now - LONGEST_MS : Date.parse(before) - SLACK_MS;
  const since = new Date(Math.max(earliest, now - LONGEST_MS)).toISOString();
  return { action, id, type, since, until: new Date(now + WAIT_MS).toISOString(), ended };
}

/** The call that did what is awaited: the latest one, because a later call replaced the effect of an earlier one. */
export function findActor({ action, id, since }: AwaitedActor, calls: readonly LoggedCall[]): Actor | null {
  const own = calls.filter(
    (call) => call.action === action && call.id === id && Date.parse(call.actor.at) >= Date.parse(since),
  );
  return own.toSorted((a, b) => Date.parse(b.actor.at) - Date.parse(a.actor.at))[0]?.actor ?? null;
}
