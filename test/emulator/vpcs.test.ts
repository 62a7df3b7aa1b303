import {
  CreateVpcCommand,
  DeleteVpcCommand,
  DescribeNetworkAclsCommand,
  DescribeRouteTablesCommand,
  DescribeSecurityGroupsCommand,
  DescribeVpcAttributeCommand,
  DescribeVpcsCommand,
  DetachVpnGatewayCommand,
  ModifyVpcAttributeCommand,
} from '@aws-sdk/client-ec2';
import { describe, expect, it } from 'vitest';
import { type Emulator, readScenario } from '../../emulator/emulator.ts';
import { defined, ec2, gateway, RECIPIENT, startTestEmulator, UNRELATED_ACCOUNT } from './emulatorClients.ts';

async function create(simulator: Emulator, CidrBlock = '10.1.0.0/24'): Promise<string> {
  const { Vpc } = await ec2(simulator, RECIPIENT).send(new CreateVpcCommand({ CidrBlock }));
  return defined(Vpc?.VpcId);
}

describe.each(['outscale', 'aws'] as const)('a VPC on %s', (dialect) => {
  it('is created with a main route table and a default security group, and deleted with them', async () => {
    const simulator = await startTestEmulator({ dialect });
    // The first calls of a process also load the SDK.
    const client = ec2(simulator, RECIPIENT, { patience: 30_000 });
    const made = await client.send(new CreateVpcCommand({ CidrBlock: '10.1.0.0/24' }));
    const VpcId = defined(made.Vpc?.VpcId);
    expect(VpcId).toMatch(dialect === 'aws' ? /^vpc-[0-9a-f]{17}$/ : /^vpc-[0-9a-f]{8}$/);
    expect(made.Vpc?.State).toBe('pending');
    const { Vpcs } = await client.send(new DescribeVpcsCommand({ VpcIds: [VpcId] }));
    expect(Vpcs).toMatchObject([
      { VpcId, OwnerId: RECIPIENT, CidrBlock: '10.1.0.0/24', State: 'available', IsDefault: false },
    ]);
    const of = { Filters: [{ Name: 'vpc-id', Values: [VpcId] }] };
    const { RouteTables } = await client.send(new DescribeRouteTablesCommand(of));
    expect(RouteTables).toMatchObject([
      { VpcId, Associations: [{ Main: true }], Routes: [{ DestinationCidrBlock: '10.1.0.0/24' }] },
    ]);
    const { SecurityGroups } = await client.send(new DescribeSecurityGroupsCommand(of));
    expect(SecurityGroups).toMatchObject([{ VpcId, GroupName: 'default', OwnerId: RECIPIENT }]);
    await client.send(new DeleteVpcCommand({ VpcId }));
    const gone = client.send(new DescribeVpcsCommand({ VpcIds: [VpcId] }));
    await expect(gone).rejects.toMatchObject({ name: 'InvalidVpcID.NotFound' });
    expect((await client.send(new DescribeRouteTablesCommand({}))).RouteTables).toEqual([]);
    expect((await client.send(new DescribeSecurityGroupsCommand({}))).SecurityGroups).toEqual([]);
  });

  it('has attributes that can be changed one at a time', async () => {
    const simulator = await startTestEmulator({ dialect });
    const client = ec2(simulator, RECIPIENT);
    const VpcId = await create(simulator);
    const attributes = async () => {
      const [support, names] = [
        await client.send(new DescribeVpcAttributeCommand({ VpcId, Attribute: 'enableDnsSupport' })),
        await client.send(new DescribeVpcAttributeCommand({ VpcId, Attribute: 'enableDnsHostnames' })),
      ];
      return [support.EnableDnsSupport?.Value, names.EnableDnsHostnames?.Value];
    };
    expect(await attributes()).toEqual([true, false]);
    const EnableDnsHostnames = { Value: true };
    await client.send(new ModifyVpcAttributeCommand({ VpcId, EnableDnsHostnames }));
    expect(await attributes()).toEqual([true, true]);
    const both = new ModifyVpcAttributeCommand({
      VpcId,
      EnableDnsHostnames,
      EnableDnsSupport: { Value: false },
    });
    await expect(client.send(both)).rejects.toMatchObject({ name: 'InvalidParameterCombination' });
    expect(await attributes()).toEqual([true, true]);
  });

  it('is not deleted while a gateway is attached to it', async () => {
    const simulator = await startTestEmulator({ dialect });
    const client = ec2(simulator, RECIPIENT);
    const VpnGatewayId = await gateway(simulator);
    const VpcId = 'vpc-1a2b3c4d';
    const deletion = new DeleteVpcCommand({ VpcId });
    await expect(client.send(deletion)).rejects.toMatchObject({ name: 'DependencyViolation' });
    await client.send(new DetachVpnGatewayCommand({ VpnGatewayId, VpcId }));
    await client.send(deletion);
    expect((await client.send(new DescribeVpcsCommand({}))).Vpcs).toEqual([]);
  });

  it('exists with any ID that a gateway is attached to, in the account of the gateway', async () => {
    const scenario = readScenario({
      region: 'eu-west-2',
      gateways: [RECIPIENT, UNRELATED_ACCOUNT].map((account) => ({ account, vpc: 'vpc-1' })),
    });
    const simulator = await startTestEmulator({ dialect, scenario });
    await create(simulator);
    for (const [account, found] of [[RECIPIENT, 2] as const, [UNRELATED_ACCOUNT, 1] as const]) {
      const { Vpcs } = await ec2(simulator, account).send(new DescribeVpcsCommand({}));
      expect(Vpcs).toHaveLength(found);
      expect(Vpcs?.[0]).toMatchObject({ VpcId: 'vpc-1', OwnerId: account, CidrBlock: '10.0.0.0/16' });
    }
  });

  it.each([
    ['10.1.2.3/20', '10.1.0.0/20'],
    ['192.168.255.255/17', '192.168.128.0/17'],
    ['172.16.0.17/28', '172.16.0.16/28'],
  ])('with the addresses %s has the addresses %s', async (asked, kept) => {
    const simulator = await startTestEmulator({ dialect });
    await create(simulator, asked);
    const Filters = [{ Name: 'cidr', Values: [kept] }];
    const { Vpcs } = await ec2(simulator, RECIPIENT).send(new DescribeVpcsCommand({ Filters }));
    expect(Vpcs).toHaveLength(1);
  });

  it.each([
    ['10.0.0.0/15', 'InvalidVpc.Range'],
    ['10.0.0.0/29', 'InvalidVpc.Range'],
    ['10.0.0.256/24', 'InvalidParameterValue'],
    ['10.0.0.0', 'InvalidParameterValue'],
  ])('is refused with the addresses %s', async (cidr, name) => {
    const simulator = await startTestEmulator({ dialect });
    await expect(create(simulator, cidr)).rejects.toMatchObject({
      name,
      message: expect.stringContaining(cidr),
    });
  });
});

describe('the default network ACL of a VPC', () => {
  it('is listed on aws, and unknown to outscale', async () => {
    const listed = async (dialect: 'aws' | 'outscale') => {
      const simulator = await startTestEmulator({ dialect });
      const VpcId = await create(simulator);
      const Filters = [
        { Name: 'vpc-id', Values: [VpcId] },
        { Name: 'default', Values: ['true'] },
      ];
      return ec2(simulator, RECIPIENT).send(new DescribeNetworkAclsCommand({ Filters }));
    };
    expect((await listed('aws')).NetworkAcls).toMatchObject([{ IsDefault: true, OwnerId: RECIPIENT }]);
    await expect(listed('outscale')).rejects.toMatchObject({ name: 'InvalidAction' });
  });
});
