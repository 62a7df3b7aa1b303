import { describeAgreedKey } from '../../core/fields/bgpSessions.ts';
import {
  MATCH_FIELD_NAMES,
  MATCH_FIELDS,
  VALUE_MATCH_FIELD_NAMES,
  type ValueMatchFieldName,
} from '../../core/fields/evaluateMatch.ts';
import { type BgpPeer, PROVIDERS, type VirtualInterface } from '../../core/model.ts';
import { escapeText, formatList, quote } from '../../core/printableText.ts';
import { returnsField } from '../../core/providers.ts';
import type { FieldConstraint, Point } from '../algebra/setAlgebra.ts';
import { formatAlternatives } from '../diagnostic.ts';
import type { FieldProduct } from './fieldProduct.ts';
import { formatInstant, TYPICAL_ID } from './policyRequests.ts';
import type { RequestSet } from './requestSet.ts';

/** The order in which dimensions are described; others come last. */
const ORDER: readonly string[] = MATCH_FIELD_NAMES;
/** Dimensions that are mentioned even if they are free, because readers look for them. */
const ALWAYS = ['vlan', 'asn', 'peers', 'name'];

/** A description of a set of requests for people, safe to print. */
export interface RequestSetDescription {
  /** the connections */
  readonly on: string;
  /** one text for each field */
  readonly fields: readonly string[];
  /** one text for each exception */
  readonly except: readonly string[];
}

/** @param since start of the comparison in milliseconds: a set that begins then is described without its beginning */
export function describeRequestSet(
  { product, except }: RequestSet,
  recipient: string,
  since: number,
): RequestSetDescription {
  const connection = product.get('connection');
  const free = ALWAYS.filter((name) => !product.has(name));
  return {
    on: connection === undefined ? 'any connection' : describeValues(connection),
    fields: [
      ...describeFields(product, recipient, since),
      ...(free.length === 0 ? [] : [`any ${formatAlternatives(free)}`]),
    ],
    except: except.map((one) =>
      [...describeConnection(one), ...describeFields(one, recipient, since)].join(', '),
    ),
  };
}

function describeConnection(product: FieldProduct): string[] {
  const connection = product.get('connection');
  return connection === undefined ? [] : [`on ${describeValues(connection)}`];
}

function describeFields(product: FieldProduct, recipient: string, since: number): string[] {
  const rank = (name: string): number => (ORDER.includes(name) ? ORDER.indexOf(name) : ORDER.length);
  return (
    [...product]
      // Every request that can be accepted has a valid pair of addresses, so that is not mentioned.
      .filter(([name]) => name !== 'connection' && name !== 'paired')
      .sort(([a], [b]) => rank(a) - rank(b))
      .map(([name, constraint]) => describeField(name, constraint, recipient, since))
      .filter((text) => text !== '')
  );
}

function describeField(name: string, constraint: FieldConstraint, recipient: string, since: number): string {
  const text = describeValues(constraint);
  // Nearly every request is a private one, so that is not mentioned.
  if (name === 'type' && text === 'private') return '';
  if (name === 'time') return text.replace(`from ${formatInstant(since)}`, '').trim();
  // The API normally names the recipient, so that is not mentioned.
  if (name === 'account')
    return constraint.dimension.contains(constraint.set, recipient) ? '' : `the API names account ${text}`;
  return `${name} ${text}`;
}

function describeValues({ dimension, set }: FieldConstraint): string {
  return dimension.describe(set) ?? 'a set without a short description';
}

/** A request as an example of a set: its ID too, if the set depends on it. */
export function describeExample({ request }: Pick<Point, 'request'>): string {
  const text = describeRequest({ request });
  return request.id === TYPICAL_ID ? text : `id ${escapeText(request.id)}, ${text}`;
}

/** The fields of a request that policies use, as text that is safe to print. */
export function describeRequest({ request }: Pick<Point, 'request'>): string {
  const { type, peers, ownerAccount } = request;
  const parts = [
    ...(type === 'private' ? [] : [`type ${type === null ? 'not given' : escapeText(type)}`]),
    ...VALUE_MATCH_FIELD_NAMES.filter(isAlwaysReturned).map(
      (field) => `${field} ${MATCH_FIELDS[field].describeActual(request) ?? 'not given'}`,
    ),
    peers.length === 0 ? 'no BGP peer listed' : formatList(peers.map(describeSession)),
    ...VALUE_MATCH_FIELD_NAMES.filter((field) => !isAlwaysReturned(field)).flatMap((field) =>
      describeIfGiven(field, request),
    ),
    `owner account ${ownerAccount === null ? 'not given' : escapeText(ownerAccount)}`,
  ];
  return parts.join(', ');
}

/** Whether every provider returns a field. Where it is missing, that is mentioned. */
function isAlwaysReturned(field: ValueMatchFieldName): boolean {
  return PROVIDERS.every((provider) => returnsField(provider, field));
}

function describeIfGiven(field: ValueMatchFieldName, request: VirtualInterface): string[] {
  if (field === 'tags')
    return Object.entries(request.tags ?? {}).map(([key, value]) => `tag ${quote(key)} = ${quote(value)}`);
  const actual = MATCH_FIELDS[field].describeActual(request);
  return actual === null ? [] : [`${field} ${actual}`];
}

function describeSession({ asn, amazonAddress, customerAddress, hasKey, agreedKey }: BgpPeer): string {
  const isAgreed = agreedKey !== null && agreedKey !== 'none' && hasKey !== false;
  const key = isAgreed
    ? `, with ${describeAgreedKey(agreedKey)}`
    : hasKey === null
      ? ''
      : hasKey
        ? ', with a key'
        : ', without a key';
  const ends = [amazonAddress, customerAddress].map((address) =>
    address === null ? 'not given' : escapeText(address),
  );
  return `BGP peer of asn ${asn ?? 'not given'} (${ends.join(' and ')}${key})`;
}
