import { ApiError } from '../errors.ts';
import { list, members, text } from '../read.ts';
import type { VirtualGateway } from '../world.ts';

interface Filter {
  readonly Name: string;
  readonly Value: readonly string[];
}

/** The `Filter` member of an input. */
export const FILTERS = list(members<Filter>({ Name: text, Value: list(text) }));

const VALUES: Readonly<Record<string, (gateway: VirtualGateway) => readonly string[]>> = {
  'amazon-side-asn': ({ asn }) => [String(asn)],
  'attachment.state': ({ attachment }) => (attachment === null ? [] : [attachment.state]),
  'attachment.vpc-id': ({ attachment }) => (attachment === null ? [] : [attachment.vpc]),
  state: ({ state }) => [state],
  'tag-key': ({ tags }) => tags.map(({ key }) => key),
  type: ({ type }) => [type],
  'vpn-gateway-id': ({ id }) => [id],
};

/** Any value of a filter will do; every filter must be passed. Throws `ApiError` for a filter that is none. */
export function filterGateways(
  gateways: readonly VirtualGateway[],
  filters: readonly Filter[],
): readonly VirtualGateway[] {
  return filters.reduce((left, { Name, Value }) => {
    const valuesOf = reader(Name);
    return left.filter((gateway) => valuesOf(gateway).some((value) => Value.includes(value)));
  }, gateways);
}

function reader(name: string): (gateway: VirtualGateway) => readonly string[] {
  if (name.startsWith('tag:')) {
    return ({ tags }) => tags.filter(({ key }) => `tag:${key}` === name).map(({ value }) => value);
  }
  const found = Object.hasOwn(VALUES, name) ? VALUES[name] : undefined;
  if (found === undefined) throw new ApiError('InvalidParameterValue', `The filter '${name}' is invalid`);
  return found;
}
