import type { BgpPeer, KeyDigest, VirtualInterface } from '../../core/model.ts';
import { ANY_KEY, certainlyKey, keyOfSession, keySets, perhapsKey, withKey } from '../algebra/keySets.ts';
import { everyItemIn, type ListSet, listSets, someItemIn } from '../algebra/listSets.ts';
import {
  constrain,
  type Dimension,
  type FieldConstraint,
  givenOrAbsent,
  type NullableSet,
  nullableSets,
  onlyGiven,
  type Point,
  type SetAlgebra,
  updateRequest,
} from '../algebra/setAlgebra.ts';
import { type IntervalSet, intervalSets } from '../algebra/valueSets.ts';
import { hasFormOfAsn } from '../possibleKeys.ts';
import { nonEmptyList } from '../scalarSchemas.ts';
import { keyDemand, normaliseKeyDemand } from './keyDemand.ts';
import { type ExactCondition, exact, inexact } from './languageField.ts';
import { mergeRanges, type NumberKind, numberOrRange, toPlainAsn } from './numberRanges.ts';

/** A dimension for a value of BGP peers: the list of the values of all sessions, absent when no session is listed. */
export interface SessionField<Set, Value> {
  /** sets of values of one session; the value is absent when the API does not return it */
  readonly one: SetAlgebra<NullableSet<Set>, Value | null>;
  readonly dimension: Dimension<NullableSet<ListSet<NullableSet<Set>>>, readonly (Value | null)[] | null>;
}

/**
 * @param get the values of one session, one or more
 * @param put sets the value of one session
 */
export function sessionField<Set, Value>(
  name: string,
  values: SetAlgebra<Set, Value>,
  get: (peer: BgpPeer) => readonly (Value | null)[],
  put: (peer: BgpPeer, value: Value | null) => BgpPeer,
): SessionField<Set, Value> {
  const one = nullableSets(values);
  const all = nullableSets(listSets(one));
  const source = { name: 'peers', given: onlyGiven(listSets(one).all) } as const;
  return {
    one,
    dimension: {
      ...all,
      name,
      source,
      get: ({ request: { peers } }) => (peers.length === 0 ? null : peers.flatMap(get)),
      put: putIntoEachSession(put),
    },
  };
}

/** At least one session is listed, and the values of every session are in the set. */
export function everySession<Set, Value>({ dimension }: SessionField<Set, Value>, set: Set): FieldConstraint {
  return constrain(dimension, onlyGiven(everyItemIn(onlyGiven(set))));
}

/** The values of every session are in the set, or may be, because they are absent or no session is listed. */
export function everySessionMayBe<Set, Value>(
  { dimension }: SessionField<Set, Value>,
  set: Set,
): FieldConstraint {
  return constrain(dimension, givenOrAbsent(everyItemIn(givenOrAbsent(set))));
}

/** A value of some session is in the set, or may be, because it is absent or no session is listed. */
export function someSessionMayBe<Set, Value>(
  { dimension, one }: SessionField<Set, Value>,
  set: Set,
): FieldConstraint {
  return constrain(dimension, givenOrAbsent(someItemIn(one, givenOrAbsent(set))));
}

/** As many sessions as values. Sessions that have to be added are copies of the last one. */
function putIntoEachSession<Value>(
  put: (peer: BgpPeer, value: Value | null) => BgpPeer,
): (point: Point, values: readonly (Value | null)[] | null) => Point {
  return updateRequest(({ peers }, values) => {
    if (values === null) return { peers: [] };
    const count = Math.max(peers.length, values.length);
    const last = peers.at(-1) ?? TYPICAL_SESSION;
    return {
      peers: Array.from({ length: count }, (_, i) =>
        put(peers[i] ?? last, values[i] ?? values.at(-1) ?? null),
      ),
    };
  });
}

/**
 * The condition that is equal to the sessions of a request.
 * @param of the value of one session; `null` if it has none or the API does not return it
 */
export function exactSessions<T, Written>(
  { peers }: VirtualInterface,
  of: (peer: BgpPeer) => T | null,
  what: string,
  toWritten: (values: readonly T[]) => Written,
): ExactCondition<Written> {
  if (peers.length === 0) return inexact('the API lists no BGP peer');
  const values = peers.map(of).filter((value) => value !== null);
  const missing = peers.length - values.length;
  if (missing === 0) return exact(toWritten(values));
  if (peers.length === 1) return inexact(`its one BGP peer lacks ${what}`);
  return inexact(`${missing} of ${peers.length} BGP peers ${missing === 1 ? 'lacks' : 'lack'} ${what}`);
}

/** A session on which there is no condition. */
const TYPICAL_SESSION: BgpPeer = {
  asn: 65_000,
  amazonAddress: '169.254.255.1/30',
  customerAddress: '169.254.255.2/30',
  hasKey: true,
  agreedKey: 'none',
};

/** The sessions of a typical request, for every field of sessions. */
export const TYPICAL_SESSIONS = { peers: [TYPICAL_SESSION] } as const;

const keySessions = sessionField('bgpKey', keySets, (peer) => [keyOfSession(peer)], withKey);

export const bgpKey = {
  schema: keyDemand,
  // A hold rule by key would be of no use: whether a session has a key is the requester's choice.
  holds: false,
  normalise: normaliseKeyDemand,
  matchesCertainly: (wanted: 'required' | KeyDigest) => [
    everySession(keySessions, wanted === 'required' ? ANY_KEY : certainlyKey(wanted)),
  ],
  countsTowardsLimit: (wanted: 'required' | KeyDigest) => [
    everySessionMayBe(keySessions, wanted === 'required' ? ANY_KEY : perhapsKey(wanted)),
  ],
  mayMatch: (wanted: 'required' | KeyDigest) => [
    someSessionMayBe(keySessions, wanted === 'required' ? ANY_KEY : perhapsKey(wanted)),
  ],
  typical: TYPICAL_SESSIONS,
  exactCondition: (request: VirtualInterface) =>
    request.peers.some(({ hasKey }) => hasKey === null) &&
    request.peers.every(({ hasKey }) => hasKey !== false)
      ? inexact('the API does not return whether every BGP peer has a key')
      : exactSessions(
          request,
          ({ hasKey }) => hasKey || null,
          'a key',
          () => 'required',
        ),
} as const;

const ASN: NumberKind = {
  code: 'asn',
  name: 'autonomous system number',
  least: 1,
  most: 4294967295,
  meant: toPlainAsn,
  canBeShown: hasFormOfAsn,
};

const asnSessions = sessionField(
  'asn',
  intervalSets(ASN.least, ASN.most),
  ({ asn }) => [asn],
  (peer, asn) => ({ ...peer, asn }),
);

export const asn = {
  schema: nonEmptyList(
    numberOrRange(ASN, 'An autonomous system number from 1 to 4294967295, or a range such as `64512-65534`.'),
    "The customer's ASN is one of these, for every BGP peer that the API lists.",
  ),
  holds: true,
  normalise: mergeRanges,
  matchesCertainly: (wanted: IntervalSet) => [everySession(asnSessions, wanted)],
  countsTowardsLimit: (wanted: IntervalSet) => [everySessionMayBe(asnSessions, wanted)],
  mayMatch: (wanted: IntervalSet) => [someSessionMayBe(asnSessions, wanted)],
  typical: TYPICAL_SESSIONS,
  exactCondition: (request: VirtualInterface) =>
    exactSessions(
      request,
      (peer) => peer.asn,
      'an ASN',
      (asns) => [...new Set(asns)],
    ),
} as const;
