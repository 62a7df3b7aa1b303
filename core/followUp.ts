import type { Acceptance, FollowUpProblem } from './ledgerEntries.ts';
import type { LedgerChange } from './ledgerState.ts';
import { hasEnded, type VirtualInterface } from './model.ts';
import { connectionsOf, type Owner } from './policy.ts';
import { quote } from './printableText.ts';

/** A problem of an interface that this product accepted. */
export interface FollowUp {
  readonly id: string;
  readonly owner: string;
  readonly gateway: string;
  readonly acceptedAt: string;
  readonly problem: FollowUpProblem;
  /** the current connection; `null`: unknown */
  readonly connection: string | null;
  /** a sentence for people */
  readonly message: string;
  /** the AWS CLI command that fixes the problem; `null` if no command does */
  readonly fix: string | null;
}

/** The default time within which an accepted interface must become `available`, in milliseconds. */
export const AVAILABLE_WITHIN_MS = 2 * 60 * 60 * 1000;

/**
 * Finds the problems of accepted interfaces. An interface is watched until it is `available`, and reported if it has another
 * state for too long. Its connection is watched until the interface ends: its owner can move it, and on another connection it
 * still takes a slot of the owner's limits.
 * @param found the current state of each interface; of an ID that is missing here, nothing is known
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
    // The absolute difference: an acceptance dated far in the future is not recent.
    const isRecent = Math.abs(at.getTime() - Date.parse(acceptance.at)) < availableWithinMs;
    const problems = [findMove(vif, acceptance), findStateProblem(vif, acceptance, isRecent)];
    const { owner, gateway, at: acceptedAt } = acceptance;
    return problems
      .filter((found) => found !== null)
      .map((found) => ({ id, owner, gateway, acceptedAt, ...found, fix: null }));
  });
}

type FoundProblem = Pick<FollowUp, 'problem' | 'message' | 'connection'>;

/** Whether the interface moved. An unknown connection, recorded or current, is not a move. */
function findMove(vif: VirtualInterface | null, acceptance: Acceptance): FoundProblem | null {
  const { connection: home, at: acceptedAt, owner } = acceptance;
  const connection = vif?.connection ?? null;
  if (vif === null || hasEnded(vif) || home === null || connection === null || connection === home)
    return null;
  return {
    problem: 'otherConnection',
    connection,
    message:
      `accepted at ${acceptedAt} on connection ${quote(home)} and now on ${quote(connection)}: ask its owner why; ` +
      `if the move is intended, add the connection to owner \`${owner}\` in the policy. It still takes its slots of the limits`,
  };
}

/**
 * The ledger changes about the connections of accepted interfaces, from a complete listing: the connection of an acceptance
 * that was recorded without one; that an interface is back on its connection, so that its next move is reported; and that the
 * policy now gives its owner the connection to which it was moved, so that it belongs there.
 */
export function connectionChanges(
  acceptances: Readonly<Record<string, Acceptance>>,
  found: ReadonlyMap<string, VirtualInterface | null>,
  owners: readonly Owner[],
): LedgerChange[] {
  return Object.entries(acceptances).flatMap(([id, before]): LedgerChange[] => {
    const vif = found.get(id) ?? null;
    if (vif === null || hasEnded(vif) || vif.connection === null) return [];
    const place = currentPlace(before, vif.connection, owners);
    if (place.connection === before.connection && place.movedTo === before.movedTo) return [];
    return [{ kind: 'placed', id, place }];
  });
}

function currentPlace(acceptance: Acceptance, now: string, owners: readonly Owner[]) {
  const { owner, connection, movedTo } = acceptance;
  // A shared connection identifies no owner, so there only the name in the acceptance does.
  const isHome = (known: Owner): boolean =>
    known.name === owner
      ? connectionsOf(known).includes(now)
      : connection !== null && [now, connection].every((one) => known.connections.includes(one));
  if (connection === null || connection === now || owners.some(isHome))
    return { connection: now, movedTo: null };
  return { connection, movedTo };
}

/** The problem of an interface that is not yet `available`. After that its state is the concern of its account. */
function findStateProblem(
  vif: VirtualInterface | null,
  acceptance: Acceptance,
  isRecent: boolean,
): FoundProblem | null {
  // An available interface never becomes a request again: a ledger that says so must not suppress the report.
  if (acceptance.availableAt !== null && vif?.state !== 'confirming') return null;
  if (vif === null || hasEnded(vif)) return goneProblem(vif, acceptance);
  return (
    gatewayProblem(vif, acceptance, isRecent) ?? (isRecent ? null : notAvailableProblem(vif, acceptance))
  );
}

function goneProblem(vif: VirtualInterface | null, { at: acceptedAt }: Acceptance): FoundProblem {
  const message = `accepted at ${acceptedAt}, and gone since then (${vif?.state ?? 'no longer listed'})`;
  return { problem: 'gone', connection: vif?.connection ?? null, message };
}

/** A missing gateway is a problem only after the time within which the interface must be available. */
function gatewayProblem(
  vif: VirtualInterface,
  { gateway }: Acceptance,
  isRecent: boolean,
): FoundProblem | null {
  if (vif.gateway === gateway || (vif.gateway === null && isRecent)) return null;
  const message = `was assigned gateway \`${gateway}\` and is on ${vif.gateway === null ? 'none' : quote(vif.gateway)}`;
  return { problem: 'otherGateway', connection: vif.connection, message };
}

function notAvailableProblem(
  { state, connection }: VirtualInterface,
  { at: acceptedAt }: Acceptance,
): FoundProblem | null {
  if (state === 'available') return null;
  if (state === 'down') {
    const message = `accepted at ${acceptedAt} and down: check the BGP peer with its owner`;
    return { problem: 'down', connection, message };
  }
  const message = `accepted at ${acceptedAt} and still ${state === null ? 'without a state' : quote(state)}`;
  return { problem: 'notAvailable', connection, message };
}
