import { exactObject, integer, optional, text } from '../decoders.ts';
import { type Context, clientException, type Operation, operation } from '../wire.ts';
import {
  type Connection,
  type InterfaceType,
  type Lag,
  type Prefixes,
  UNDISGUISED,
  type VirtualInterface,
  type World,
} from '../world.ts';
import { createPeer, NEW_PEER, requestedPeer } from './bgpPeers.ts';
import { fullMessage, isFull, isVlanTaken, ownConnectionOrLag } from './callerResources.ts';
import { serializeInterface } from './serializeInterface.ts';
import { PREFIXES, TAGS } from './tags.ts';

/** The interface that a requester allocates, or an account creates for itself. `null` and `''`: the platform chooses. */
export const NEW_INTERFACE = {
  virtualInterfaceName: text,
  vlan: integer,
  ...NEW_PEER,
  rateLimit: optional(text, ''),
  tags: TAGS,
};
const readNewInterface = exactObject({ ...NEW_INTERFACE, mtu: optional(integer, 1500) });
export const NEW_PUBLIC_INTERFACE = { ...NEW_INTERFACE, routeFilterPrefixes: optional(PREFIXES, []) };
const readNewPublicInterface = exactObject(NEW_PUBLIC_INTERFACE);

export interface NewInterface extends ReturnType<typeof readNewInterface> {
  readonly routeFilterPrefixes: Prefixes;
}

export const MTUS: Readonly<Record<InterfaceType, readonly number[]>> = {
  private: [1500, 8500, 9001],
  public: [1500],
  transit: [1500, 8500],
};

const allocatePrivate = operation(
  exactObject({
    connectionId: text,
    ownerAccount: text,
    newPrivateVirtualInterfaceAllocation: readNewInterface,
  }),
  (context, { connectionId, ownerAccount, newPrivateVirtualInterfaceAllocation: wanted }) =>
    serializeInterface(
      allocateAs(context, connectionId, ownerAccount, 'private', { ...wanted, routeFilterPrefixes: [] }),
      context.world.dialect,
    ),
);

const allocatePublic = operation(
  exactObject({
    connectionId: text,
    ownerAccount: text,
    newPublicVirtualInterfaceAllocation: readNewPublicInterface,
  }),
  (context, { connectionId, ownerAccount, newPublicVirtualInterfaceAllocation: wanted }) =>
    serializeInterface(
      allocateAs(context, connectionId, ownerAccount, 'public', { ...wanted, mtu: 1500 }),
      context.world.dialect,
    ),
);

const allocateTransit = operation(
  // The API model does not require a name and a VLAN for a transit interface, but the platform does.
  exactObject({
    connectionId: text,
    ownerAccount: text,
    newTransitVirtualInterfaceAllocation: readNewInterface,
  }),
  (context, { connectionId, ownerAccount, newTransitVirtualInterfaceAllocation: wanted }) => {
    const vif = allocateAs(context, connectionId, ownerAccount, 'transit', {
      ...wanted,
      routeFilterPrefixes: [],
    });
    return { virtualInterface: serializeInterface(vif, context.world.dialect) };
  },
);

function allocateAs(
  context: Context,
  connectionId: string,
  recipient: string,
  type: InterfaceType,
  wanted: NewInterface,
): VirtualInterface {
  const connection = ownConnectionOrLag(context, connectionId);
  return allocate(context.world, connection, recipient, type, requestedPeer(context.world, wanted));
}

/** Creates a request for the recipient. Throws `ApiError` for an interface that the platform would not provision. */
export function allocate(
  world: World,
  connection: Connection | Lag,
  recipient: string,
  type: InterfaceType,
  wanted: NewInterface,
): VirtualInterface {
  const { virtualInterfaceName: name, vlan, mtu, rateLimit, tags, routeFilterPrefixes, ...session } = wanted;
  const { firstVlan, hasRateLimits } = world.dialect;
  const rules: readonly (readonly [isValid: boolean, message: string])[] = [
    [/^\d{12}$/.test(recipient), `Account ID ${recipient} is invalid.`],
    [isValidName(name), INVALID_NAME],
    [vlan >= firstVlan && vlan <= 4094, `VLAN ${vlan} is not between ${firstVlan} and 4094.`],
    [!isVlanTaken(world, connection, vlan), `VLAN ${vlan} is already in use on ${connection.id}.`],
    [MTUS[type].includes(mtu), invalidMtu(type, mtu)],
    [!isFull(world, connection), fullMessage(connection)],
    [hasRateLimits || rateLimit === '', 'The rateLimit is not supported.'],
    [isValidRateLimit(rateLimit), invalidRateLimit(rateLimit)],
  ];
  const broken = rules.find(([isValid]) => !isValid);
  if (broken !== undefined) throw clientException(broken[1]);
  const id = world.ids.virtualInterface();
  const vif: VirtualInterface = {
    id,
    connection,
    recipient,
    requester: null,
    type,
    name,
    vlan,
    mtu,
    rateLimit,
    prefixCounts: { ipv4: null, ipv6: null },
    routeFilterPrefixes,
    tags,
    peers: [createPeer(world, session, id)],
    state: 'confirming',
    since: world.clock.now().getTime(),
    stateForced: false,
    isWithdrawn: false,
    gateway: null,
    routes: [],
    disguise: UNDISGUISED,
  };
  world.interfaces.set(id, vif);
  return vif;
}

export function isValidName(name: string): boolean {
  return name.length >= 1 && name.length <= 100;
}

export const INVALID_NAME = 'The virtual interface name must have 1 to 100 characters.';

export function invalidMtu(type: InterfaceType, mtu: number): string {
  return `MTU ${mtu} is not one of ${MTUS[type].join(', ')}.`;
}

export function isValidRateLimit(rateLimit: string): boolean {
  return rateLimit === '' || /^\d+(\.\d)?[MGT]bps$/.test(rateLimit);
}

export function invalidRateLimit(rateLimit: string): string {
  return `The rateLimit ${rateLimit} is not a bandwidth such as 500Mbps.`;
}

export const ALLOCATE_OPERATIONS: Readonly<Record<string, Operation>> = {
  AllocatePrivateVirtualInterface: allocatePrivate,
  AllocatePublicVirtualInterface: allocatePublic,
  AllocateTransitVirtualInterface: allocateTransit,
};
