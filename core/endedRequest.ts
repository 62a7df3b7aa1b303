import { deadlineOf, NO_DEADLINE } from './deadline.ts';
import {
  type Observation,
  type RequestDetails,
  requestDetailsOf,
  type StoredReason,
} from './ledgerEntries.ts';
import type { Actor, VirtualInterface } from './model.ts';

/** A request that is no longer pending. */
export interface EndedRequest {
  readonly id: string;
  readonly connection: string | null;
  readonly vlan: number | null;
  readonly name: string | null;
  /** `null`: it was made and expired while no run was complete */
  readonly firstSeen: string | null;
  /** when a run found that it ended */
  readonly endedAt: string;
  /** from `firstSeen` to `endedAt` */
  readonly pendingSeconds: number | null;
  readonly as: EndCause;
  /** its details as the last run that listed it pending recorded them; `null`: unknown */
  readonly request: RequestDetails | null;
  /** why the last confirm failed; `null`: none failed, or unknown */
  readonly lastFailure: string | null;
  /** why the last run held it; empty if it did not */
  readonly held: readonly StoredReason[];
  /** number of failed confirms */
  readonly failures: number;
  /** who accepted it, if somebody else did and the provider's log says who; absent: unknown, or not looked up */
  readonly actor?: Actor;
}

/**
 * How a request ended. `accepted`: by this product, found by a later run. `vanished`: no longer listed, and unknown by its
 * ID.
 */
export const END_CAUSES = [
  'accepted',
  'acceptedByOthers',
  'expired',
  'rejected',
  'deleted',
  'vanished',
] as const;
export type EndCause = (typeof END_CAUSES)[number];

/** How long the record of an ended request is kept, in milliseconds. */
export const ENDED_REQUESTS_KEPT_MS = 90 * 24 * 3_600_000;

export function endRequest(id: string, observation: Observation, as: EndCause, at: string): EndedRequest {
  const { connection, vlan, name, firstSeen, request, lastFailure, held, failures } = observation;
  const pendingSeconds = Math.max(0, Math.round((Date.parse(at) - Date.parse(firstSeen)) / 1000));
  return {
    ...{ id, connection, vlan, name, firstSeen, endedAt: at, pendingSeconds, as },
    ...{ request, lastFailure, held, failures },
  };
}

/** A request that expired before any run observed it. */
export function endUnobservedRequest(vif: VirtualInterface, at: string): EndedRequest {
  const { id, connection, vlan, name } = vif;
  const unknown = { firstSeen: null, pendingSeconds: null, lastFailure: null, held: [], failures: 0 };
  return {
    id,
    connection,
    vlan,
    name,
    ...unknown,
    request: requestDetailsOf(vif),
    endedAt: at,
    as: 'expired',
  };
}

/**
 * The cause of an end. A request that disappeared after its earliest expiry expired, even if the API no longer shows it. A
 * request that a listing lacked before that time did not expire, however late it is described.
 */
export function endCauseOf(
  observation: Observation | undefined,
  vif: VirtualInterface | null,
  at: string,
  expiry: number | null,
): EndCause {
  if (vif !== null) return vif.state === 'expired' || vif.state === 'rejected' ? vif.state : 'deleted';
  const { earliest, latest } = observation === undefined ? NO_DEADLINE : deadlineOf(observation, expiry);
  const end = earliest ?? latest;
  const goneAt = Math.min(Date.parse(at), Date.parse(observation?.unlistedSince ?? at));
  return end !== null && goneAt >= Date.parse(end) ? 'expired' : 'vanished';
}
