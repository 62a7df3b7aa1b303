import { identify, needsOwnConnections, type OwnConnections } from '../core/identify.ts';
import type { LedgerState } from '../core/ledgerState.ts';
import { hasEnded, isConfirming, isReadable, isUnsettled, type VirtualInterface } from '../core/model.ts';
import type { Policy } from '../core/policy.ts';
import { formatList, quote } from '../core/printableText.ts';
import type { Ignored, RunProblem } from '../core/runReport.ts';
import type { Snapshot } from '../core/snapshot.ts';
import { ApiFailure } from './portErrors.ts';
import type { Ports } from './ports.ts';

/** One listing of the target. */
export interface InterfaceListing extends Snapshot {
  readonly interfaces: readonly VirtualInterface[];
  readonly ownConnections: OwnConnections;
  readonly ignored: readonly Ignored[];
  readonly warnings: readonly RunProblem[];
}

/**
 * Lists everything. Whether it is everything shows when what the ledger holds as live and the listing lacks is described.
 * @throws ListingIncomplete, ApiFailure
 */
export async function listInterfaces(
  policy: Policy,
  state: LedgerState,
  { clock, directConnect }: Ports,
): Promise<InterfaceListing> {
  const listedAt = clock.now().toISOString();
  const interfaces = await directConnect.list();
  const seenAt = clock.now().toISOString();
  const found = new Map<string, VirtualInterface | null>(interfaces.map((vif) => [vif.id, vif]));
  // What is on record as accepted was: a listing that shows it as a request lags behind.
  const confirming = interfaces.filter((vif) => isConfirming(vif) && state.acceptances[vif.id] === undefined);
  const needed = confirming.some((vif) => needsOwnConnections(policy, vif));
  const own = needed ? await askOwnConnections(directConnect) : NOT_ASKED;
  const outbound = new Set(
    confirming.filter(
      (vif) => identify(policy, vif, own).kind === 'outbound' || wasOutbound(vif, own, state),
    ),
  );
  const { account: us } = policy.recipient;
  return {
    listedAt,
    seenAt,
    found,
    interfaces,
    ownConnections: own,
    requests: confirming.filter((vif) => !outbound.has(vif)),
    outbound: [...outbound],
    expired: interfaces.filter(
      ({ state, ownerAccount }) => state === 'expired' && (ownerAccount ?? us) === us,
    ),
    ignored: [
      ...[...outbound].map(ignoredOutbound),
      ...interfaces.filter(isUnreadableNeighbour).map(ignoredUnreadable),
      ...interfaces.filter((vif) => isReadable(vif) && isUnsettled(vif)).map(ignoredUnsettled),
      ...interfaces
        .filter((vif) => isConfirming(vif) && state.acceptances[vif.id] !== undefined)
        .map(ignoredAccepted),
    ],
    warnings: needed && !own.known ? [{ code: 'own-connections-unknown', message: own.why }] : [],
  };
}

/** While our own connections are not known, what was seen to be an offer of ours is none to us. */
function wasOutbound(
  { id, ownerAccount }: VirtualInterface,
  own: OwnConnections,
  state: LedgerState,
): boolean {
  return !own.known && ownerAccount !== null && state.observations[id]?.outbound === true;
}

/** Fail closed: should an interface need them after all, it is held. */
const NOT_ASKED: OwnConnections = { known: false, why: 'not asked for in this pass' };

async function askOwnConnections(directConnect: Ports['directConnect']): Promise<OwnConnections> {
  try {
    return { known: true, ids: await directConnect.ownConnections() };
  } catch (error) {
    // Fail closed: not knowing holds those requests (identify); the others go on.
    if (error instanceof ApiFailure) return { known: false, why: error.message };
    throw error;
  }
}

function isUnreadableNeighbour(vif: VirtualInterface): boolean {
  return !(isReadable(vif) || hasEnded(vif) || isConfirming(vif));
}

function ignoredUnsettled({ id, connection, state }: VirtualInterface): Ignored {
  const message = `${quote(state ?? '')} on no gateway: neither a request nor over; looked at again in the next pass`;
  return { id, connection, state, code: 'unsettled', message };
}

function ignoredAccepted({ id, connection, state }: VirtualInterface): Ignored {
  const message = 'accepted by us, and listed as a request once more; looked at again in the next pass';
  return { id, connection, state, code: 'unsettled', message };
}

function ignoredOutbound({ id, connection, state }: VirtualInterface): Ignored {
  return {
    id,
    connection,
    state,
    code: 'outbound',
    message: 'offered by us to another account: not a request',
  };
}

function ignoredUnreadable({ id, connection, state, readErrors }: VirtualInterface): Ignored {
  const message = `not readable (${formatList(readErrors)}): it counts against every limit and check that it could concern`;
  return { id, connection, state, code: 'unreadable', message };
}
