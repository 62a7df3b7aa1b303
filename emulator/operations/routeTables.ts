import { exactObject, list, optional, text } from '../decoders.ts';
import { findVpc, UNSPECIFIED_CIDR } from '../vpcs.ts';
import { ApiError, type Context, type Operation, type Output, operation } from '../wire.ts';
import { isIn, type RouteTable, type VirtualGateway } from '../world.ts';
import { applyFilters, type FilterTable, LISTING } from './filters.ts';
import { paginateEc2 } from './listParameters.ts';
import { ownVirtualGateway } from './virtualGateways.ts';
import { networkOf } from './vpcs.ts';

const FILTER_TABLE: FilterTable<RouteTable> = {
  'association.main': () => ['true'],
  'route.gateway-id': ({ routes }) => ['local', ...routes.values()],
  'route-table-id': ({ id }) => [id],
  'vpc-id': ({ vpc }) => [vpc],
};

const describeRouteTables = operation(
  exactObject({
    RouteTableId: optional(list(text), null),
    ...LISTING,
  }),
  (context, { RouteTableId: ids, Filter: filters, ...page }) => {
    const { dialect, routeTables } = context.world;
    const candidates =
      ids === null
        ? [...routeTables.values()].filter((table) => isIn(context, table))
        : ids.map((id) => tableOf(context, id));
    const found = applyFilters(candidates, filters, FILTER_TABLE);
    const { items, next } = paginateEc2(found, page, dialect, 100);
    return { routeTableSet: items.map((table) => present(table, context)), ...next };
  },
);

const enableVgwRoutePropagation = operation(
  exactObject({ RouteTableId: text, GatewayId: text }),
  (context, { RouteTableId, GatewayId }) => {
    const table = tableOf(context, RouteTableId);
    const gateway = ownVirtualGateway(context, GatewayId);
    if (!isAttachedTo(gateway, table)) throw differentVpcs(gateway, table);
    table.propagating.add(gateway.id);
    return { return: true };
  },
);

const disableVgwRoutePropagation = operation(
  exactObject({ RouteTableId: text, GatewayId: text }),
  (context, { RouteTableId, GatewayId }) => {
    tableOf(context, RouteTableId).propagating.delete(ownVirtualGateway(context, GatewayId).id);
    return { return: true };
  },
);

/** Adds a static route to a virtual private gateway. */
const createRoute = operation(
  exactObject({ RouteTableId: text, DestinationCidrBlock: text, GatewayId: text }),
  (context, { RouteTableId, DestinationCidrBlock, GatewayId }) => {
    const destination = networkOf(DestinationCidrBlock, 'destinationCidrBlock');
    const table = tableOf(context, RouteTableId);
    const gateway = ownVirtualGateway(context, GatewayId);
    if (!isAttachedTo(gateway, table)) throw differentVpcs(gateway, table);
    if (table.routes.has(destination)) {
      const message = `The route identified by ${destination} already exists.`;
      throw new ApiError('RouteAlreadyExists', message);
    }
    table.routes.set(destination, gateway.id);
    return { return: true };
  },
);

function tableOf(context: Context, id: string): RouteTable {
  const table = context.world.routeTables.get(id);
  if (table !== undefined && isIn(context, table)) return table;
  throw new ApiError('InvalidRouteTableID.NotFound', `The routeTable ID '${id}' does not exist`);
}

function isAttachedTo({ attachment }: VirtualGateway, { vpc }: RouteTable): boolean {
  return attachment?.state === 'attached' && attachment.vpc === vpc;
}

function differentVpcs(gateway: VirtualGateway, table: RouteTable): ApiError {
  return invalid(`route table ${table.id} and network gateway ${gateway.id} belong to different networks`);
}

function invalid(message: string): ApiError {
  return new ApiError('InvalidParameterValue', message);
}

function present({ id, vpc, tags, propagating, routes }: RouteTable, context: Context): Output {
  const { world, account } = context;
  const staticRoutes = [...routes].map(([destinationCidrBlock, gatewayId]) => {
    const attachment = world.virtualGateways.get(gatewayId)?.attachment;
    const isActive = attachment?.state === 'attached' && attachment.vpc === vpc;
    return {
      destinationCidrBlock,
      gatewayId,
      state: isActive ? 'active' : 'blackhole',
      origin: 'CreateRoute',
    };
  });
  const routeTableAssociationId = id.replace('rtb', 'rtbassoc');
  return {
    routeTableId: id,
    vpcId: vpc,
    ownerId: account,
    // Routes learnt by BGP are not emulated.
    routeSet: [
      {
        destinationCidrBlock: findVpc(world, context, vpc)?.cidr ?? UNSPECIFIED_CIDR,
        gatewayId: 'local',
        state: 'active',
        origin: 'CreateRouteTable',
      },
      ...staticRoutes,
    ],
    associationSet: [{ routeTableAssociationId, routeTableId: id, main: true }],
    propagatingVgwSet: [...propagating].map((gatewayId) => ({ gatewayId })),
    tagSet: tags,
  };
}

export const ROUTE_TABLE_OPERATIONS: Readonly<Record<string, Operation>> = {
  DescribeRouteTables: describeRouteTables,
  EnableVgwRoutePropagation: enableVgwRoutePropagation,
  DisableVgwRoutePropagation: disableVgwRoutePropagation,
  CreateRoute: createRoute,
};
