import type { BgpPeer } from '../../core/model.ts';
import { escapeText, formatList, quote } from '../../core/printableText.ts';
import type { FieldConstraint, Point } from '../algebra/setAlgebra.ts';
import type { FieldProduct } from './fieldProduct.ts';
import { formatInstant } from './policyRequests.ts';
import type { RequestSet } from './requestSet.ts';

/** Axes in the order in which people are told of them; others come after. */
const ORDER = ['vlan', 'asn', 'peers', 'name', 'location', 'bgpKey', 'mtu'];
/** What is said of them when they are free, too: everybody asks for it. */
const ALWAYS = ['vlan', 'asn', 'peers', 'name'];

/** A region in words that can be read out, safe to print. */
export interface RequestSetDescription {
  /** connections that it is on */
  readonly on: string;
  /** one a field */
  readonly fields: readonly string[];
  /** each in the same words */
  readonly except: readonly string[];
}

/** @param since from when on regions are looked at, in milliseconds: that they begin then says nothing */
export function describeRequestSet(
  { product, except }: RequestSet,
  recipient: string,
  since: number,
): RequestSetDescription {
  const connection = product.get('connection');
  const free = ALWAYS.filter((name) => !product.has(name));
  return {
    on: connection === undefined ? 'any connection' : valueWords(connection),
    fields: [
      ...fieldsOf(product, recipient, since),
      ...(free.length === 0 ? [] : [`any ${formatList(free).replaceAll(' and ', ' or ')}`]),
    ],
    except: except.map((one) => [...onWords(one), ...fieldsOf(one, recipient, since)].join(', ')),
  };
}

function onWords(box: FieldProduct): string[] {
  const connection = box.get('connection');
  return connection === undefined ? [] : [`on ${valueWords(connection)}`];
}

function fieldsOf(box: FieldProduct, recipient: string, since: number): string[] {
  const place = (name: string): number => (ORDER.includes(name) ? ORDER.indexOf(name) : ORDER.length);
  return (
    [...box]
      // That addresses make sense as a pair is so of every request that is accepted.
      .filter(([name]) => name !== 'connection' && name !== 'paired')
      .sort(([a], [b]) => place(a) - place(b))
      .map(([name, side]) => fieldWords(name, side, recipient, since))
      .filter((words) => words !== '')
  );
}

function fieldWords(name: string, side: FieldConstraint, recipient: string, since: number): string {
  const said = valueWords(side);
  if (name === 'time') return said.replace(`from ${formatInstant(since)}`, '').trim();
  // That it names the recipient is as ever.
  if (name === 'account')
    return side.dimension.contains(side.set, recipient) ? '' : `the API names account ${said}`;
  return `${name} ${said}`;
}

function valueWords({ dimension, set }: FieldConstraint): string {
  return dimension.describe(set) ?? 'something that has no short words';
}

/** A request as far as policies look at it, safe to print. */
export function describeRequest({ request }: Pick<Point, 'request'>): string {
  const { connection, vlan, name, location, peers, mtu, tags, ownerAccount } = request;
  const parts = [
    `connection ${connection === null ? 'not given' : escapeText(connection)}`,
    `vlan ${vlan ?? 'not given'}`,
    `name ${name === null ? 'not given' : quote(name)}`,
    `location ${location === null ? 'not given' : escapeText(location)}`,
    peers.length === 0 ? 'no BGP session listed' : formatList(peers.map(sessionWords)),
    ...(mtu === null ? [] : [`mtu ${mtu}`]),
    ...Object.entries(tags ?? {}).map(([key, value]) => `tag ${quote(key)} = ${quote(value)}`),
    `owner account ${ownerAccount === null ? 'not given' : escapeText(ownerAccount)}`,
  ];
  return parts.join(', ');
}

function sessionWords({ asn, amazonAddress, customerAddress, hasKey }: BgpPeer): string {
  const key = hasKey === null ? '' : hasKey ? ', with a key' : ', without a key';
  const ends = [amazonAddress, customerAddress].map((address) =>
    address === null ? 'not given' : escapeText(address),
  );
  return `BGP session of asn ${asn ?? 'not given'} (${ends.join(' and ')}${key})`;
}
