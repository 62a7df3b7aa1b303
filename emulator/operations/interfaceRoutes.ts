import { isIPv6 } from 'node:net';
import {
  exactObject,
  integer,
  list,
  oneOf,
  optional,
  type Reader,
  text,
  textMatching,
  writtenObject,
} from '../decoders.ts';
import { type Context, clientException, type Operation, type Output, operation } from '../wire.ts';
import type { InterfaceRoute, VirtualInterface } from '../world.ts';
import { interfaceNotFound, isVisibleTo } from './callerResources.ts';
import { PAGING, paginate } from './listParameters.ts';
import { DEVICE } from './serializeInterface.ts';

/** The routes of an interface, as a scenario or a test gives them. */
export const INTERFACE_ROUTES: Reader<readonly InterfaceRoute[]> = list(
  writtenObject<InterfaceRoute>({
    cidr: textMatching('a prefix such as `10.0.0.0/16`', /^[0-9a-fA-F.:]+\/\d{1,3}$/),
    direction: optional(oneOf(['accepted', 'advertised']), 'accepted'),
    asPath: optional(list(integer), []),
    communities: optional(list(text), []),
  }),
);

const MAX_CIDRS = 10;

const listVirtualInterfaceRoutes = operation(
  exactObject({
    // The model of AWS does not require it, but an answer is about one interface.
    virtualInterfaceId: text,
    filters: optional(
      exactObject({
        routeDirection: optional(text, null),
        addressFamily: optional(text, null),
        cidrs: optional(list(text), null),
        asPath: optional(list(integer), null),
        communities: optional(list(text), null),
      }),
      null,
    ),
    ...PAGING,
  }),
  (context, { virtualInterfaceId: id, filters, ...asked }) => {
    const vif = visibleInterface(context, id);
    if (filters?.cidrs && (filters.cidrs.length === 0 || filters.cidrs.length > MAX_CIDRS)) {
      throw clientException(`The filter cidrs has ${filters.cidrs.length} values, not 1 to ${MAX_CIDRS}.`);
    }
    const found = vif.routes.filter(
      (route) =>
        isAsked(filters?.routeDirection, route.direction) &&
        isAsked(filters?.addressFamily, familyOf(route)) &&
        (filters?.cidrs?.includes(route.cidr) ?? true) &&
        (filters?.asPath?.every((asn) => route.asPath.includes(asn)) ?? true) &&
        (filters?.communities?.every((community) => route.communities.includes(community)) ?? true),
    );
    const { items, next } = paginate(found, asked, context.world.dialect);
    return { virtualInterfaceId: id, routes: items.map((route) => present(route, vif)), ...next };
  },
);

function visibleInterface(context: Context, id: string): VirtualInterface {
  const vif = context.world.interfaces.get(id);
  if (vif === undefined || !isVisibleTo(context, vif)) throw interfaceNotFound(id);
  return vif;
}

function isAsked(wanted: string | null | undefined, actual: string): boolean {
  return (wanted ?? actual) === actual;
}

function familyOf({ cidr }: InterfaceRoute): string {
  return isIPv6(cidr.split('/')[0] ?? '') ? 'ipv6' : 'ipv4';
}

function present(route: InterfaceRoute, { since }: VirtualInterface): Output {
  return {
    cidr: route.cidr,
    routeDirection: route.direction,
    addressFamily: familyOf(route),
    asPath: route.asPath.length === 0 ? [] : [{ pathType: 'seq', path: route.asPath }],
    communities: route.communities,
    awsLogicalDeviceId: DEVICE,
    // In seconds, as JSON 1.1 has times. The emulator knows when the interface changed, not when a router advertised it.
    routeInstalledAt: since / 1000,
  };
}

export const INTERFACE_ROUTE_OPERATIONS: Readonly<Record<string, Operation>> = {
  ListVirtualInterfaceRoutes: listVirtualInterfaceRoutes,
};
