import * as z from 'zod';
import type { BgpPeer } from '../../core/model.ts';
import { members, only, type Ranges, ranges } from '../algebra/intervalSets.ts';
import { every, type Lists, lists, some } from '../algebra/listSets.ts';
import {
  type Algebra,
  type Axis,
  given,
  type Optional,
  optional,
  type Point,
  perhaps,
  putting,
  type Side,
  side,
} from '../algebra/setAlgebra.ts';
import { filledList } from '../scalarSchemas.ts';
import { type Kind, mergedRanges, numberOrRange, plainAsn } from './numberRanges.ts';

const keySessions = ofSessions(
  'bgpKey',
  members<boolean>({
    other: (than) => [true, false].find((value) => !than.has(value)) ?? null,
    format: (value) => (value ? 'set' : 'not set'),
  }),
  ({ hasKey }) => [hasKey],
  (peer, hasKey) => ({ ...peer, hasKey }),
);

export const bgpKey = {
  schema: z.literal('required').describe('Every BGP peer that the API lists has a key.'),
  providers: ['outscale', 'aws'],
  // Holding whatever has a key, or has none, would protect nobody.
  holds: false,
  normalise: (written: 'required') => written,
  fits: () => [everySession(keySessions, only([true]))],
  mayFit: () => [perhapsEverySession(keySessions, only([true]))],
  touches: () => [perhapsSomeSession(keySessions, only([true]))],
} as const;

const KIND: Kind = {
  code: 'asn',
  name: 'autonomous system number',
  least: 1,
  most: 4294967295,
  meant: plainAsn,
};

const sessions = ofSessions(
  'asn',
  ranges(KIND.least, KIND.most),
  ({ asn }) => [asn],
  (peer, asn) => ({ ...peer, asn }),
);

export const asn = {
  schema: filledList(
    numberOrRange(
      KIND,
      'An autonomous system number from 1 to 4294967295, or a range such as `64512-65534`.',
    ),
    "The customer's ASN is one of these, for every BGP peer that the API lists.",
  ),
  providers: ['outscale', 'aws'],
  holds: true,
  normalise: mergedRanges,
  fits: (wanted: Ranges) => [everySession(sessions, wanted)],
  mayFit: (wanted: Ranges) => [perhapsEverySession(sessions, wanted)],
  touches: (wanted: Ranges) => [perhapsSomeSession(sessions, wanted)],
} as const;

/** An axis of something that every BGP session has, as a list of it; left out when no session is listed. */
export interface OfSessions<Set, Value> {
  /** of one session: left out when the API does not give it */
  readonly one: Algebra<Optional<Set>, Value | null>;
  readonly axis: Axis<Optional<Lists<Optional<Set>>>, readonly (Value | null)[] | null>;
}

/**
 * @param get what one session has, once or more
 * @param put into one session
 */
export function ofSessions<Set, Value>(
  name: string,
  values: Algebra<Set, Value>,
  get: (peer: BgpPeer) => readonly (Value | null)[],
  put: (peer: BgpPeer, value: Value | null) => BgpPeer,
): OfSessions<Set, Value> {
  const one = optional(values);
  const all = optional(lists(one));
  const source = { name: 'peers', given: given(lists(one).all) } as const;
  return {
    one,
    axis: {
      ...all,
      name,
      source,
      get: ({ request: { peers } }) => (peers.length === 0 ? null : peers.flatMap(get)),
      put: puttingIntoEach(put),
    },
  };
}

/** Sessions are listed, and what every one of them has is in the set. */
export function everySession<Set, Value>({ axis }: OfSessions<Set, Value>, set: Set): Side {
  return side(axis, given(every(given(set))));
}

/** What every session has is in the set, or may be: it is not given, or no session is listed. */
export function perhapsEverySession<Set, Value>({ axis }: OfSessions<Set, Value>, set: Set): Side {
  return side(axis, perhaps(every(perhaps(set))));
}

/** What some session has is in the set, or may be: it is not given, or no session is listed. */
export function perhapsSomeSession<Set, Value>({ axis, one }: OfSessions<Set, Value>, set: Set): Side {
  return side(axis, perhaps(some(one, perhaps(set))));
}

/** As many sessions as values; what is known of the last one holds for those that are added. */
function puttingIntoEach<Value>(
  put: (peer: BgpPeer, value: Value | null) => BgpPeer,
): (point: Point, values: readonly (Value | null)[] | null) => Point {
  return putting(({ peers }, values) => {
    if (values === null) return { peers: [] };
    const count = Math.max(peers.length, values.length);
    const last = peers.at(-1) ?? USUAL;
    return {
      peers: Array.from({ length: count }, (_, i) =>
        put(peers[i] ?? last, values[i] ?? values.at(-1) ?? null),
      ),
    };
  });
}

/** A session of which nothing is asked. */
export const USUAL: BgpPeer = {
  asn: 65_000,
  amazonAddress: '169.254.255.1/30',
  customerAddress: '169.254.255.2/30',
  hasKey: true,
};
