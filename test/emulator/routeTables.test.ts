import {
  AttachVpnGatewayCommand,
  CreateRouteCommand,
  CreateVpnGatewayCommand,
  DescribeRouteTablesCommand,
  DetachVpnGatewayCommand,
  DisableVgwRoutePropagationCommand,
  EnableVgwRoutePropagationCommand,
  paginateDescribeRouteTables,
} from '@aws-sdk/client-ec2';
import { describe, expect, it } from 'vitest';
import { type Emulator, readScenario } from '../../emulator/emulator.ts';
import { defined, ec2, gateway, RECIPIENT, startTestEmulator, UNRELATED_ACCOUNT } from './emulatorClients.ts';

const VPC = 'vpc-1a2b3c4d';

/** The route tables that the account sees: VPC, propagating gateways and routes. */
async function tables(
  simulator: Emulator,
  input: ConstructorParameters<typeof DescribeRouteTablesCommand>[0] = {},
  account: string = RECIPIENT,
) {
  const { RouteTables } = await ec2(simulator, account).send(new DescribeRouteTablesCommand(input));
  return defined(RouteTables).map(({ VpcId, PropagatingVgws, Routes }) => ({
    vpc: VpcId,
    propagating: PropagatingVgws?.map(({ GatewayId }) => GatewayId),
    routes: Routes?.map(({ GatewayId, State }) => `${GatewayId} ${State}`),
  }));
}

async function tableOf(simulator: Emulator): Promise<string> {
  const { RouteTables } = await ec2(simulator, RECIPIENT).send(new DescribeRouteTablesCommand({}));
  return defined(RouteTables?.[0]?.RouteTableId);
}

describe.each(['outscale', 'aws'] as const)('route tables on %s', (dialect) => {
  it('are created with the VPC of a gateway, and propagate nothing until that is enabled', async () => {
    const simulator = await startTestEmulator({ dialect });
    expect(await tables(simulator)).toEqual([]);
    const GatewayId = await gateway(simulator);
    const untouched = { vpc: VPC, propagating: [], routes: ['local active'] };
    expect(await tables(simulator)).toEqual([untouched]);
    expect(await tables(simulator, {}, UNRELATED_ACCOUNT)).toEqual([]);

    const RouteTableId = await tableOf(simulator);
    expect(RouteTableId).toMatch(dialect === 'aws' ? /^rtb-[0-9a-f]{17}$/ : /^rtb-[0-9a-f]{8}$/);
    const client = ec2(simulator, RECIPIENT);
    for (let time = 1; time <= 2; time += 1) {
      await client.send(new EnableVgwRoutePropagationCommand({ RouteTableId, GatewayId }));
      expect(await tables(simulator)).toEqual([{ ...untouched, propagating: [GatewayId] }]);
    }
    await client.send(new DisableVgwRoutePropagationCommand({ RouteTableId, GatewayId }));
    expect(await tables(simulator)).toEqual([untouched]);
  });

  it('are the main route tables of their VPCs', async () => {
    const simulator = await startTestEmulator({ dialect });
    await gateway(simulator);
    const { RouteTables } = await ec2(simulator, RECIPIENT).send(new DescribeRouteTablesCommand({}));
    const RouteTableId = await tableOf(simulator);
    expect(RouteTables).toMatchObject([
      { RouteTableId, OwnerId: RECIPIENT, Associations: [{ RouteTableId, Main: true }] },
    ]);
  });

  it('have static routes to a gateway, until it is detached', async () => {
    const simulator = await startTestEmulator({ dialect });
    const client = ec2(simulator, RECIPIENT);
    const GatewayId = await gateway(simulator);
    const RouteTableId = await tableOf(simulator);
    await client.send(new EnableVgwRoutePropagationCommand({ RouteTableId, GatewayId }));
    const route = new CreateRouteCommand({ RouteTableId, DestinationCidrBlock: '192.0.2.0/24', GatewayId });
    await client.send(route);
    await expect(client.send(route)).rejects.toMatchObject({ name: 'RouteAlreadyExists' });
    expect(await tables(simulator)).toMatchObject([{ routes: ['local active', `${GatewayId} active`] }]);
    await client.send(new DetachVpnGatewayCommand({ VpnGatewayId: GatewayId, VpcId: VPC }));
    expect(await tables(simulator)).toEqual([
      { vpc: VPC, propagating: [], routes: ['local active', `${GatewayId} blackhole`] },
    ]);
  });

  it.each([
    [{ Filters: [{ Name: 'vpc-id', Values: [VPC, 'vpc-none'] }] }, 1],
    [{ Filters: [{ Name: 'vpc-id', Values: ['vpc-none'] }] }, 0],
    [{ Filters: [{ Name: 'association.main', Values: ['true'] }] }, 1],
    [{ Filters: [{ Name: 'association.main', Values: ['false'] }] }, 0],
    [{ Filters: [{ Name: 'route.gateway-id', Values: ['local'] }] }, 1],
  ])('are filtered by %j', async (input, found) => {
    const simulator = await startTestEmulator({ dialect });
    await gateway(simulator);
    expect(await tables(simulator, input)).toHaveLength(found);
    const Filters = [{ Name: 'route-table-id', Values: [await tableOf(simulator)] }];
    expect(await tables(simulator, { Filters })).toHaveLength(1);
  });

  it('refuse unknown resources, resources of another VPC, and unknown filters', async () => {
    const simulator = await startTestEmulator({ dialect });
    const client = ec2(simulator, RECIPIENT);
    const GatewayId = await gateway(simulator);
    const RouteTableId = await tableOf(simulator);
    const enable = (table: string, vgw: string) =>
      client.send(new EnableVgwRoutePropagationCommand({ RouteTableId: table, GatewayId: vgw }));
    await expect(enable('rtb-00000000', GatewayId)).rejects.toMatchObject({
      name: 'InvalidRouteTableID.NotFound',
      message: expect.stringContaining('rtb-00000000'),
    });
    await expect(enable(RouteTableId, 'vgw-00000000')).rejects.toMatchObject({
      name: 'InvalidVpnGatewayID.NotFound',
    });
    const made = await client.send(new CreateVpnGatewayCommand({ Type: 'ipsec.1' }));
    const other = defined(made.VpnGateway?.VpnGatewayId);
    const elsewhere = {
      name: 'InvalidParameterValue',
      message: expect.stringContaining('different networks'),
    };
    await expect(enable(RouteTableId, other)).rejects.toMatchObject(elsewhere);
    await client.send(new AttachVpnGatewayCommand({ VpnGatewayId: other, VpcId: 'vpc-00000000' }));
    await expect(enable(RouteTableId, other)).rejects.toMatchObject(elsewhere);
    const route = { RouteTableId, DestinationCidrBlock: '192.0.2.0/24', GatewayId: other };
    await expect(client.send(new CreateRouteCommand(route))).rejects.toMatchObject(elsewhere);
    const foreign = new DescribeRouteTablesCommand({ RouteTableIds: [RouteTableId] });
    await expect(ec2(simulator, UNRELATED_ACCOUNT).send(foreign)).rejects.toMatchObject({
      name: 'InvalidRouteTableID.NotFound',
    });
    const colour = new DescribeRouteTablesCommand({ Filters: [{ Name: 'colour', Values: ['red'] }] });
    await expect(client.send(colour)).rejects.toMatchObject({ name: 'InvalidParameterValue' });
  });
});

describe('the route tables of a scenario', () => {
  const scenario = readScenario({
    region: 'eu-west-2',
    gateways: [
      { account: RECIPIENT, id: 'vgw-11111111', vpc: 'vpc-1' },
      { account: RECIPIENT, id: 'vgw-22222222', vpc: 'vpc-2', propagates: false },
      { account: RECIPIENT, id: 'vgw-33333333' },
    ],
  });

  it('propagate the routes of each attached gateway, unless the scenario says otherwise', async () => {
    const simulator = await startTestEmulator({ scenario });
    expect(await tables(simulator)).toMatchObject([
      { vpc: 'vpc-1', propagating: ['vgw-11111111'] },
      { vpc: 'vpc-2', propagating: [] },
    ]);
  });

  it('are paged on aws, and refuse an invalid token with EC2’s code', async () => {
    const gateways = [1, 2, 3, 4, 5, 6].map((i) => ({ account: RECIPIENT, vpc: `vpc-${i}` }));
    const many = readScenario({ region: 'eu-west-2', gateways });
    const client = ec2(await startTestEmulator({ scenario: many, dialect: 'aws' }), RECIPIENT);
    const sizes: (number | undefined)[] = [];
    for await (const page of paginateDescribeRouteTables({ client, pageSize: 5 }, {}))
      sizes.push(page.RouteTables?.length);
    expect(sizes).toEqual([5, 1]);
    const token = new DescribeRouteTablesCommand({ NextToken: 'x' });
    await expect(client.send(token)).rejects.toMatchObject({ name: 'InvalidParameterValue' });
  });
});

describe('a static route', () => {
  it.each(['nonsense', '10.0.0.0', '10.0.0.256/24', '10.0.0.0/33', '2001:db8::/64'])(
    'is not created to %s',
    async (DestinationCidrBlock) => {
      const simulator = await startTestEmulator({ dialect: 'aws' });
      const GatewayId = await gateway(simulator);
      const RouteTableId = await tableOf(simulator);
      const creation = new CreateRouteCommand({ RouteTableId, GatewayId, DestinationCidrBlock });
      await expect(ec2(simulator, RECIPIENT).send(creation)).rejects.toMatchObject({
        name: 'InvalidParameterValue',
      });
    },
  );

  it('has no bits of hosts in its destination', async () => {
    const simulator = await startTestEmulator({ dialect: 'aws' });
    const client = ec2(simulator, RECIPIENT);
    const GatewayId = await gateway(simulator);
    const RouteTableId = await tableOf(simulator);
    const route = (DestinationCidrBlock: string) =>
      client.send(new CreateRouteCommand({ RouteTableId, GatewayId, DestinationCidrBlock }));
    await route('100.68.0.18/18');
    await expect(route('100.68.0.0/18')).rejects.toMatchObject({ name: 'RouteAlreadyExists' });
    await route('0.0.0.0/0');
    const { RouteTables } = await client.send(new DescribeRouteTablesCommand({}));
    expect(RouteTables?.[0]?.Routes?.map((each) => each.DestinationCidrBlock).slice(1)).toEqual([
      '100.68.0.0/18',
      '0.0.0.0/0',
    ]);
  });
});
