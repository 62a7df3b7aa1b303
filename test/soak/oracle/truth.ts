import { isOver } from '../../../simulator/lifecycle.ts';
import type { VirtualInterface as Emulated, World } from '../../../simulator/world.ts';
import { US, WEEK } from '../plan/cast.ts';

/** One request as it truly is, from its making to its end: written down by whoever makes it so, never by the product. */
export interface Truth {
  readonly id: string;
  readonly connection: string;
  readonly account: string;
  readonly to: string;
  readonly vlan: number;
  readonly asn: number;
  readonly name: string;
  readonly amazonAddress: string;
  readonly customerAddress: string;
  readonly hasKey: boolean;
  readonly madeAt: number;
  /** `null`: it stands for ever */
  readonly expiresAt: number | null;
  /** when it was accepted, by whom, and on what */
  taken: Taken | null;
  withdrawnAt: number | null;
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

export interface Taken {
  readonly at: number;
  readonly by: 'us' | 'hand';
  readonly gateway: string;
  /** what the policy in force gave it, as the oracle has it */
  readonly award: { readonly owner: string; readonly grants: readonly string[] } | null;
  /** whoever accepted it heard that it did */
  heard: boolean;
}

const NO_PEER = { asn: 0, amazonAddress: '', customerAddress: '', authKey: '' };

export function truthOf(vif: Emulated, madeAt: number, expires: boolean): Truth {
  const { id, connection, recipient, vlan, name, peers } = vif;
  const [{ asn, amazonAddress, customerAddress, authKey } = NO_PEER] = peers;
  return {
    id,
    connection: connection.id,
    account: connection.account,
    to: recipient,
    vlan,
    asn,
    name,
    amazonAddress,
    customerAddress,
    hasKey: authKey !== '',
    madeAt,
    expiresAt: expires ? madeAt + WEEK : null,
    taken: null,
    withdrawnAt: null,
    attempted: null,
    deletedAt: null,
    wentDown: false,
    wasAvailable: false,
    seen: false,
    hidden: false,
  };
}

/** A request that could be accepted at that time. */
export function isPending({ taken, withdrawnAt, expiresAt, madeAt }: Truth, at: number): boolean {
  const isBefore = (end: number | null) => end === null || at < end;
  return madeAt <= at && (taken === null || at < taken.at) && isBefore(withdrawnAt) && isBefore(expiresAt);
}

/** To us, by somebody else. */
export function isOffer({ to, account }: Truth): boolean {
  return to === US && account !== US;
}

/** Accepted, and neither deleted nor about to be unknown. */
export function isLive({ id, taken }: Truth, world: World): boolean {
  const vif = world.interfaces.get(id);
  return taken !== null && vif !== undefined && !isOver(vif);
}

/**
 * We tried, heard no good of it, and somebody else put it on the same gateway before we looked again: whose doing it was, the
 * API tells nobody.
 */
export function isAnybodys({ taken, attempted }: Truth): boolean {
  return taken?.by === 'hand' && taken.gateway === attempted;
}
