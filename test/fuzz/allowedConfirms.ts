import { expect } from 'vitest';
import { RECIPIENT_ACCOUNT } from '../support/accounts.ts';
import { ACME_1, PROD } from '../support/cloud.ts';
import { interfaceIdIn } from './fakeProvider.ts';
import type { Exchange } from './fuzzRuns.ts';

/**
 * Checks that only requests were confirmed that the policy allows according to the provider's last raw answers. Implements the
 * policy a second time.
 * @returns the number of confirms
 */
export function expectOnlyAllowed(exchanges: readonly Exchange[]): number {
  const confirms = exchanges.filter(({ request }) => request.operation === 'ConfirmPrivateVirtualInterface');
  for (const confirm of confirms) {
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

/** Whether the policy of these tests allows an item in the API's wire form. */
export function isAllowed(item: Fields): boolean {
  const { virtualInterfaceName: name, vlan } = item;
  return (
    item.virtualInterfaceState === 'confirming' &&
    item.virtualInterfaceType === 'private' &&
    item.ownerAccount === RECIPIENT_ACCOUNT &&
    item.connectionId === ACME_1 &&
    item.location === 'PAR1' &&
    typeof name === 'string' &&
    name.startsWith('acme-') &&
    typeof vlan === 'number' &&
    vlan >= 100 &&
    vlan <= 199 &&
    vlan !== 150 &&
    sessionsOf(item).every(isAllowedSession)
  );
}

/** The BGP sessions of an item. The top-level fields of a session may be missing if there is a list. */
function sessionsOf(item: Fields): Fields[] {
  const listed = Array.isArray(item.bgpPeers) ? item.bgpPeers.map(fieldsOf) : [];
  const first = listed[0] ?? {};
  const own = Object.fromEntries(
    ['asn', 'asnLong', 'amazonAddress', 'customerAddress'].map((key) => [
      key,
      isUnset(item[key]) || item[key] === 0 ? first[key] : item[key],
    ]),
  );
  return [...listed, own];
}

function isAllowedSession({ asn, asnLong, amazonAddress, customerAddress }: Fields): boolean {
  const known = [asn, asnLong].filter((one) => !isUnset(one) && one !== 0);
  const isOfNet = (address: unknown): boolean =>
    typeof address === 'string' && /^169\.254\.10\.\d{1,3}(\/\d+)?$/.test(address);
  return (
    known.length > 0 &&
    known.every((one) => one === 65010) &&
    isOfNet(amazonAddress) &&
    isOfNet(customerAddress)
  );
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

function isDescribe(operation: string): boolean {
  return operation === 'DescribeVirtualInterfaces';
}
