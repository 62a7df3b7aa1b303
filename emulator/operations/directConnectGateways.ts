import { associateGateways } from '../associations.ts';
import { exactObject, integer, optional, text } from '../decoders.ts';
import { hasEnded, setState } from '../lifecycle.ts';
import { type Context, clientException, type Operation, type Output, operation } from '../wire.ts';
import { type DirectConnectGateway, type GatewayAssociation, isIn, type World } from '../world.ts';
import { PAGING, paginate } from './listParameters.ts';
import { PREFIXES, serializeTags, TAGS } from './tags.ts';

export const DEFAULT_AMAZON_ASN = 64512;

/** The ASNs that the descriptions of both gateways' members allow on the side of Amazon. */
export function isPrivateAsn(asn: number): boolean {
  return (asn >= 64512 && asn <= 65534) || (asn >= 4_200_000_000 && asn <= 4_294_967_294);
}

export function invalidAsn(asn: number): string {
  return `ASN ${asn} is not private: it must be from 64512 to 65534, or from 4200000000 to 4294967294.`;
}

const createDirectConnectGateway = operation(
  exactObject({
    directConnectGatewayName: text,
    amazonSideAsn: optional(integer, DEFAULT_AMAZON_ASN),
    tags: TAGS,
  }),
  ({ world, account }, { directConnectGatewayName: name, amazonSideAsn: asn, tags }) => {
    if (!isPrivateAsn(asn)) throw clientException(invalidAsn(asn));
    const id = world.ids.directConnectGateway();
    const gateway: DirectConnectGateway = {
      ...{ id, account, name, asn, tags },
      sharedWith: [],
      state: 'available',
    };
    world.directConnectGateways.set(id, gateway);
    return { directConnectGateway: presentGateway(gateway) };
  },
);

const describeDirectConnectGateways = operation(
  exactObject({ directConnectGatewayId: optional(text, null), ...PAGING }),
  ({ world, account }, { directConnectGatewayId: id, ...asked }) => {
    const visible = [...world.directConnectGateways.values()].filter(
      (gateway) =>
        (gateway.account === account || gateway.sharedWith.includes(account)) &&
        (id === null || gateway.id === id),
    );
    const { items, next } = paginate(visible, asked, world.dialect);
    return { directConnectGateways: items.map(presentGateway), ...next };
  },
);

const deleteDirectConnectGateway = operation(
  exactObject({ directConnectGatewayId: text }),
  (context, { directConnectGatewayId: id }) => {
    const { interfaces, gatewayAssociations, directConnectGateways } = context.world;
    const gateway = ownGateway(context, id);
    const vif = [...interfaces.values()].find((one) => one.gateway?.directConnect === id && !hasEnded(one));
    if (vif !== undefined) {
      throw clientException(
        `The DirectConnectGateway ${id} has the virtual interface ${vif.id}: delete it first.`,
      );
    }
    const association = [...gatewayAssociations.values()].find((one) => one.directConnectGateway === id);
    if (association !== undefined) {
      const { associatedGateway: other } = association;
      throw clientException(
        `The DirectConnectGateway ${id} is associated with ${other}: disassociate it first.`,
      );
    }
    // A real deletion takes a moment, in which the gateway is listed; here it is gone from the next listing.
    directConnectGateways.delete(id);
    return { directConnectGateway: presentGateway({ ...gateway, state: 'deleting' }) };
  },
);

const updateDirectConnectGateway = operation(
  exactObject({ directConnectGatewayId: text, newDirectConnectGatewayName: text }),
  (context, { directConnectGatewayId, newDirectConnectGatewayName: name }) => {
    const gateway = ownGateway(context, directConnectGatewayId);
    gateway.name = name;
    return { directConnectGateway: presentGateway(gateway) };
  },
);

/** A Direct Connect gateway of the caller. Throws `ApiError`. */
function ownGateway({ world, account }: Context, id: string): DirectConnectGateway {
  const gateway = world.directConnectGateways.get(id);
  if (gateway?.account !== account) throw clientException(`The DirectConnectGateway ${id} does not exist.`);
  return gateway;
}

function presentGateway({ id, account, name, asn, tags, state }: DirectConnectGateway): Output {
  return {
    directConnectGatewayId: id,
    directConnectGatewayName: name,
    amazonSideAsn: asn,
    ownerAccount: account,
    directConnectGatewayState: state,
    ...serializeTags(tags),
  };
}

export const DIRECT_CONNECT_GATEWAY_OPERATIONS: Readonly<Record<string, Operation>> = {
  CreateDirectConnectGateway: createDirectConnectGateway,
  DescribeDirectConnectGateways: describeDirectConnectGateways,
  DeleteDirectConnectGateway: deleteDirectConnectGateway,
  UpdateDirectConnectGateway: updateDirectConnectGateway,
};

/** These inputs have two members for the gateway. The older allows virtual private gateways only. */
const GATEWAY = { gatewayId: optional(text, null), virtualGatewayId: optional(text, null) };

const createAssociation = operation(
  exactObject({
    directConnectGatewayId: text,
    ...GATEWAY,
    addAllowedPrefixesToDirectConnectGateway: optional(PREFIXES, []),
  }),
  (context, { directConnectGatewayId, gatewayId, virtualGatewayId, ...asked }) => {
    const { world } = context;
    ownGateway(context, directConnectGatewayId);
    const wanted = gatewayId ?? virtualGatewayId;
    if (wanted === null) throw clientException('A gatewayId must be given.');
    const virtual = world.virtualGateways.get(wanted);
    const gateway = virtual ?? (gatewayId === null ? undefined : world.transitGateways.get(wanted));
    if (gateway === undefined || !isIn(context, gateway)) {
      throw clientException(`The gateway ${wanted} does not exist.`);
    }
    refuseTaken(world, directConnectGatewayId, wanted);
    const prefixes = asked.addAllowedPrefixesToDirectConnectGateway;
    const association = associateGateways(world, directConnectGatewayId, wanted, prefixes, 'associating');
    if (association === null)
      throw clientException(
        `The DirectConnectGateway ${directConnectGatewayId} serves another type of gateway.`,
      );
    return { directConnectGatewayAssociation: describeAssociation(association, world) };
  },
);

/**
 * A virtual private gateway has one association, a transit gateway one with each of several Direct Connect gateways. Throws
 * `ApiError` for a gateway that has it already.
 */
export function refuseTaken(world: World, directConnectGateway: string, associatedGateway: string): void {
  const isTaken = [...world.gatewayAssociations.values()].some(
    (other) =>
      other.associatedGateway === associatedGateway &&
      (other.type === 'virtualPrivateGateway' || other.directConnectGateway === directConnectGateway),
  );
  if (isTaken) {
    throw clientException(`${associatedGateway} is already associated with a Direct Connect gateway.`);
  }
}

const deleteAssociation = operation(
  exactObject({
    associationId: optional(text, null),
    directConnectGatewayId: optional(text, null),
    virtualGatewayId: optional(text, null),
  }),
  (context, { associationId, directConnectGatewayId, virtualGatewayId }) => {
    const { world } = context;
    const found = visibleAssociations(context).find(({ id, directConnectGateway, associatedGateway }) =>
      associationId === null
        ? directConnectGateway === directConnectGatewayId && associatedGateway === virtualGatewayId
        : id === associationId,
    );
    if (found === undefined) throw clientException('The association does not exist.');
    if (found.state !== 'disassociating') setState(found, 'disassociating', world.clock.now().getTime());
    found.stateForced = false;
    return { directConnectGatewayAssociation: describeAssociation(found, world) };
  },
);

const updateAssociation = operation(
  exactObject({
    associationId: optional(text, null),
    addAllowedPrefixesToDirectConnectGateway: optional(PREFIXES, []),
    removeAllowedPrefixesToDirectConnectGateway: optional(PREFIXES, []),
  }),
  (context, { associationId, ...asked }) => {
    const { world } = context;
    const found = visibleAssociations(context).find(({ id }) => id === associationId);
    // The other account changes the prefixes with a proposal.
    if (found === undefined || !isOwnGateway(context, found.directConnectGateway)) {
      throw clientException(`The association ${associationId} does not exist.`);
    }
    if (found.state !== 'associated') {
      throw clientException(`The association ${associationId} is in state ${found.state}.`);
    }
    const { addAllowedPrefixesToDirectConnectGateway: added } = asked;
    const removed = [...added, ...asked.removeAllowedPrefixesToDirectConnectGateway];
    const left = found.allowedPrefixes.filter(({ cidr }) => removed.every((prefix) => prefix.cidr !== cidr));
    found.allowedPrefixes = [...left, ...added];
    found.stateForced = false;
    setState(found, 'updating', world.clock.now().getTime());
    return { directConnectGatewayAssociation: describeAssociation(found, world) };
  },
);

const describeAssociations = operation(
  exactObject({
    associationId: optional(text, null),
    associatedGatewayId: optional(text, null),
    directConnectGatewayId: optional(text, null),
    virtualGatewayId: optional(text, null),
    ...PAGING,
  }),
  (context, { associationId, associatedGatewayId, directConnectGatewayId, virtualGatewayId, ...asked }) => {
    const { world } = context;
    if ((associationId ?? associatedGatewayId ?? directConnectGatewayId ?? virtualGatewayId) === null) {
      throw clientException(
        'An association, a Direct Connect gateway or an associated gateway must be given.',
      );
    }
    const isAsked = (wanted: string | null, id: string): boolean => wanted === null || wanted === id;
    const found = visibleAssociations(context).filter(
      ({ id, directConnectGateway, associatedGateway }) =>
        isAsked(associationId, id) &&
        isAsked(directConnectGatewayId, directConnectGateway) &&
        isAsked(associatedGatewayId, associatedGateway) &&
        isAsked(virtualGatewayId, associatedGateway),
    );
    const { items, next } = paginate(found, asked, world.dialect);
    const shown = items.map((association) => describeAssociation(association, world));
    return { directConnectGatewayAssociations: shown, ...next };
  },
);

/** Visible in every region, like the Direct Connect gateway, to the accounts of both gateways. */
function visibleAssociations(context: Context): GatewayAssociation[] {
  return [...context.world.gatewayAssociations.values()].filter(
    ({ account, directConnectGateway }) =>
      account === context.account || isOwnGateway(context, directConnectGateway),
  );
}

function isOwnGateway({ world, account }: Context, directConnectGateway: string): boolean {
  return world.directConnectGateways.get(directConnectGateway)?.account === account;
}

export function describeAssociation(
  association: GatewayAssociation,
  { directConnectGateways }: World,
): Output {
  const { id, account, region, directConnectGateway, associatedGateway, type } = association;
  return {
    associationId: id,
    associationState: association.state,
    directConnectGatewayId: directConnectGateway,
    directConnectGatewayOwnerAccount: directConnectGateways.get(directConnectGateway)?.account ?? account,
    associatedGateway: { id: associatedGateway, type, ownerAccount: account, region },
    allowedPrefixesToDirectConnectGateway: association.allowedPrefixes,
    ...(type === 'virtualPrivateGateway'
      ? {
          virtualGatewayId: associatedGateway,
          virtualGatewayRegion: region,
          virtualGatewayOwnerAccount: account,
        }
      : {}),
  };
}

/** The states of an attachment, by those of its interface; otherwise it is `attached`. */
const ATTACHMENT_STATES: ReadonlyMap<string, string> = new Map([
  ['pending', 'attaching'],
  ['deleting', 'detaching'],
]);

const describeAttachments = operation(
  exactObject({
    directConnectGatewayId: optional(text, null),
    virtualInterfaceId: optional(text, null),
    ...PAGING,
  }),
  (context, { directConnectGatewayId, virtualInterfaceId, ...asked }) => {
    const { world, account } = context;
    if ((directConnectGatewayId ?? virtualInterfaceId) === null)
      throw clientException('A directConnectGatewayId or a virtualInterfaceId must be given.');
    const found = [...world.interfaces.values()].filter(
      ({ id, recipient, gateway, ...vif }) =>
        recipient === account &&
        !hasEnded(vif) &&
        typeof gateway?.directConnect === 'string' &&
        (directConnectGatewayId ?? gateway.directConnect) === gateway.directConnect &&
        (virtualInterfaceId ?? id) === id,
    );
    const { items, next } = paginate(found, asked, world.dialect);
    const shown = items.map((vif) => ({
      directConnectGatewayId: vif.gateway?.directConnect,
      virtualInterfaceId: vif.id,
      virtualInterfaceRegion: vif.connection.region,
      virtualInterfaceOwnerAccount: vif.recipient,
      attachmentState: ATTACHMENT_STATES.get(vif.state) ?? 'attached',
      attachmentType: vif.type === 'transit' ? 'TransitVirtualInterface' : 'PrivateVirtualInterface',
    }));
    return { directConnectGatewayAttachments: shown, ...next };
  },
);

export const GATEWAY_ASSOCIATION_OPERATIONS: Readonly<Record<string, Operation>> = {
  CreateDirectConnectGatewayAssociation: createAssociation,
  DeleteDirectConnectGatewayAssociation: deleteAssociation,
  DescribeDirectConnectGatewayAssociations: describeAssociations,
  UpdateDirectConnectGatewayAssociation: updateAssociation,
  DescribeDirectConnectGatewayAttachments: describeAttachments,
};
