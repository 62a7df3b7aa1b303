import { clientException } from '../errors.ts';
import { isOver } from '../lifecycle.ts';
import { exactly, integer, optional, text } from '../read.ts';
import {
  type Connection,
  type InterfaceType,
  isAt,
  type Prefixes,
  type VirtualInterface,
  type World,
} from '../world.ts';
import { noConnection } from './connections.ts';
import { type Context, type Operation, operation } from './operation.ts';
import { PREFIXES } from './prefixes.ts';
import { presentInterface } from './presentInterface.ts';
import { TAGS } from './tags.ts';

/** What a requester says of the interface it offers. `null` and `''`: left to the platform. */
const NEW_INTERFACE = {
  virtualInterfaceName: text,
  vlan: integer,
  asn: optional(integer, null),
  asnLong: optional(integer, null),
  authKey: optional(text, ''),
  amazonAddress: optional(text, ''),
  customerAddress: optional(text, ''),
  addressFamily: optional(text, 'ipv4'),
  tags: TAGS,
};
const readNewInterface = exactly({ ...NEW_INTERFACE, mtu: optional(integer, 1500) });
const readNewPublicInterface = exactly({ ...NEW_INTERFACE, routeFilterPrefixes: optional(PREFIXES, []) });

interface NewInterface extends ReturnType<typeof readNewInterface> {
  readonly routeFilterPrefixes: Prefixes;
}

const MTUS: Readonly<Record<InterfaceType, readonly number[]>> = {
  private: [1500, 8500, 9001],
  public: [1500],
  transit: [1500, 8500],
};
const MAX_ASN = 4294967294;

const allocatePrivate = operation(
  exactly({ connectionId: text, ownerAccount: text, newPrivateVirtualInterfaceAllocation: readNewInterface }),
  (context, { connectionId, ownerAccount, newPrivateVirtualInterfaceAllocation: wanted }) =>
    presentInterface(
      allocateAs(context, connectionId, ownerAccount, 'private', { ...wanted, routeFilterPrefixes: [] }),
      context.world.dialect,
    ),
);

const allocatePublic = operation(
  exactly({
    connectionId: text,
    ownerAccount: text,
    newPublicVirtualInterfaceAllocation: readNewPublicInterface,
  }),
  (context, { connectionId, ownerAccount, newPublicVirtualInterfaceAllocation: wanted }) =>
    presentInterface(
      allocateAs(context, connectionId, ownerAccount, 'public', { ...wanted, mtu: 1500 }),
      context.world.dialect,
    ),
);

const allocateTransit = operation(
  // The model of a transit interface requires no name and no VLAN, but no such interface can be made without them.
  exactly({ connectionId: text, ownerAccount: text, newTransitVirtualInterfaceAllocation: readNewInterface }),
  (context, { connectionId, ownerAccount, newTransitVirtualInterfaceAllocation: wanted }) => {
    const vif = allocateAs(context, connectionId, ownerAccount, 'transit', {
      ...wanted,
      routeFilterPrefixes: [],
    });
    return { virtualInterface: presentInterface(vif, context.world.dialect) };
  },
);

function allocateAs(
  context: Context,
  connectionId: string,
  recipient: string,
  type: InterfaceType,
  wanted: NewInterface,
): VirtualInterface {
  const connection = context.world.connections.get(connectionId);
  if (connection === undefined || !isAt(context, connection)) throw noConnection(connectionId);
  return allocate(context.world, connection, recipient, type, wanted);
}

/** Offers an interface to the recipient. Throws `ApiError` for what the platform would not provision. */
export function allocate(
  world: World,
  connection: Connection,
  recipient: string,
  type: InterfaceType,
  wanted: NewInterface,
): VirtualInterface {
  const { virtualInterfaceName: name, vlan, mtu, authKey } = wanted;
  const asn = wanted.asnLong ?? wanted.asn ?? 0;
  const rules: readonly (readonly [sound: boolean, message: string])[] = [
    [/^\d{12}$/.test(recipient), `Account ID ${recipient} is invalid.`],
    [name.length >= 1 && name.length <= 100, 'The virtual interface name must have 1 to 100 characters.'],
    [vlan >= 1 && vlan <= 4094, `VLAN ${vlan} is not between 1 and 4094.`],
    [!vlanTaken(world, connection, vlan), `VLAN ${vlan} is already in use on ${connection.id}.`],
    [world.dialect.longAsnApart || wanted.asnLong === null, 'The asnLong is not supported: give an asn.'],
    [asn >= 1 && asn <= MAX_ASN, `An ASN between 1 and ${MAX_ASN} is required.`],
    [MTUS[type].includes(mtu), `MTU ${mtu} is none of ${MTUS[type].join(', ')}.`],
    [authKey === '' || isKey(authKey), 'The BGP authentication key must have 6 to 80 characters.'],
  ];
  const broken = rules.find(([sound]) => !sound);
  if (broken !== undefined) throw clientException(broken[1]);
  const id = world.ids.virtualInterface();
  const vif: VirtualInterface = {
    id,
    connection,
    recipient,
    type,
    name,
    vlan,
    asn,
    mtu,
    authKey: authKey === '' && world.dialect.makesKeys ? `made-up-key-of-${id}` : authKey,
    amazonAddress: wanted.amazonAddress,
    customerAddress: wanted.customerAddress,
    addressFamily: wanted.addressFamily,
    routeFilterPrefixes: wanted.routeFilterPrefixes,
    tags: wanted.tags,
    bgpPeerId: world.ids.bgpPeer(),
    state: 'confirming',
    since: world.clock.now().getTime(),
    steered: false,
    gateway: null,
  };
  world.interfaces.set(id, vif);
  return vif;
}

function isKey(text: string): boolean {
  return text.length >= 6 && text.length <= 80;
}

function vlanTaken(world: World, connection: Connection, vlan: number): boolean {
  return [...world.interfaces.values()].some(
    (vif) => vif.connection.id === connection.id && vif.vlan === vlan && !isOver(vif),
  );
}

export const ALLOCATE_OPERATIONS: Readonly<Record<string, Operation>> = {
  AllocatePrivateVirtualInterface: allocatePrivate,
  AllocatePublicVirtualInterface: allocatePublic,
  AllocateTransitVirtualInterface: allocateTransit,
};
