import type { VirtualInterface } from '../../core/model.ts';
import { network } from './matchOracle.ts';

/** The addresses of a request and its conflicts with other interfaces, for the oracle. */

export interface OtherInterfaces {
  readonly interfaces: readonly VirtualInterface[];
  readonly intents: Readonly<Record<string, { readonly gateway: string }>>;
  readonly acceptances: Readonly<Record<string, { readonly gateway: string }>>;
  readonly damaged: Readonly<Record<string, unknown>>;
}

export function findCollisions(
  request: VirtualInterface,
  gateway: string,
  ourAccount: string,
  beside: OtherInterfaces,
): ReadonlySet<string> {
  const codes = new Set<string>();
  for (const vif of beside.interfaces.filter((one) => counts(one, request, beside))) {
    if (hasVlanOf(request, vif, beside)) codes.add('vlan-in-use');
    if (hasAddressesOf(request, vif, gateway, ourAccount, beside)) codes.add('peers-overlap');
  }
  const shown = new Set([request.id, ...beside.interfaces.map(({ id }) => id)]);
  const records = [...Object.entries(beside.intents), ...Object.entries(beside.acceptances)];
  const isUnseen = records.some(([id, record]) => record.gateway === gateway && !shown.has(id));
  if (isUnseen && addressesOf(request).some((address) => address !== null)) codes.add('peers-overlap');
  return codes;
}

/** Whether an interface is or may be live and more than a pending offer. */
function counts(vif: VirtualInterface, request: VirtualInterface, beside: OtherInterfaces): boolean {
  if (vif.id === request.id || ['deleted', 'rejected', 'expired'].includes(vif.state ?? '')) return false;
  const isOffer = vif.state === 'confirming' && vif.gateway === null && !cannotRead(vif, 'gateway', 'id');
  return !isOffer || isOnRecord(vif, beside);
}

function isOnRecord({ id }: VirtualInterface, { intents, acceptances, damaged }: OtherInterfaces): boolean {
  return id in intents || id in acceptances || id in damaged;
}

function cannotRead(vif: VirtualInterface, ...fields: readonly string[]): boolean {
  return vif.unreadable.some((field) => fields.includes(field));
}

/** Whether an interface may be a withdrawn offer: its known state is not an accepted one, and it has neither gateway nor ledger entry. */
function isPassing(vif: VirtualInterface, beside: OtherInterfaces): boolean {
  const isAccepted = ['pending', 'available', 'down'].includes(vif.state ?? 'available');
  return !isAccepted && vif.gateway === null && !isOnRecord(vif, beside);
}

function hasVlanOf(request: VirtualInterface, vif: VirtualInterface, beside: OtherInterfaces): boolean {
  const { connection, vlan } = request;
  if (connection === null || vlan === null) return false;
  if ((vif.connection ?? connection) !== connection || (vif.vlan ?? vlan) !== vlan) return false;
  if (vif.vlan === null && !cannotRead(vif, 'vlan')) return false;
  // If only the connection is unknown, the VLAN counts as used, unless the interface may be a withdrawn offer of another requester.
  if (vif.connection === null && !cannotRead(vif, 'connection'))
    return vif.vlan !== null && !isPassing(vif, beside);
  return true;
}

function hasAddressesOf(
  request: VirtualInterface,
  vif: VirtualInterface,
  gateway: string,
  ourAccount: string,
  { intents, acceptances, damaged, ...beside }: OtherInterfaces,
): boolean {
  const own = addressesOf(request).filter((address) => address !== null);
  const theirs = addressesOf(vif).filter((address) => address !== null);
  if (own.length === 0) return false;
  const isSame = own.some((a) => theirs.some((b) => a.startsWith(b) || b.startsWith(a)));
  // An invalid address may mean any address.
  const isUnreadable = cannotRead(vif, 'addresses') || hasInvalidAddress(vif);
  const recorded = [intents[vif.id]?.gateway, acceptances[vif.id]?.gateway];
  if (vif.gateway === gateway || recorded.includes(gateway)) return isSame || isUnreadable;
  if (vif.gateway !== null) return false;
  if (cannotRead(vif, 'gateway', 'id') || vif.id in damaged) return isSame || isUnreadable;
  if (recorded.some((one) => one !== undefined)) return false;
  const isOthers = vif.ownerAccount !== null && vif.ownerAccount !== ourAccount;
  return isSame && !isOthers && !isPassing(vif, { ...beside, intents, acceptances, damaged });
}

/** The known bits of each address. Of an address without prefix length, the subnet is unknown. */
function addressesOf({ peers }: VirtualInterface): (string | null)[] {
  return peers
    .flatMap(({ amazonAddress, customerAddress }) => [amazonAddress, customerAddress])
    .map((address) => (address === null ? null : network(address)));
}

function hasInvalidAddress(vif: VirtualInterface): boolean {
  const given = vif.peers.flatMap(({ amazonAddress, customerAddress }) => [amazonAddress, customerAddress]);
  return given.some((address) => address !== null && network(address) === null);
}

/** Whether no session has two addresses for which a run holds the request as `peers-invalid`. Uses no product code. */
export function hasUsablePairs({ peers }: Pick<VirtualInterface, 'peers'>): boolean {
  return peers.every(({ amazonAddress: ours, customerAddress: theirs }) => {
    if (ours !== null && theirs !== null) return isPair(ours, theirs);
    const alone = ours ?? theirs;
    return alone === null || bitsOf(alone) !== null;
  });
}

function isPair(ours: string, theirs: string): boolean {
  const [a, b] = [bitsOf(ours), bitsOf(theirs)];
  if (a === null || b === null || a.host === b.host || a.host[0] !== b.host[0]) return false;
  // An address without a prefix length may have that of the other address.
  const lengths = [a.length ?? b.length, b.length ?? a.length];
  const [one, other] = lengths;
  if (one === undefined || other === undefined || one === null || other === null) return true;
  if (one !== other || a.host.slice(0, one + 1) !== b.host.slice(0, one + 1)) return false;
  return [a, b].every(({ host }) => host[0] === '6' || one > 30 || host.slice(one + 1).includes('0'));
}

/** The address family as a digit, followed by all bits. */
function bitsOf(text: string): { readonly host: string; readonly length: number | null } | null {
  const [address = '', length] = text.split('/');
  const host = network(address);
  return host === null ? null : { host, length: length === undefined ? null : Number(length) };
}
