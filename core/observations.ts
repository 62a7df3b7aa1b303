import { type EndedRequest, endCauseOf, endRequest } from './endedRequest.ts';
import { detailsToKeep, NOTHING_PUBLISHED, type Observation } from './ledgerEntries.ts';
import type { LedgerChange, LedgerState } from './ledgerState.ts';
import type { VirtualInterface } from './model.ts';
import { isVirtualInterfaceId } from './resourceIds.ts';
import type { Snapshot } from './snapshot.ts';

/**
 * The observations of new requests, and the changes of known observations, from a snapshot.
 * @param replaced from `replacedRequests`
 */
export function observationUpdates(
  state: LedgerState,
  snapshot: Snapshot,
  replaced: ReadonlyMap<string, EndedRequest>,
): LedgerChange[] {
  const hasSteppedBack = clockSteppedBack(state, snapshot);
  const seen = listedIn(snapshot)
    .filter(({ vif: { id } }) => canRecord(state, id))
    .flatMap(({ vif, outbound }): LedgerChange[] => {
      const { id } = vif;
      const known = state.observations[id];
      const end = replaced.get(id);
      if (known === undefined || end !== undefined) {
        const details = detailsToKeep(vif, null, snapshot.requests.length);
        const first = firstObservation(
          vif,
          outbound,
          snapshot.seenAt,
          hasSteppedBack ? null : state.lastListing,
        );
        const observation = { ...first, request: details };
        return [...endReplaced(state, end), { kind: 'observed', id, observation }];
      }
      if (known.outbound === outbound && known.unlistedSince === null && !hasSteppedBack) return [];
      const timed = hasSteppedBack ? retime(known, snapshot.seenAt) : known;
      return [{ kind: 'observed', id, observation: { ...timed, outbound, unlistedSince: null } }];
    });
  return hasSteppedBack ? [...retimeOthers(state, snapshot), ...seen] : seen;
}

/** Corrects the times of observations that are not in this snapshot. A later change removes those that ended. */
function retimeOthers({ observations }: LedgerState, snapshot: Snapshot): LedgerChange[] {
  const seen = new Set(listedIn(snapshot).map(({ vif }) => vif.id));
  return Object.entries(observations)
    .filter(([id]) => !seen.has(id))
    .map(([id, observation]) => ({
      kind: 'observed',
      id,
      observation: retime(observation, snapshot.seenAt),
    }));
}

/** Fail closed: a damaged item is not overwritten. Without a valid ID the ledger has no key for it. */
function canRecord({ damaged }: LedgerState, id: string): boolean {
  return damaged[id] === undefined && isVirtualInterfaceId(id);
}

/**
 * The requests that were replaced by another one with the same ID between two listings. A different VLAN shows it, because the
 * VLAN of an interface never changes.
 */
export function replacedRequests(
  state: LedgerState,
  snapshot: Snapshot,
  expiry: number | null,
): ReadonlyMap<string, EndedRequest> {
  return new Map(
    listedIn(snapshot).flatMap(({ vif: { id, vlan } }) => {
      const known = state.observations[id];
      if (known === undefined || known.vlan === null || vlan === null || known.vlan === vlan) return [];
      if (!canRecord(state, id)) return [];
      return [[id, endRequest(id, known, endCauseOf(known, null, snapshot.seenAt, expiry), snapshot.seenAt)]];
    }),
  );
}

/**
 * Sets `unlistedSince` of the requests that a listing lacks and no call described, and clears it for those that were described.
 * @param described IDs whose description was not conclusive
 */
export function unlistedSinceChanges(
  { observations }: LedgerState,
  waiting: readonly string[],
  described: readonly string[],
  { seenAt }: Snapshot,
): LedgerChange[] {
  const changesFor = (
    ids: readonly string[],
    isDue: (observation: Observation) => boolean,
    unlistedSince: string | null,
  ) =>
    ids.flatMap((id): LedgerChange[] => {
      const observation = observations[id];
      if (observation === undefined || !isDue(observation)) return [];
      return [{ kind: 'observed', id, observation: { ...observation, unlistedSince } }];
    });
  return [
    ...changesFor(waiting, ({ unlistedSince }) => unlistedSince === null, seenAt),
    ...changesFor(described, ({ unlistedSince }) => unlistedSince !== null, null),
  ];
}

function listedIn({ requests, outbound }: Snapshot): { vif: VirtualInterface; outbound: boolean }[] {
  return [
    ...requests.map((vif) => ({ vif, outbound: false })),
    ...outbound.map((vif) => ({ vif, outbound: true })),
  ];
}

/** Fail closed: a confirm that was begun may affect the new request with the same ID, so the intent stays. */
function endReplaced({ observations, intents }: LedgerState, end: EndedRequest | undefined): LedgerChange[] {
  if (end === undefined) return [];
  const { id } = end;
  const intent = intents[id];
  return [
    { kind: 'ended', id, ended: observations[id]?.outbound ? null : end },
    ...(intent === undefined ? [] : [{ kind: 'intended', id, intent } as const]),
  ];
}

/**
 * Whether the ledger has a time later than now. Then a clock ran ahead for an unknown time, and no earliest expiry that was
 * computed from it is reliable.
 */
export function clockSteppedBack(state: LedgerState, { listedAt, seenAt }: Snapshot): boolean {
  const isAfter = (a: string, b: string): boolean => Date.parse(a) > Date.parse(b);
  const { lastListing, observations } = state;
  return (
    (lastListing !== null && isAfter(lastListing, listedAt)) ||
    Object.values(observations).some(({ firstSeen }) => isAfter(firstSeen, seenAt))
  );
}

/** Fail closed: the only certain fact is that the request existed before now. */
function retime(observation: Observation, seenAt: string): Observation {
  const firstSeen = Date.parse(observation.firstSeen) > Date.parse(seenAt) ? seenAt : observation.firstSeen;
  return { ...observation, firstSeen, notListedAt: null, unlistedSince: null };
}

function firstObservation(
  vif: VirtualInterface,
  outbound: boolean,
  firstSeen: string,
  notListedAt: string | null,
): Observation {
  const { connection, vlan, name } = vif;
  const fresh = {
    failures: 0,
    request: null,
    lastFailure: null,
    held: [],
    published: NOTHING_PUBLISHED,
    unlistedSince: null,
  };
  return { firstSeen, notListedAt, connection, vlan, name, outbound, ...fresh };
}
