import { expect } from 'vitest';
import { createInterface, type VirtualInterface } from '../../core/model.ts';
import { decideByOracle } from '../oracle/decisionOracle.ts';
import { RECIPIENT_ACCOUNT } from '../support/accounts.ts';
import { OWN_CONNECTION, PROD } from '../support/cloud.ts';
import { AGREED_DIGEST, AGREED_KEY, interfaceIdIn, POLICY } from './fakeProvider.ts';
import type { Exchange } from './fuzzRuns.ts';

/**
 * Checks that only requests were confirmed that the policy allows, according to the oracle and the provider's last raw answers.
 * @returns the number of confirms
 */
export function expectOnlyAllowed(exchanges: readonly Exchange[]): number {
  const confirms = exchanges.filter(({ request }) => isConfirm(request.operation));
  for (const confirm of confirms) {
    // The policy has no grant for another type.
    expect(confirm.request.operation).toBe('ConfirmPrivateVirtualInterface');
    const id = interfaceIdIn(confirm.request);
    expect(JSON.parse(confirm.request.body)).toEqual({ virtualInterfaceId: id, virtualGatewayId: PROD });
    const before = exchanges.slice(0, exchanges.indexOf(confirm));
    const shown = before.findLast(
      ({ request }) => isDescribe(request.operation) && interfaceIdIn(request) === id,
    );
    expect(itemsIn(shown, id).map(isAllowed), `as ${id} was described`).toEqual([true]);
    const listing = before.find(
      ({ request }) => isDescribe(request.operation) && interfaceIdIn(request) === '',
    );
    const listed = itemsIn(listing, id).map(isAllowed);
    expect(listed.length > 0 && listed.every(Boolean), `as ${id} was listed`).toBe(true);
    const gateways = bodyOf(before.findLast(({ request }) => request.operation === 'DescribeVpnGateways'));
    for (const word of [PROD, 'available', 'attached']) expect(gateways).toContain(word);
    const caller = bodyOf(before.findLast(({ request }) => request.operation === 'GetCallerIdentity'));
    expect(caller).toContain(RECIPIENT_ACCOUNT);
  }
  return confirms.length;
}

/** Whether the policy of these tests allows an item in the API's wire form, according to the oracle. */
export function isAllowed(item: Fields): boolean {
  return decideByOracle(POLICY.policy, readItem(item), NOTHING_ELSE, AT).gateway === PROD;
}

const AT = new Date('2026-11-10T12:00:00.000Z');

/** The oracle's view of a cloud with nothing but the request. */
const NOTHING_ELSE = {
  interfaces: [],
  intents: {},
  acceptances: {},
  damaged: {},
  ownConnections: { known: true, ids: new Set([OWN_CONNECTION]) },
  acceptedThisRun: 0,
} as const;

/** Reads an item without the parser of the product. What is not of the expected type is unknown. */
function readItem(item: Fields): VirtualInterface {
  const text = (value: unknown) => (typeof value === 'string' && value !== '' ? value : null);
  return createInterface({
    id: String(item.virtualInterfaceId),
    state: text(item.virtualInterfaceState),
    type: text(item.virtualInterfaceType),
    ownerAccount: text(item.ownerAccount),
    connection: text(item.connectionId),
    name: text(item.virtualInterfaceName),
    location: text(item.location),
    vlan: typeof item.vlan === 'number' ? item.vlan : null,
    peers: sessionsOf(item).map(({ asn, asnLong, amazonAddress, customerAddress, authKey }) => ({
      asn: readAsn(asn, asnLong),
      amazonAddress: text(amazonAddress),
      customerAddress: text(customerAddress),
      hasKey: typeof authKey === 'string' ? authKey !== '' : null,
      // Only equality with the agreed key is known to the oracle: it computes no digests.
      agreedKey: typeof authKey !== 'string' ? null : authKey === AGREED_KEY ? AGREED_DIGEST : 'none',
    })),
  });
}

/** `null` if there is no ASN, or if there are two. */
function readAsn(...given: readonly unknown[]): number | null {
  const asns = new Set(given.filter((asn) => !isUnset(asn) && asn !== 0));
  const [asn] = asns;
  return asns.size === 1 && typeof asn === 'number' ? asn : null;
}

/** The BGP peers of an item. The top-level fields of a session may be missing if there is a list. */
function sessionsOf(item: Fields): Fields[] {
  const listed = Array.isArray(item.bgpPeers) ? item.bgpPeers.map(fieldsOf) : [];
  const first = listed[0] ?? {};
  const own = Object.fromEntries(
    ['asn', 'asnLong', 'amazonAddress', 'customerAddress'].map((key) => [
      key,
      isUnset(item[key]) || item[key] === 0 ? first[key] : item[key],
    ]),
  );
  // An empty key is not a missing one: it means that there is none.
  return [...listed, { ...own, authKey: item.authKey ?? first.authKey }];
}

export type Fields = Readonly<Record<string, unknown>>;

/** The items with this ID in an answer; none if the answer is unreadable. */
function itemsIn(exchange: Exchange | undefined, id: string): Fields[] {
  const { virtualInterfaces } = fieldsOf(JSON.parse(bodyOf(exchange)));
  const all = Array.isArray(virtualInterfaces) ? virtualInterfaces.map(fieldsOf) : [];
  return all.filter(({ virtualInterfaceId }) => virtualInterfaceId === id);
}

export function fieldsOf(value: unknown): Fields {
  return typeof value === 'object' && value !== null ? Object.fromEntries(Object.entries(value)) : {};
}

function bodyOf(exchange: Exchange | undefined): string {
  return exchange?.reply.does === 'answer' ? exchange.reply.body : '';
}

function isUnset(value: unknown): boolean {
  return value === undefined || value === null || value === '';
}

/** Whether an operation accepts an interface, of any type. */
function isConfirm(operation: string): boolean {
  return /^Confirm\w+VirtualInterface$/.test(operation);
}

function isDescribe(operation: string): boolean {
  return operation === 'DescribeVirtualInterfaces';
}
