import type { GatewayAssociation, Place, Prefixes, RouteTable, World } from './world.ts';

/** The main route table of a VPC; it is there as soon as anybody asks for it. */
export function mainTableOf(world: World, { account, region }: Place, vpc: string): RouteTable {
  const known = [...world.routeTables.values()].find(
    (table) => table.vpc === vpc && table.account === account && table.region === region,
  );
  if (known !== undefined) return known;
  const id = world.ids.routeTable(world.dialect.gatewayDigits);
  const table = { id, account, region, vpc, propagating: new Set<string>(), routes: new Map() };
  world.routeTables.set(id, table);
  return table;
}

export function associate(
  world: World,
  directConnectGateway: string,
  virtualGateway: { readonly id: string } & Place,
  allowedPrefixes: Prefixes,
): GatewayAssociation {
  const { id: virtual, account, region } = virtualGateway;
  const id = world.ids.gatewayAssociation();
  const association = { id, account, region, directConnectGateway, virtualGateway: virtual, allowedPrefixes };
  world.gatewayAssociations.set(id, association);
  return association;
}
