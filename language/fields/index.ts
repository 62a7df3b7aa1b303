import type { MatchFieldName, Wanted } from '../../core/fields/index.ts';
import { asn } from './asn.ts';
import { bgpKey } from './bgpKey.ts';
import { connection } from './connection.ts';
import type { LanguageField } from './field.ts';
import { location } from './location.ts';
import { mtu } from './mtu.ts';
import { name } from './name.ts';
import { peers } from './peers.ts';
import { tags } from './tags.ts';
import { vlan } from './vlan.ts';

/** How every match field is written. A new one: a file here and in lambda/core/fields/. */
export const LANGUAGE_FIELDS = {
  connection,
  vlan,
  asn,
  peers,
  name,
  location,
  bgpKey,
  mtu,
  tags,
} as const satisfies { readonly [F in MatchFieldName]: LanguageField<Wanted<F>> };
