import { hasEnded } from '../../../emulator/lifecycle.ts';
import type { VirtualInterface as Emulated, World } from '../../../emulator/world.ts';
import { RECIPIENT_ACCOUNT, WEEK } from '../plan/constants.ts';

/** What the API shows of a request or an interface, and its owner may change. */
export interface ShownFields {
  readonly connection: string;
  readonly name: string;
  readonly mtu: number;
  readonly sessions: readonly Session[];
  /** some of it cannot be read */
  readonly isOdd: boolean;
}

export interface Session {
  readonly asn: number;
  readonly amazonAddress: string;
  readonly customerAddress: string;
  readonly hasKey: boolean;
}

/** One request as it truly is, from its making to its end: written down by whoever makes it so, never by the product. */
export interface Truth {
  readonly id: string;
  readonly account: string;
  readonly to: string;
  readonly vlan: number;
  readonly madeAt: number;
  /** `null`: it stands for ever */
  readonly expiresAt: number | null;
  /** one of thousands */
  readonly isFlood: boolean;
  shown: ShownFields;
  /** when it was accepted, by whom, and on what */
  taken: AcceptedAs | null;
  withdrawnAt: number | null;
  /** since when no listing has it, and its state is one that was never documented */
  strangeSince: number | null;
  /** the gateway that we last tried to put it on */
  attempted: string | null;
  /** an accepted one that somebody deleted */
  deletedAt: number | null;
  /** accepted, and down before anybody saw it available */
  wentDown: boolean;
  /** a listing that was heard showed it available */
  wasAvailable: boolean;
  /** it stood in a listing that was whole, and was a request then */
  seen: boolean;
  /** an answer that said it was everything lacked it */
  hidden: boolean;
}

export interface AcceptedAs {
  readonly at: number;
  readonly by: 'us' | 'hand';
  readonly gateway: string;
  /** that it was on then */
  readonly connection: string;
  /** what the policy in force gave it, as the oracle has it */
  readonly award: { readonly owner: string; readonly grants: readonly string[] } | null;
  /** whoever accepted it heard that it did */
  heard: boolean;
}

interface Made {
  readonly at: number;
  readonly expires: boolean;
  readonly isFlood: boolean;
  readonly isOdd: boolean;
}

export function createTruth(vif: Emulated, { at, expires, isFlood, isOdd }: Made): Truth {
  const { id, connection, recipient, vlan } = vif;
  return {
    id,
    account: connection.account,
    to: recipient,
    vlan,
    madeAt: at,
    expiresAt: expires ? at + WEEK : null,
    isFlood,
    shown: shownFieldsOf(vif, isOdd),
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

export function shownFieldsOf({ connection, name, mtu, peers }: Emulated, isOdd: boolean): ShownFields {
  const sessions = peers.flatMap(({ asn, amazonAddress, customerAddress, authKey, state }) =>
    state === 'live' ? [{ asn, amazonAddress, customerAddress, hasKey: authKey !== '' }] : [],
  );
  return { connection: connection.id, name, mtu, sessions, isOdd };
}

/** A request that could be accepted at that time. */
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

/** To us, by somebody else. */
export function isOffer({ to, account }: Truth): boolean {
  return to === RECIPIENT_ACCOUNT && account !== RECIPIENT_ACCOUNT;
}

/** Accepted, and neither deleted nor about to be unknown. */
export function isLive({ id, taken }: Truth, world: World): boolean {
  const vif = world.interfaces.get(id);
  return taken !== null && vif !== undefined && !hasEnded(vif);
}

/**
 * It may be live for all that anybody can know: what is in a state that was never documented, and what shows a gateway
 * and yet is a request.
 */
export function mayBeLive(truth: Truth, world: World): boolean {
  const isThere = world.interfaces.has(truth.id);
  return isLive(truth, world) || (isThere && (truth.strangeSince !== null || truth.shown.isOdd));
}

/**
 * We tried, heard no good of it, and somebody else put it on the same gateway before we looked again: whose doing it was, the
 * API tells nobody.
 */
export function hasUnknownAccepter({ taken, attempted }: Truth): boolean {
  return taken?.by === 'hand' && taken.gateway === attempted;
}
