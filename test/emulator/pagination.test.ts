import {
  DescribeConnectionsCommand,
  DescribeDirectConnectGatewayAssociationsCommand,
  DescribeDirectConnectGatewaysCommand,
  DescribeLagsCommand,
} from '@aws-sdk/client-direct-connect';
import { DescribeRouteTablesCommand } from '@aws-sdk/client-ec2';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createInProcessEmulator, type DialectName, readScenario } from '../../emulator/emulator.ts';
import { IN_SERVICE } from '../../emulator/world.ts';
import { RECIPIENT as account } from './emulatorClients.ts';
import { inProcessClient } from './inProcessClient.ts';

const hub = '11111111-2222-4333-8444-555555555555';
type Clients = ReturnType<typeof inProcessClient>;
interface Page {
  readonly ids: readonly (string | undefined)[];
  readonly next: string | undefined;
}

/** Requests one page of each listing that has pages, except that of interfaces. */
const LISTINGS = {
  connections: async ({ directConnect }: Clients, maxResults: number, nextToken?: string): Promise<Page> => {
    const page = await directConnect.send(new DescribeConnectionsCommand({ maxResults, nextToken }));
    return { ids: page.connections?.map((one) => one.connectionId) ?? [], next: page.nextToken };
  },
  lags: async ({ directConnect }: Clients, maxResults: number, nextToken?: string): Promise<Page> => {
    const page = await directConnect.send(new DescribeLagsCommand({ maxResults, nextToken }));
    return { ids: page.lags?.map((one) => one.lagId) ?? [], next: page.nextToken };
  },
  directConnectGateways: async (
    { directConnect }: Clients,
    maxResults: number,
    nextToken?: string,
  ): Promise<Page> => {
    const asked = new DescribeDirectConnectGatewaysCommand({ maxResults, nextToken });
    const { directConnectGateways = [], nextToken: next } = await directConnect.send(asked);
    return { ids: directConnectGateways.map((one) => one.directConnectGatewayId), next };
  },
  gatewayAssociations: async (
    { directConnect }: Clients,
    maxResults: number,
    nextToken?: string,
  ): Promise<Page> => {
    const asked = { directConnectGatewayId: hub, maxResults, nextToken };
    const { directConnectGatewayAssociations = [], nextToken: next } = await directConnect.send(
      new DescribeDirectConnectGatewayAssociationsCommand(asked),
    );
    return { ids: directConnectGatewayAssociations.map((one) => one.associationId), next };
  },
  routeTables: async ({ ec2 }: Clients, MaxResults: number, NextToken?: string): Promise<Page> => {
    const page = await ec2.send(new DescribeRouteTablesCommand({ MaxResults, NextToken }));
    return { ids: page.RouteTables?.map((one) => one.RouteTableId) ?? [], next: page.NextToken };
  },
};

describe('a listing in pages of any size', () => {
  it.each([
    ['aws', 'connections'],
    ['aws', 'lags'],
    ['aws', 'directConnectGateways'],
    ['aws', 'gatewayAssociations'],
    ['aws', 'routeTables'],
    ['outscale', 'connections'],
    ['outscale', 'routeTables'],
  ] as const)('returns each item once, on %s for %s', (dialect, name) =>
    fc.assert(
      fc.asyncProperty(fc.nat({ max: 23 }), fc.integer({ min: 5, max: 30 }), async (count, size) => {
        const { simulation, ids } = filled(dialect, count);
        const clients = inProcessClient(simulation, account);
        const seen: (string | undefined)[] = [];
        let next: string | undefined;
        do {
          const page = await LISTINGS[name](clients, size, next);
          expect(page.ids.length).toBeLessThanOrEqual(dialect === 'aws' ? size : count);
          seen.push(...page.ids);
          next = page.next;
        } while (next !== undefined);
        expect(seen).toEqual(ids[name]);
      }),
      { numRuns: 20 },
    ),
  );
});

/** @param count number of each resource */
function filled(dialect: DialectName, count: number) {
  const each = Array.from({ length: count }, (_, i) => String(i).padStart(8, '0'));
  const hubs = each.map((digits) => ({ account, id: hub.replace(/^.{8}/, digits), name: digits }));
  const scenario = readScenario({
    region: 'eu-west-2',
    options: { dialect },
    gateways: each.map((digits) => ({ account, id: `vgw-${digits}`, vpc: `vpc-${digits}` })),
    directConnectGateways: dialect === 'aws' ? hubs : [],
    connections: each.map((digits) => ({ account, id: `dxcon-${digits}`, name: digits, location: 'PAR1' })),
  });
  const simulation = createInProcessEmulator({}, scenario);
  const world = simulation.world();
  world.gatewayAssociations.clear();
  for (const { id: associatedGateway } of world.virtualGateways.values()) {
    const id = associatedGateway.replace('vgw', 'association');
    const place = { account, region: 'eu-west-2', allowedPrefixes: [] };
    const ends = { directConnectGateway: hub, associatedGateway, type: 'virtualPrivateGateway' } as const;
    world.gatewayAssociations.set(id, {
      id,
      ...place,
      ...ends,
      state: 'associated',
      since: 0,
      stateForced: false,
    });
  }
  const place = {
    account,
    region: 'eu-west-2',
    location: 'PAR1',
    bandwidth: '1Gbps',
    provider: '',
    tags: [],
    minimumLinks: 0,
    ...IN_SERVICE,
  };
  for (const id of each.map((digits) => `dxlag-${digits}`)) world.lags.set(id, { ...place, id, name: id });
  const ids = {
    connections: [...world.connections.keys()],
    lags: [...world.lags.keys()],
    directConnectGateways: [...world.directConnectGateways.keys()],
    gatewayAssociations: [...world.gatewayAssociations.keys()],
    routeTables: [...world.routeTables.keys()],
  };
  return { simulation, ids };
}
