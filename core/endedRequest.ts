import { deadlineOf, NO_DEADLINE } from './deadline.ts';
import {
  type Observation,
  type RequestDetails,
  requestDetailsOf,
  type StoredReason,
} from './ledgerEntries.ts';
import type { VirtualInterface } from './model.ts';

/** A request that is no longer one. */
export interface EndedRequest {
  readonly id: string;
  readonly connection: string | null;
  readonly vlan: number | null;
  readonly name: string | null;
  /** `null`: it came and expired while no pass was complete */
  readonly firstSeen: string | null;
  /** when its end was found out */
  readonly endedAt: string;
  /** from first seen to then */
  readonly pendingSeconds: number | null;
  readonly as: EndCause;
  /** what it looked like to the last run that saw it pending; `null`: not known */
  readonly request: RequestDetails | null;
  /** why the last confirm failed; `null`: none did, or it is not known */
  readonly lastFailure: string | null;
  /** why the last pass held it; empty when it did not */
  readonly held: readonly StoredReason[];
  /** confirms tried and failed */
  readonly failures: number;
}

/** `accepted`: by us, learnt late. `vanished`: listed no more and unknown by its ID. */
export const END_CAUSES = [
  'accepted',
  'acceptedByOthers',
  'expired',
  'rejected',
  'deleted',
  'vanished',
] as const;
export type EndCause = (typeof END_CAUSES)[number];

/** How long an end is kept on record, in milliseconds. */
export const ENDED_REQUESTS_KEPT_MS = 90 * 24 * 3_600_000;

export function endRequest(id: string, sighting: Observation, as: EndCause, at: string): EndedRequest {
  const { connection, vlan, name, firstSeen, request, lastFailure, held, failures } = sighting;
  const pendingSeconds = Math.max(0, Math.round((Date.parse(at) - Date.parse(firstSeen)) / 1000));
  return {
    ...{ id, connection, vlan, name, firstSeen, endedAt: at, pendingSeconds, as },
    ...{ request, lastFailure, held, failures },
  };
}

/** Of a request that nobody saw while it could have been accepted. */
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
 * What is gone past the early end of its deadline expired, whether or not the API still shows it. What a listing lacked
 * before that end did not, however late it is described.
 */
export function endCauseOf(
  sighting: Observation | undefined,
  vif: VirtualInterface | null,
  at: string,
  expiry: number | null,
): EndCause {
  if (vif !== null) return vif.state === 'expired' || vif.state === 'rejected' ? vif.state : 'deleted';
  const { earliest, latest } = sighting === undefined ? NO_DEADLINE : deadlineOf(sighting, expiry);
  const end = earliest ?? latest;
  const goneAt = Math.min(Date.parse(at), Date.parse(sighting?.unlistedSince ?? at));
  return end !== null && goneAt >= Date.parse(end) ? 'expired' : 'vanished';
}
