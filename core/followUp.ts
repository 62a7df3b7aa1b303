import type { Acceptance, FollowUpProblem } from './ledgerEntries.ts';
import type { LedgerChange } from './ledgerState.ts';
import { hasEnded, type VirtualInterface } from './model.ts';
import type { Owner } from './policy.ts';
import { quote } from './printableText.ts';

/** Something wrong with an interface that we accepted. */
export interface FollowUp {
  readonly id: string;
  readonly owner: string;
  readonly gateway: string;
  readonly acceptedAt: string;
  readonly problem: FollowUpProblem;
  /** that it is on now; `null`: not known */
  readonly connection: string | null;
  /** a sentence for people */
  readonly message: string;
  /** the AWS CLI command that mends it; `null` where no command does */
  readonly fix: string | null;
}

/** How long an accepted interface may take to become `available` unless it is set otherwise, in milliseconds. */
export const AVAILABLE_WITHIN_MS = 2 * 60 * 60 * 1000;

/**
 * What we accepted is followed until it was `available`, and told when it is anything else for too long. On which
 * connection it is, is followed until it is over: its owner can move it, and it takes the owner's slots of the limits there too.
 * @param found what this run knows of each; what is not in it is not known
 * @param availableWithinMs how long a customer's router may take to come up
 */
export function findFollowUps(
  acceptances: Readonly<Record<string, Acceptance>>,
  found: ReadonlyMap<string, VirtualInterface | null>,
  at: Date,
  availableWithinMs: number,
): FollowUp[] {
  return Object.entries(acceptances).flatMap(([id, acceptance]) => {
    const vif = found.get(id);
    if (vif === undefined) return [];
    // Either way: a record of a distant future is no young one.
    const isYoung = Math.abs(at.getTime() - Date.parse(acceptance.at)) < availableWithinMs;
    const problems = [elsewhere(vif, acceptance), problem(vif, acceptance, isYoung)];
    const { owner, gateway, at: acceptedAt } = acceptance;
    return problems
      .filter((found) => found !== null)
      .map((found) => ({ id, owner, gateway, acceptedAt, ...found, fix: null }));
  });
}

type Found = Pick<FollowUp, 'problem' | 'message' | 'connection'>;

/** An unknown connection, of the record or of the interface, is no other one. */
function elsewhere(vif: VirtualInterface | null, acceptance: Acceptance): Found | null {
  const { connection: home, at: acceptedAt, owner } = acceptance;
  const connection = vif?.connection ?? null;
  if (vif === null || hasEnded(vif) || home === null || connection === null || connection === home)
    return null;
  return {
    problem: 'otherConnection',
    connection,
    message:
      `accepted at ${acceptedAt} on connection ${quote(home)} and is on ${quote(connection)} now: ask its owner why; ` +
      `where that is right, add the connection to owner \`${owner}\` in the policy. It takes its slots of the limits all the same`,
  };
}

/**
 * What a complete look teaches about where accepted interfaces are: the connection of those recorded without one; that one
 * is where it was again, so that its next move is reported; and that the policy gives its owner the connection to which it
 * was moved, so that this is where it belongs.
 */
export function connectionChanges(
  acceptances: Readonly<Record<string, Acceptance>>,
  found: ReadonlyMap<string, VirtualInterface | null>,
  owners: readonly Owner[],
): LedgerChange[] {
  return Object.entries(acceptances).flatMap(([id, before]): LedgerChange[] => {
    const vif = found.get(id) ?? null;
    if (vif === null || hasEnded(vif) || vif.connection === null) return [];
    const place = placeOf(before, vif.connection, owners);
    if (place.connection === before.connection && place.movedTo === before.movedTo) return [];
    return [{ kind: 'placed', id, place }];
  });
}

function placeOf(acceptance: Acceptance, now: string, owners: readonly Owner[]) {
  const { owner, connection, movedTo } = acceptance;
  const isHome = ({ name, connections }: Owner): boolean =>
    connections.includes(now) &&
    (name === owner || (connection !== null && connections.includes(connection)));
  if (connection === null || connection === now || owners.some(isHome))
    return { connection: now, movedTo: null };
  return { connection, movedTo };
}

/** Until it is `available`. From then on it lives the life of any interface of its account. */
function problem(vif: VirtualInterface | null, acceptance: Acceptance, isYoung: boolean): Found | null {
  // A request it becomes no more: a ledger that says so must not keep one from being reported.
  if (acceptance.availableAt !== null && vif?.state !== 'confirming') return null;
  if (vif === null || hasEnded(vif)) return gone(vif, acceptance);
  return otherGateway(vif, acceptance, isYoung) ?? (isYoung ? null : notUp(vif, acceptance));
}

function gone(vif: VirtualInterface | null, { at: acceptedAt }: Acceptance): Found {
  const message = `accepted at ${acceptedAt}, and gone since (${vif?.state ?? 'listed no more'})`;
  return { problem: 'gone', connection: vif?.connection ?? null, message };
}

/** A gateway that the API does not show yet is no other one; later it is. */
function otherGateway(vif: VirtualInterface, { gateway }: Acceptance, isYoung: boolean): Found | null {
  if (vif.gateway === gateway || (vif.gateway === null && isYoung)) return null;
  const message = `was given gateway \`${gateway}\` and is on ${vif.gateway === null ? 'none' : quote(vif.gateway)}`;
  return { problem: 'otherGateway', connection: vif.connection, message };
}

function notUp({ state, connection }: VirtualInterface, { at: acceptedAt }: Acceptance): Found | null {
  if (state === 'available') return null;
  if (state === 'down') {
    const message = `accepted at ${acceptedAt} and down: check the BGP session with its owner`;
    return { problem: 'down', connection, message };
  }
  const message = `accepted at ${acceptedAt} and still ${state === null ? 'of no state' : quote(state)}`;
  return { problem: 'notAvailable', connection, message };
}
