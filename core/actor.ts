/** What somebody can do to an interface without this product. */
export const MANUAL_ACTIONS = ['accept', 'delete'] as const;
export type ManualAction = (typeof MANUAL_ACTIONS)[number];

/** Who did something to an interface, as the provider's log of calls says it. It has no key, and no decision depends on it. */
export interface Actor {
  /** the call: `DeleteVirtualInterface` */
  readonly operation: string;
  readonly at: string;
  /** an ARN or a user name; `null`: the log has none */
  readonly identity: string | null;
  readonly account: string | null;
  /** the address or the service that the call came from */
  readonly source: string | null;
  /** the program that made the call */
  readonly agent: string | null;
  /** the gateway that the call named; `null`: none */
  readonly gateway: string | null;
}

/** A call in the provider's log, and the interface that it was about. */
export interface LoggedCall {
  readonly id: string;
  readonly action: ManualAction;
  readonly actor: Actor;
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
