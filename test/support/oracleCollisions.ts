import type { VirtualInterface } from '../../core/model.ts';
import { network } from './oracleFields.ts';

/** What other interfaces have against a request, said a second time, plainly and slowly, from the text of the rules. */

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

/** It is live, and more than an offer, or perhaps so. */
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

/** Neither accepted by its state, which the API gives, nor on a gateway or on record: perhaps an offer that is withdrawn. */
function isPassing(vif: VirtualInterface, beside: OtherInterfaces): boolean {
  const isAccepted = ['pending', 'available', 'down'].includes(vif.state ?? 'available');
  return !isAccepted && vif.gateway === null && !isOnRecord(vif, beside);
}

function hasVlanOf(request: VirtualInterface, vif: VirtualInterface, beside: OtherInterfaces): boolean {
  const { connection, vlan } = request;
  if (connection === null || vlan === null) return false;
  if ((vif.connection ?? connection) !== connection || (vif.vlan ?? vlan) !== vlan) return false;
  if (vif.vlan === null && !cannotRead(vif, 'vlan')) return false;
  // The connection alone is not given: it holds, unless it may be a stranger's offer on its way out.
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
  const isUnreadable = cannotRead(vif, 'addresses');
  const recorded = [intents[vif.id]?.gateway, acceptances[vif.id]?.gateway];
  if (vif.gateway === gateway || recorded.includes(gateway)) return isSame || isUnreadable;
  if (vif.gateway !== null) return false;
  if (cannotRead(vif, 'gateway', 'id') || vif.id in damaged) return isSame || isUnreadable;
  if (recorded.some((one) => one !== undefined)) return false;
  const isOthers = vif.ownerAccount !== null && vif.ownerAccount !== ourAccount;
  return isSame && !isOthers && !isPassing(vif, { ...beside, intents, acceptances, damaged });
}

/** As the bits that are known of each; a bare address is known in full, and its subnet not at all. */
function addressesOf({ peers }: VirtualInterface): (string | null)[] {
  return peers
    .flatMap(({ amazonAddress, customerAddress }) => [amazonAddress, customerAddress])
    .map((address) => (address === null ? null : network(address)));
}
