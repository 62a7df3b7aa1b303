import { asn } from './asn.ts';
import { bgpKey } from './bgpKey.ts';
import { peers } from './bgpSessions.ts';
import { connection } from './connectionVlanMtu.ts';
import { location } from './location.ts';
import type { MatchField } from './matchField.ts';
import { mtu } from './mtu.ts';
import { name } from './nameAndTags.ts';
import { tags } from './tags.ts';
import { vlan } from './vlan.ts';

/** Every match field, in the order in which people are told of them. A new one: a file here and in language/fields/. */
export const MATCH_FIELDS = { connection, vlan, asn, peers, name, location, bgpKey, mtu, tags } as const;

export type MatchFieldName = keyof typeof MATCH_FIELDS;

/** The compiled form of one field. */
export type Wanted<F extends MatchFieldName> =
  (typeof MATCH_FIELDS)[F] extends MatchField<infer W> ? W : never;

/** A compiled `match`: every field written, `null` where it demands nothing. */
export type Match = { readonly [F in MatchFieldName]: Wanted<F> | null };

// The keys of the literal above, in its order.
export const MATCH_FIELD_NAMES = Object.keys(MATCH_FIELDS) as readonly MatchFieldName[];
