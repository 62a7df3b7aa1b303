import { associateGateways } from '../associations.ts';
import { exactObject, integer, optional, text } from '../decoders.ts';
import { type Context, clientException, type Operation, type Output, operation } from '../wire.ts';
import { type DirectConnectGateway, type GatewayAssociation, isIn, type World } from '../world.ts';
import { PAGING, paginate } from './listParameters.ts';
import { PREFIXES, serializeTags, TAGS } from './tags.ts';

export const DEFAULT_AMAZON_ASN = 64512;

const createDirectConnectGateway = operation(
  exactObject({
    directConnectGatewayName: text,
    amazonSideAsn: optional(integer, DEFAULT_AMAZON_ASN),
    tags: TAGS,
  }),
  ({ world, account }, { directConnectGatewayName: name, amazonSideAsn: asn, tags }) => {
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
    const { world, account } = context;
    if (world.directConnectGateways.get(directConnectGatewayId)?.account !== account) {
      throw clientException(`The DirectConnectGateway ${directConnectGatewayId} does not exist.`);
    }
    const wanted = gatewayId ?? virtualGatewayId;
    if (wanted === null) throw clientException('A gatewayId must be given.');
    const virtual = world.virtualGateways.get(wanted);
    const gateway = virtual ?? (gatewayId === null ? undefined : world.transitGateways.get(wanted));
    if (gateway === undefined || !isIn(context, gateway)) {
      throw clientException(`The gateway ${wanted} does not exist.`);
    }
    const taken = [...world.gatewayAssociations.values()].filter(
      ({ associatedGateway }) => associatedGateway === wanted,
    );
    // A virtual private gateway has one association, a transit gateway one with each of several Direct Connect gateways.
    if (taken.some((other) => virtual !== undefined || other.directConnectGateway === directConnectGatewayId))
      throw clientException(`${wanted} is already associated with a Direct Connect gateway.`);
    const prefixes = asked.addAllowedPrefixesToDirectConnectGateway;
    const association = associateGateways(world, directConnectGatewayId, wanted, prefixes);
    if (association === null)
      throw clientException(
        `The DirectConnectGateway ${directConnectGatewayId} serves another type of gateway.`,
      );
    return { directConnectGatewayAssociation: present({ ...association, state: 'associating' }, world) };
  },
);

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
    world.gatewayAssociations.delete(found.id);
    return { directConnectGatewayAssociation: present({ ...found, state: 'disassociating' }, world) };
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
    const shown = items.map((association) => present(association, world));
    return { directConnectGatewayAssociations: shown, ...next };
  },
);

/** Visible in every region, like the Direct Connect gateway, to the accounts of both gateways. */
function visibleAssociations({ world, account }: Context): GatewayAssociation[] {
  return [...world.gatewayAssociations.values()].filter(
    (association) =>
      association.account === account ||
      world.directConnectGateways.get(association.directConnectGateway)?.account === account,
  );
}

/** Real associations take minutes to be created and deleted, which the emulator skips. */
function present(association: GatewayAssociation, { directConnectGateways }: World): Output {
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

export const GATEWAY_ASSOCIATION_OPERATIONS: Readonly<Record<string, Operation>> = {
  CreateDirectConnectGatewayAssociation: createAssociation,
  DeleteDirectConnectGatewayAssociation: deleteAssociation,
  DescribeDirectConnectGatewayAssociations: describeAssociations,
};
