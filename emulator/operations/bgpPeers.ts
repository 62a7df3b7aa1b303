import { exactObject, integer, optional, text } from '../decoders.ts';
import { isPeerOver } from '../lifecycle.ts';
import { clientException, type Operation, operation } from '../wire.ts';
import type { BgpPeer, VirtualInterface, World } from '../world.ts';
import { addressProblem, withAssignedAddresses } from './addresses.ts';
import { addressesOf, changeableInterface } from './callerResources.ts';
import { serializeInterface } from './serializeInterface.ts';

/** The BGP peer that a requester allocates. `null` and `''`: the platform chooses. */
export const NEW_PEER = {
  asn: optional(integer, null),
  asnLong: optional(integer, null),
  authKey: optional(text, ''),
  amazonAddress: optional(text, ''),
  customerAddress: optional(text, ''),
  addressFamily: optional(text, 'ipv4'),
};
const readNewPeer = exactObject(NEW_PEER);

type NewPeer = ReturnType<typeof readNewPeer>;

/** The largest ASN that the older member `asn` may have. */
const LAST_SHORT_ASN = 2147483646;

/** The peer that a caller asks for, with the addresses that the platform assigns. Throws `ApiError` for what only the platform chooses. */
export function requestedPeer<T extends NewPeer>(world: World, wanted: T): T {
  const { asn, asnLong, addressFamily, amazonAddress, customerAddress } = wanted;
  if (addressFamily === 'ipv6' && amazonAddress + customerAddress !== '')
    throw clientException('IPv6 addresses are assigned by the platform: leave them out.');
  if (asn !== null && asnLong !== null) throw clientException('Only one of asn and asnLong can be given.');
  if (world.dialect.separateLongAsn && asn !== null && asn > LAST_SHORT_ASN)
    throw clientException(`The asn ${asn} is larger than ${LAST_SHORT_ASN}: give it as asnLong.`);
  return withAssignedAddresses(world, wanted);
}

const createBgpPeer = operation(
  exactObject({ virtualInterfaceId: text, newBGPPeer: readNewPeer }),
  (context, { virtualInterfaceId, newBGPPeer }) => {
    const { world } = context;
    const vif = changeableInterface(context, virtualInterfaceId);
    const peer = createPeer(world, requestedPeer(world, newBGPPeer), vif.id);
    refuseDuplicate(vif, peer);
    vif.peers = [...vif.peers, peer];
    return { virtualInterface: serializeInterface(vif, world.dialect) };
  },
);

/**
 * Throws `ApiError` for a peer with the family and ASN, or with an address, of another one of the interface. AWS documents one
 * peer of each family where it offers no logical redundancy, and no maximum where it does, which the emulator leaves open.
 */
function refuseDuplicate({ id, peers }: VirtualInterface, added: BgpPeer): void {
  const live = peers.filter((peer) => !isPeerOver(peer));
  const { addressFamily, asn } = added;
  if (live.some((peer) => peer.addressFamily === addressFamily && peer.asn === asn)) {
    throw clientException(`${id} has an ${addressFamily} BGP peer with ASN ${asn} already.`);
  }
  const used = addressesOf(live);
  const taken = addressesOf([added]).find((address) => used.includes(address));
  if (taken !== undefined) throw clientException(`The address ${taken} is already in use on ${id}.`);
}

const deleteBgpPeer = operation(
  exactObject({
    virtualInterfaceId: text,
    asn: optional(integer, null),
    asnLong: optional(integer, null),
    customerAddress: optional(text, null),
    bgpPeerId: optional(text, null),
  }),
  (context, { virtualInterfaceId, bgpPeerId, customerAddress, ...asns }) => {
    const vif = changeableInterface(context, virtualInterfaceId);
    const asn = asns.asnLong ?? asns.asn;
    const isNamed = (peer: BgpPeer): boolean =>
      bgpPeerId === null
        ? peer.customerAddress === customerAddress && peer.asn === asn
        : peer.id === bgpPeerId;
    const live = vif.peers.filter((peer) => !isPeerOver(peer));
    const named = live.find(isNamed);
    if (named === undefined) throw clientException(`${vif.id} has no such BGP peer.`);
    if (live.length === 1) throw clientException(`The last BGP peer of ${vif.id} cannot be deleted.`);
    named.state = 'deleting';
    named.since = context.world.clock.now().getTime();
    return { virtualInterface: serializeInterface(vif, context.world.dialect) };
  },
);

/** Creates a BGP peer. Throws `ApiError` for a session that the platform would not provision. */
export function createPeer(
  world: World,
  { asnLong, asn: short, ...wanted }: NewPeer,
  interfaceId: string,
): BgpPeer {
  const { authKey } = wanted;
  const { lastAsn, reservedAsns } = world.dialect;
  const asn = asnLong ?? short ?? 0;
  const rules: readonly (readonly [isValid: boolean, message: string])[] = [
    [world.dialect.separateLongAsn || asnLong === null, 'The asnLong is not supported: give an asn.'],
    [asn >= 1 && asn <= lastAsn, `An ASN between 1 and ${lastAsn} is required, got ${asn}.`],
    [!reservedAsns.includes(asn), `The ASN ${asn} is reserved by the provider.`],
    [authKey === '' || isKey(authKey), 'The BGP authentication key must have 6 to 80 characters.'],
  ];
  const broken = rules.find(([isValid]) => !isValid);
  const problem = broken?.[1] ?? addressProblem(wanted, world.dialect);
  if (problem !== null) throw clientException(problem);
  return {
    id: world.ids.bgpPeer(),
    asn,
    authKey: authKey === '' && world.dialect.generatesKeys ? `made-up-key-of-${interfaceId}` : authKey,
    amazonAddress: wanted.amazonAddress,
    customerAddress: wanted.customerAddress,
    addressFamily: wanted.addressFamily,
    state: 'live',
    since: world.clock.now().getTime(),
  };
}

function isKey(text: string): boolean {
  return text.length >= 6 && text.length <= 80;
}

export const BGP_PEER_OPERATIONS: Readonly<Record<string, Operation>> = {
  CreateBGPPeer: createBgpPeer,
  DeleteBGPPeer: deleteBgpPeer,
};
