import { identify, needsOwnConnections, type OwnConnections } from '../core/identifyRequester.ts';
import type { LedgerState } from '../core/ledgerState.ts';
import { hasEnded, isConfirming, isReadable, isUnsettled, type VirtualInterface } from '../core/model.ts';
import type { Policy } from '../core/policy.ts';
import { formatList, quote } from '../core/printableText.ts';
import type { Ignored, RunProblem } from '../core/runReport.ts';
import type { Snapshot } from '../core/snapshot.ts';
import { ApiFailure } from './portErrors.ts';
import type { Ports } from './ports.ts';

/** One listing of a target, sorted into requests and other interfaces. */
export interface InterfaceListing extends Snapshot {
  readonly interfaces: readonly VirtualInterface[];
  readonly ownConnections: OwnConnections;
  readonly ignored: readonly Ignored[];
  readonly warnings: readonly RunProblem[];
}

/**
 * Lists the virtual interfaces of a target. Whether the listing is complete is only known once the interfaces that the
 * ledger has as live and the listing lacks are described (missingInterfaces.ts).
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
  // A recorded acceptance is certain: a listing that still shows the interface as a request is out of date.
  const confirming = interfaces.filter((vif) => isConfirming(vif) && state.acceptances[vif.id] === undefined);
  const areNeeded = confirming.some((vif) => needsOwnConnections(policy, vif));
  const own = areNeeded ? await listOwnConnections(directConnect) : NOT_LISTED;
  const outbound = new Set(
    confirming.filter(
      (vif) => identify(policy, vif, own).kind === 'outbound' || wasOutbound(vif, own, state),
    ),
  );
  const { account: ownAccount } = policy.recipient;
  return {
    listedAt,
    seenAt,
    found,
    interfaces,
    ownConnections: own,
    requests: confirming.filter((vif) => !outbound.has(vif)),
    outbound: [...outbound],
    expired: interfaces.filter(
      ({ state, ownerAccount }) => state === 'expired' && (ownerAccount ?? ownAccount) === ownAccount,
    ),
    ignored: [
      ...[...outbound].map(ignoredOutbound),
      ...interfaces.filter(isUnreadableNeighbour).map(ignoredUnreadable),
      ...interfaces.filter((vif) => isReadable(vif) && isUnsettled(vif)).map(ignoredUnsettled),
      ...interfaces
        .filter((vif) => isConfirming(vif) && state.acceptances[vif.id] !== undefined)
        .map(ignoredAcceptance),
    ],
    warnings: areNeeded && !own.known ? [{ code: 'own-connections-unknown', message: own.why }] : [],
  };
}

/**
 * Whether an earlier run identified the interface as offered by this account to others. Used while our own connections
 * are not known.
 */
function wasOutbound(
  { id, ownerAccount }: VirtualInterface,
  own: OwnConnections,
  state: LedgerState,
): boolean {
  return !own.known && ownerAccount !== null && state.observations[id]?.outbound === true;
}

/** Fail closed: an interface that needs them nevertheless is held. */
const NOT_LISTED: OwnConnections = { known: false, why: 'not listed in this run' };

async function listOwnConnections(directConnect: Ports['directConnect']): Promise<OwnConnections> {
  try {
    return { known: true, ids: await directConnect.ownConnections() };
  } catch (error) {
    // Fail closed: requests that need them are held (see `identify`); the others are processed.
    if (error instanceof ApiFailure) return { known: false, why: error.message };
    throw error;
  }
}

function isUnreadableNeighbour(vif: VirtualInterface): boolean {
  return !(isReadable(vif) || hasEnded(vif) || isConfirming(vif));
}

function ignoredUnsettled({ id, connection, state }: VirtualInterface): Ignored {
  const message = `${quote(state ?? '')} on no gateway: neither a request nor ended; the next run checks it again`;
  return { id, connection, state, code: 'unsettled', message };
}

function ignoredAcceptance({ id, connection, state }: VirtualInterface): Ignored {
  const message = 'accepted by this program, and listed as a request again; the next run checks it again';
  return { id, connection, state, code: 'unsettled', message };
}

function ignoredOutbound({ id, connection, state }: VirtualInterface): Ignored {
  return {
    id,
    connection,
    state,
    code: 'outbound',
    message: 'offered by this account to another one: not a request',
  };
}

function ignoredUnreadable({ id, connection, state, readErrors }: VirtualInterface): Ignored {
  const message = `not readable (${formatList(readErrors)}): it counts in every limit and check that it could affect`;
  return { id, connection, state, code: 'unreadable', message };
}
