import { type EndedRequest, endCauseOf, endRequest } from './endedRequest.ts';
import { detailsToKeep, NOTHING_PUBLISHED, type Observation } from './ledgerEntries.ts';
import type { LedgerChange, LedgerState } from './ledgerState.ts';
import type { VirtualInterface } from './model.ts';
import { isVirtualInterfaceId } from './resourceIds.ts';
import type { Snapshot } from './snapshot.ts';

/**
 * First sightings of what is new, and what a survey changes about the others.
 * @param replaced from `replacedRequests`
 */
export function observationUpdates(
  state: LedgerState,
  survey: Snapshot,
  replaced: ReadonlyMap<string, EndedRequest>,
): LedgerChange[] {
  const stepped = clockSteppedBack(state, survey);
  const seen = seenIn(survey)
    .filter(({ vif: { id } }) => isRememberable(state, id))
    .flatMap(({ vif, outbound }): LedgerChange[] => {
      const { id } = vif;
      const known = state.observations[id];
      const end = replaced.get(id);
      if (known === undefined || end !== undefined) {
        const details = detailsToKeep(vif, null, survey.requests.length);
        const first = firstSighting(vif, outbound, survey.seenAt, stepped ? null : state.lastListing);
        const observation = { ...first, request: details };
        return [...forgetting(state, end), { kind: 'sighted', id, observation }];
      }
      if (known.outbound === outbound && known.unlistedSince === null && !stepped) return [];
      const timed = stepped ? retimed(known, survey.seenAt) : known;
      return [{ kind: 'sighted', id, observation: { ...timed, outbound, unlistedSince: null } }];
    });
  return stepped ? [...unseenRetimed(state, survey), ...seen] : seen;
}

/** What is remembered and not in this survey as a request is timed anew too; what is over goes by a later change. */
function unseenRetimed({ observations }: LedgerState, survey: Snapshot): LedgerChange[] {
  const seen = new Set(seenIn(survey).map(({ vif }) => vif.id));
  return Object.entries(observations)
    .filter(([id]) => !seen.has(id))
    .map(([id, sighting]) => ({ kind: 'sighted', id, observation: retimed(sighting, survey.seenAt) }));
}

/** Fail closed: what cannot be read is not written over; without an ID there is nothing to remember it by. */
function isRememberable({ damaged }: LedgerState, id: string): boolean {
  return damaged[id] === undefined && isVirtualInterfaceId(id);
}

/**
 * Requests whose place another one of the same ID has taken between two listings: what has another VLAN is another, for a
 * VLAN never changes.
 */
export function replacedRequests(
  state: LedgerState,
  survey: Snapshot,
  expiry: number | null,
): ReadonlyMap<string, EndedRequest> {
  return new Map(
    seenIn(survey).flatMap(({ vif: { id, vlan } }) => {
      const known = state.observations[id];
      if (known === undefined || known.vlan === null || vlan === null || known.vlan === vlan) return [];
      if (!isRememberable(state, id)) return [];
      return [[id, endRequest(id, known, endCauseOf(known, null, survey.seenAt, expiry), survey.seenAt)]];
    }),
  );
}

/**
 * Marks what a listing lacks and no call described as waiting, and what was described as waiting no more.
 * @param described IDs of which a description did not conclude anything
 */
export function unlistedSinceChanges(
  { observations: sightings }: LedgerState,
  waiting: readonly string[],
  described: readonly string[],
  { seenAt }: Snapshot,
): LedgerChange[] {
  const marked = (ids: readonly string[], isDue: (sighting: Observation) => boolean, mark: string | null) =>
    ids.flatMap((id): LedgerChange[] => {
      const sighting = sightings[id];
      if (sighting === undefined || !isDue(sighting)) return [];
      return [{ kind: 'sighted', id, observation: { ...sighting, unlistedSince: mark } }];
    });
  return [
    ...marked(waiting, ({ unlistedSince }) => unlistedSince === null, seenAt),
    ...marked(described, ({ unlistedSince }) => unlistedSince !== null, null),
  ];
}

function seenIn({ requests, outbound }: Snapshot): { vif: VirtualInterface; outbound: boolean }[] {
  return [
    ...requests.map((vif) => ({ vif, outbound: false })),
    ...outbound.map((vif) => ({ vif, outbound: true })),
  ];
}

/** Fail closed: a confirm that was begun may hit whatever has that ID now, so its intent stays. */
function forgetting(
  { observations: sightings, intents }: LedgerState,
  end: EndedRequest | undefined,
): LedgerChange[] {
  if (end === undefined) return [];
  const { id } = end;
  const intent = intents[id];
  return [
    { kind: 'ended', id, ended: sightings[id]?.outbound ? null : end },
    ...(intent === undefined ? [] : [{ kind: 'intended', id, intent } as const]),
  ];
}

/**
 * Whether something is remembered as later than now. Then a clock ran ahead for nobody knows how long, and no early end
 * that it timed can be believed.
 */
export function clockSteppedBack(state: LedgerState, { listedAt, seenAt }: Snapshot): boolean {
  const isAfter = (a: string, b: string): boolean => Date.parse(a) > Date.parse(b);
  const { lastListing, observations: sightings } = state;
  return (
    (lastListing !== null && isAfter(lastListing, listedAt)) ||
    Object.values(sightings).some(({ firstSeen }) => isAfter(firstSeen, seenAt))
  );
}

/** Fail closed: it was there before now, and that is all that is certain. */
function retimed(sighting: Observation, seenAt: string): Observation {
  const firstSeen = Date.parse(sighting.firstSeen) > Date.parse(seenAt) ? seenAt : sighting.firstSeen;
  return { ...sighting, firstSeen, notListedAt: null, unlistedSince: null };
}

function firstSighting(
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
