import { exactObject, list, optional, text, textMatching } from '../decoders.ts';
import { ApiError, type Context, type Operation, type Output, operation } from '../wire.ts';
import { isIn, type RouteTable, type VirtualGateway } from '../world.ts';
import { applyFilters, FILTERS, paginate, type ValuesOf } from './listParameters.ts';
import { ownVirtualGateway } from './virtualGateways.ts';

/** The query protocol carries text only. */
const numeral = textMatching('a whole number', /^\d{1,4}$/);

const FILTER_VALUES: Readonly<Record<string, ValuesOf<RouteTable>>> = {
  'association.main': () => ['true'],
  'route.gateway-id': ({ routes }) => ['local', ...routes.values()],
  'route-table-id': ({ id }) => [id],
  'vpc-id': ({ vpc }) => [vpc],
};

const describeRouteTables = operation(
  exactObject({
    RouteTableId: optional(list(text), null),
    Filter: optional(FILTERS, []),
    MaxResults: optional(numeral, null),
    NextToken: optional(text, null),
  }),
  (context, { RouteTableId: ids, Filter: filters, MaxResults, NextToken: nextToken }) => {
    const { dialect, routeTables } = context.world;
    const candidates =
      ids === null
        ? [...routeTables.values()].filter((table) => isIn(context, table))
        : ids.map((id) => tableOf(context, id));
    const found = applyFilters(candidates, filters, (name) =>
      Object.hasOwn(FILTER_VALUES, name) ? FILTER_VALUES[name] : undefined,
    );
    const maxResults = MaxResults === null ? null : Number(MaxResults);
    if (maxResults !== null && (maxResults < 5 || maxResults > 100)) {
      throw invalid(
        `Value ( ${maxResults} ) for parameter MaxResults is invalid. It must be between 5 and 100.`,
      );
    }
    const { items, next } = paginate(found, { maxResults, nextToken }, dialect, invalid);
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
  (context, { RouteTableId, DestinationCidrBlock: destination, GatewayId }) => {
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

function present({ id, vpc, propagating, routes }: RouteTable, { world, account }: Context): Output {
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
    // Addresses of a VPC and routes learnt by BGP are not emulated.
    routeSet: [
      {
        destinationCidrBlock: '10.0.0.0/16',
        gatewayId: 'local',
        state: 'active',
        origin: 'CreateRouteTable',
      },
      ...staticRoutes,
    ],
    associationSet: [{ routeTableAssociationId, routeTableId: id, main: true }],
    propagatingVgwSet: [...propagating].map((gatewayId) => ({ gatewayId })),
    tagSet: [],
  };
}

export const ROUTE_TABLE_OPERATIONS: Readonly<Record<string, Operation>> = {
  DescribeRouteTables: describeRouteTables,
  EnableVgwRoutePropagation: enableVgwRoutePropagation,
  DisableVgwRoutePropagation: disableVgwRoutePropagation,
  CreateRoute: createRoute,
};
