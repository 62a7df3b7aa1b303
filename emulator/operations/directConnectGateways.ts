import { exactly, integer, optional, text } from '../decoders.ts';
import type { DirectConnectGateway } from '../world.ts';
import { type Operation, type Output, operation } from './operation.ts';
import { PAGING, pageOf } from './paging.ts';
import { presentTags, TAGS } from './tags.ts';

export const DEFAULT_AMAZON_ASN = 64512;

const createDirectConnectGateway = operation(
  exactly({
    directConnectGatewayName: text,
    amazonSideAsn: optional(integer, DEFAULT_AMAZON_ASN),
    tags: TAGS,
  }),
  ({ world, account }, { directConnectGatewayName: name, amazonSideAsn: asn, tags }) => {
    const id = world.ids.directConnectGateway();
    const gateway: DirectConnectGateway = { id, account, name, asn, tags, state: 'available' };
    world.directConnectGateways.set(id, gateway);
    return { directConnectGateway: present(gateway) };
  },
);

const describeDirectConnectGateways = operation(
  exactly({ directConnectGatewayId: optional(text, null), ...PAGING }),
  ({ world, account }, { directConnectGatewayId: id, ...asked }) => {
    const own = [...world.directConnectGateways.values()].filter(
      (gateway) => gateway.account === account && (id === null || gateway.id === id),
    );
    const { items, next } = pageOf(own, asked, world.dialect);
    return { directConnectGateways: items.map(present), ...next };
  },
);

function present({ id, account, name, asn, tags, state }: DirectConnectGateway): Output {
  return {
    directConnectGatewayId: id,
    directConnectGatewayName: name,
    amazonSideAsn: asn,
    ownerAccount: account,
    directConnectGatewayState: state,
    ...presentTags(tags),
  };
}

export const DIRECT_CONNECT_GATEWAY_OPERATIONS: Readonly<Record<string, Operation>> = {
  CreateDirectConnectGateway: createDirectConnectGateway,
  DescribeDirectConnectGateways: describeDirectConnectGateways,
};
