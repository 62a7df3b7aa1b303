import { hasEnded } from '../../../emulator/lifecycle.ts';
import type { VirtualInterface as Emulated, World } from '../../../emulator/world.ts';
import { RECIPIENT_ACCOUNT, WEEK } from '../plan/constants.ts';

/** The fields of a request or interface that the API shows and its owner can change. */
export interface ShownFields {
  readonly connection: string;
  readonly name: string;
  readonly mtu: number;
  readonly sessions: readonly Session[];
  /** has an unreadable field */
  readonly isUnreadable: boolean;
}

export interface Session {
  readonly asn: number;
  readonly amazonAddress: string;
  readonly customerAddress: string;
  /** empty if there is none */
  readonly key: string;
}

/** The ground truth of a request from its creation to its end, recorded by the actors and never by the product. */
export interface Truth {
  readonly id: string;
  readonly account: string;
  readonly to: string;
  /** the customer that ordered it from the carrier; `null` if it is on no connection of the carrier */
  readonly requester: string | null;
  readonly type: 'private' | 'public' | 'transit';
  readonly vlan: number;
  readonly madeAt: number;
  /** `null` if it never expires */
  readonly expiresAt: number | null;
  /** part of a flood */
  readonly isFlood: boolean;
  shown: ShownFields;
  /** when it was accepted, by whom, and for which gateway */
  taken: AcceptedAs | null;
  withdrawnAt: number | null;
  /** since when no listing shows it and its state is an undocumented one */
  strangeSince: number | null;
  /** the gateway of our last confirm */
  attempted: string | null;
  /** accepted, then deleted by another party */
  deletedAt: number | null;
  /** accepted, and down before a run saw it available */
  wentDown: boolean;
  /** a received listing showed it available */
  wasAvailable: boolean;
  /** it was a request in a complete listing */
  seen: boolean;
  /** a listing that claimed to be complete lacked it */
  hidden: boolean;
}

export interface AcceptedAs {
  readonly at: number;
  readonly by: 'us' | 'person';
  readonly gateway: string;
  /** connection when it was accepted */
  readonly connection: string;
  /** assignment by the policy in force, according to the oracle */
  readonly assignment: { readonly owner: string; readonly grants: readonly string[] } | null;
  /** the accepter received the answer */
  received: boolean;
}

export interface Made {
  readonly at: number;
  readonly requester: string | null;
  readonly expires: boolean;
  readonly isFlood: boolean;
  readonly isUnreadable: boolean;
}

export function createTruth(vif: Emulated, { at, requester, expires, isFlood, isUnreadable }: Made): Truth {
  const { id, connection, recipient, type, vlan } = vif;
  return {
    id,
    account: connection.account,
    to: recipient,
    requester,
    type,
    vlan,
    madeAt: at,
    expiresAt: expires ? at + WEEK : null,
    isFlood,
    shown: shownFieldsOf(vif, isUnreadable),
    taken: null,
    withdrawnAt: null,
    strangeSince: null,
    attempted: null,
    deletedAt: null,
    wentDown: false,
    wasAvailable: false,
    seen: false,
    hidden: false,
  };
}

export function shownFieldsOf(
  { connection, name, mtu, peers }: Emulated,
  isUnreadable: boolean,
): ShownFields {
  const sessions = peers.flatMap(({ asn, amazonAddress, customerAddress, authKey, state }) =>
    state === 'live' ? [{ asn, amazonAddress, customerAddress, key: authKey }] : [],
  );
  return { connection: connection.id, name, mtu, sessions, isUnreadable };
}

/** Whether it is a request that could be accepted at that time. */
export function isPending(
  { taken, withdrawnAt, strangeSince, expiresAt, madeAt }: Truth,
  at: number,
): boolean {
  const isBefore = (end: number | null) => end === null || at < end;
  return (
    madeAt <= at &&
    (taken === null || at < taken.at) &&
    isBefore(withdrawnAt) &&
    isBefore(strangeSince) &&
    isBefore(expiresAt)
  );
}

/** Whether it was offered to us by another account. */
export function isOffer({ to, account }: Truth): boolean {
  return to === RECIPIENT_ACCOUNT && account !== RECIPIENT_ACCOUNT;
}

/** Whether the recipient's listings have it: it was offered to the recipient, or by the recipient to another account. */
export function isListedForUs({ to, account }: Truth): boolean {
  return to === RECIPIENT_ACCOUNT || account === RECIPIENT_ACCOUNT;
}

/** Whether it is accepted, and neither deleted nor about to become unknown. */
export function isLive({ id, taken }: Truth, world: World): boolean {
  const vif = world.interfaces.get(id);
  return taken !== null && vif !== undefined && !hasEnded(vif);
}

/**
 * Whether it may be live according to the API: it has an undocumented state, or it is a request that shows a
 * gateway.
 */
export function mayBeLive(truth: Truth, world: World): boolean {
  const isThere = world.interfaces.has(truth.id);
  return isLive(truth, world) || (isThere && (truth.strangeSince !== null || truth.shown.isUnreadable));
}

/**
 * Whether its accepter cannot be determined: our confirm had no successful answer, and another party accepted it for the
 * same gateway before our next description.
 */
export function hasUnknownAccepter({ taken, attempted }: Truth): boolean {
  return taken?.by === 'person' && taken.gateway === attempted;
}
