import type { VirtualGateway } from '../world.ts';
import type { ValuesOf } from './filters.ts';

const VALUES: Readonly<Record<string, ValuesOf<VirtualGateway>>> = {
  'amazon-side-asn': ({ asn }) => [String(asn)],
  'attachment.state': ({ attachment }) => (attachment === null ? [] : [attachment.state]),
  'attachment.vpc-id': ({ attachment }) => (attachment === null ? [] : [attachment.vpc]),
  state: ({ state }) => [state],
  'tag-key': ({ tags }) => tags.map(({ key }) => key),
  type: ({ type }) => [type],
  'vpn-gateway-id': ({ id }) => [id],
};

/** The filters of virtual private gateways. */
export function gatewayFilter(name: string): ValuesOf<VirtualGateway> | undefined {
  if (name.startsWith('tag:')) {
    return ({ tags }) => tags.filter(({ key }) => `tag:${key}` === name).map(({ value }) => value);
  }
  return Object.hasOwn(VALUES, name) ? VALUES[name] : undefined;
}
