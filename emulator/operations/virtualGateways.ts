import { exactObject, list, oneOf, optional, text, textMatching } from '../decoders.ts';
import { hasEnded } from '../lifecycle.ts';
import { findOrCreateVpc } from '../vpcs.ts';
import { ApiError, type Context, type Operation, type Output, operation } from '../wire.ts';
import { isIn, mainRouteTable, type VirtualGateway } from '../world.ts';
import { DEFAULT_AMAZON_ASN, invalidAsn, isPrivateAsn } from './directConnectGateways.ts';
import { tagSpecifications } from './ec2Tags.ts';
import { applyFilters, FILTERS, type FilterTable } from './filters.ts';

/** The query protocol carries text only. */
const numeral = textMatching('a whole number', /^\d{1,10}$/);

const createVpnGateway = operation(
  exactObject({
    Type: oneOf(['ipsec.1']),
    AmazonSideAsn: optional(numeral, String(DEFAULT_AMAZON_ASN)),
    TagSpecification: tagSpecifications('vpn-gateway'),
  }),
  (context, { Type: type, AmazonSideAsn, TagSpecification: tags }) => {
    const { world, account, region } = context;
    const asn = Number(AmazonSideAsn);
    if (!isPrivateAsn(asn)) throw new ApiError('InvalidParameterValue', invalidAsn(asn));
    const id = world.ids.virtualGateway(world.dialect.gatewayDigits);
    const gateway: VirtualGateway = {
      id,
      account,
      region,
      asn,
      type,
      tags,
      state: 'available',
      attachment: null,
    };
    world.virtualGateways.set(id, gateway);
    return { vpnGateway: present(gateway, context) };
  },
);

const attachVpnGateway = operation(
  exactObject({ VpcId: text, VpnGatewayId: text }),
  (context, { VpcId: vpc, VpnGatewayId }) => {
    const gateway = ownVirtualGateway(context, VpnGatewayId);
    if (gateway.attachment?.state === 'attached' && gateway.attachment.vpc !== vpc) {
      const message = `${gateway.id} is attached to ${gateway.attachment.vpc} already`;
      throw new ApiError('VpnGatewayAttachmentLimitExceeded', message);
    }
    gateway.attachment = { vpc, state: 'attached' };
    // As in the real API, propagation of its routes must be enabled separately.
    findOrCreateVpc(context.world, context, vpc);
    return { attachment: { vpcId: vpc, state: 'attaching' } };
  },
);

const detachVpnGateway = operation(
  exactObject({ VpcId: text, VpnGatewayId: text }),
  (context, { VpcId: vpc, VpnGatewayId }) => {
    const gateway = ownVirtualGateway(context, VpnGatewayId);
    if (gateway.attachment?.state !== 'attached' || gateway.attachment.vpc !== vpc) {
      const message = `The attachment of ${gateway.id} to ${vpc} does not exist`;
      throw new ApiError('InvalidVpnGatewayAttachment.NotFound', message);
    }
    gateway.attachment = { vpc, state: 'detached' };
    mainRouteTable(context.world, context, vpc).propagating.delete(gateway.id);
    return { return: true };
  },
);

const deleteVpnGateway = operation(exactObject({ VpnGatewayId: text }), (context, { VpnGatewayId }) => {
  const gateway = ownVirtualGateway(context, VpnGatewayId);
  const { interfaces, gatewayAssociations } = context.world;
  const used =
    [...interfaces.values()].some((vif) => vif.gateway?.virtual === gateway.id && !hasEnded(vif)) ||
    [...gatewayAssociations.values()].some(({ associatedGateway }) => associatedGateway === gateway.id);
  if (used || gateway.attachment?.state === 'attached') {
    throw new ApiError('IncorrectState', `The vpnGateway '${gateway.id}' is still in use`);
  }
  context.world.virtualGateways.delete(gateway.id);
  return { return: true };
});

const GATEWAY_FILTERS: FilterTable<VirtualGateway> = {
  'amazon-side-asn': ({ asn }) => [String(asn)],
  'attachment.state': ({ attachment }) => (attachment === null ? [] : [attachment.state]),
  'attachment.vpc-id': ({ attachment }) => (attachment === null ? [] : [attachment.vpc]),
  state: ({ state }) => [state],
  type: ({ type }) => [type],
  'vpn-gateway-id': ({ id }) => [id],
};

const describeVpnGateways = operation(
  exactObject({ VpnGatewayId: optional(list(text), null), Filter: FILTERS }),
  (context, { VpnGatewayId: ids, Filter: filters }) => {
    // One unknown ID fails the whole call.
    const asked = ids === null ? ownGateways(context) : ids.map((id) => ownVirtualGateway(context, id));
    return {
      vpnGatewaySet: applyFilters(asked, filters, GATEWAY_FILTERS).map((gateway) =>
        present(gateway, context),
      ),
    };
  },
);

/** Direct Connect's own listing of virtual private gateways: ID and state only. */
const describeVirtualGateways = operation(exactObject({}), (context) => ({
  virtualGateways: ownGateways(context).map(({ id, state }) => ({
    virtualGatewayId: id,
    virtualGatewayState: state,
  })),
}));

function ownGateways(context: Context): VirtualGateway[] {
  return [...context.world.virtualGateways.values()].filter((gateway) => isIn(context, gateway));
}

export function ownVirtualGateway(context: Context, id: string): VirtualGateway {
  const gateway = context.world.virtualGateways.get(id);
  if (gateway !== undefined && isIn(context, gateway)) return gateway;
  throw new ApiError('InvalidVpnGatewayID.NotFound', `The vpnGateway ID '${id}' does not exist`);
}

function present({ id, asn, type, tags, state, attachment }: VirtualGateway, { world }: Context): Output {
  return {
    vpnGatewayId: id,
    state,
    type,
    attachments: attachment === null ? [] : [{ vpcId: attachment.vpc, state: attachment.state }],
    ...(world.dialect.returnsGatewayAsn ? { amazonSideAsn: asn } : {}),
    tagSet: tags,
  };
}

export const GATEWAY_OPERATIONS: Readonly<Record<string, Operation>> = {
  CreateVpnGateway: createVpnGateway,
  AttachVpnGateway: attachVpnGateway,
  DetachVpnGateway: detachVpnGateway,
  DeleteVpnGateway: deleteVpnGateway,
  DescribeVpnGateways: describeVpnGateways,
};

export const VIRTUAL_GATEWAY_OPERATIONS: Readonly<Record<string, Operation>> = {
  DescribeVirtualGateways: describeVirtualGateways,
};
