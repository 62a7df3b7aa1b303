import {
  CreateTagsCommand,
  CreateVpcCommand,
  CreateVpnGatewayCommand,
  DeleteTagsCommand,
  DescribeRouteTablesCommand,
  DescribeTagsCommand,
  DescribeVpcsCommand,
  DescribeVpnGatewaysCommand,
  paginateDescribeTags,
  type Tag,
} from '@aws-sdk/client-ec2';
import { describe, expect, it } from 'vitest';
import type { Emulator } from '../../emulator/emulator.ts';
import { defined, ec2, gateway, RECIPIENT, startTestEmulator, UNRELATED_ACCOUNT } from './emulatorClients.ts';

const NAME = { Key: 'Name', Value: 'core' };
const TEAM = { Key: 'team', Value: '' };

/** The account's tags, as `type key=value`. */
async function tags(simulator: Emulator, input: object = {}, account: string = RECIPIENT) {
  const { Tags } = await ec2(simulator, account).send(new DescribeTagsCommand(input));
  return defined(Tags).map(({ ResourceType, Key, Value }) => `${ResourceType} ${Key}=${Value}`);
}

const create = (simulator: Emulator, Resources: string[], Tags: Tag[]) =>
  ec2(simulator, RECIPIENT).send(new CreateTagsCommand({ Resources, Tags }));

describe.each(['outscale', 'aws'] as const)('tags of EC2 on %s', (dialect) => {
  it('are those of the creation, and change afterwards', async () => {
    const simulator = await startTestEmulator({ dialect });
    const client = ec2(simulator, RECIPIENT);
    const TagSpecifications = [{ ResourceType: 'vpn-gateway' as const, Tags: [NAME, TEAM] }];
    const made = await client.send(new CreateVpnGatewayCommand({ Type: 'ipsec.1', TagSpecifications }));
    const id = defined(made.VpnGateway?.VpnGatewayId);
    expect(await tags(simulator)).toEqual(['vpn-gateway Name=core', 'vpn-gateway team=']);
    await create(simulator, [id], [{ Key: 'Name', Value: 'edge' }]);
    expect(await tags(simulator)).toEqual(['vpn-gateway team=', 'vpn-gateway Name=edge']);
    await client.send(new DeleteTagsCommand({ Resources: [id], Tags: [{ Key: 'team' }] }));
    const { VpnGateways } = await client.send(new DescribeVpnGatewaysCommand({}));
    expect(VpnGateways?.[0]?.Tags).toEqual([{ Key: 'Name', Value: 'edge' }]);
    await client.send(new DeleteTagsCommand({ Resources: [id] }));
    expect(await tags(simulator)).toEqual([]);
  });

  it('may have keys of 127 and values of 256 characters, which may be written with two units each', async () => {
    const simulator = await startTestEmulator({ dialect });
    const longest = { Key: '🚀'.repeat(127), Value: '🚀'.repeat(256) };
    await create(simulator, [await gateway(simulator)], [longest]);
    expect(await tags(simulator)).toEqual([`vpn-gateway ${longest.Key}=${longest.Value}`]);
  });

  it('are deleted with a value only if they have it', async () => {
    const simulator = await startTestEmulator({ dialect });
    const id = await gateway(simulator);
    await create(simulator, [id], [NAME, TEAM]);
    const Tags = [{ Key: 'Name', Value: 'other' }, TEAM, { Key: 'absent' }];
    await ec2(simulator, RECIPIENT).send(new DeleteTagsCommand({ Resources: [id], Tags }));
    expect(await tags(simulator)).toEqual(['vpn-gateway Name=core']);
  });

  it('may be of a VPC, its route table, its security group and its network ACL', async () => {
    const simulator = await startTestEmulator({ dialect });
    const client = ec2(simulator, RECIPIENT);
    const { Vpc } = await client.send(new CreateVpcCommand({ CidrBlock: '10.0.0.0/16' }));
    const vpc = defined(Vpc?.VpcId);
    const { RouteTables } = await client.send(new DescribeRouteTablesCommand({}));
    const table = defined(RouteTables?.[0]?.RouteTableId);
    await create(simulator, [vpc, table, vpc.replace('vpc', 'sg'), vpc.replace('vpc', 'acl')], [NAME]);
    const types = ['network-acl', 'route-table', 'security-group', 'vpc'];
    expect(await tags(simulator)).toEqual(types.map((type) => `${type} Name=core`));
    const Filters = [{ Name: 'tag:Name', Values: ['c*'] }];
    const [vpcs, tables] = [
      await client.send(new DescribeVpcsCommand({ Filters })),
      await client.send(new DescribeRouteTablesCommand({ Filters })),
    ];
    expect([vpcs.Vpcs?.[0]?.Tags, tables.RouteTables?.[0]?.Tags]).toEqual([[NAME], [NAME]]);
  });

  it.each([
    ['key', ['Name'], 2],
    ['value', ['*'], 3],
    ['value', [''], 1],
    ['resource-type', ['vpc'], 1],
    ['resource-id', ['vgw-*'], 2],
    ['tag:Name', ['core'], 2],
    ['tag:Name', ['x'], 0],
  ])('are filtered by %s = %j', async (Name, Values, found) => {
    const simulator = await startTestEmulator({ dialect });
    const id = await gateway(simulator);
    await create(simulator, [id, 'vpc-1a2b3c4d'], [NAME]);
    await create(simulator, [id], [TEAM]);
    expect(await tags(simulator, { Filters: [{ Name, Values }] })).toHaveLength(found);
  });

  it('are not seen or changed by another account', async () => {
    const simulator = await startTestEmulator({ dialect });
    const id = await gateway(simulator);
    await create(simulator, [id], [NAME]);
    const foreign = { name: 'InvalidVpnGatewayID.NotFound', message: expect.stringContaining(id) };
    const other = ec2(simulator, UNRELATED_ACCOUNT);
    const creation = new CreateTagsCommand({ Resources: [id], Tags: [TEAM] });
    await expect(other.send(creation)).rejects.toMatchObject(foreign);
    const deletion = new DeleteTagsCommand({ Resources: [id] });
    await expect(other.send(deletion)).rejects.toMatchObject(foreign);
    expect(await tags(simulator, {}, UNRELATED_ACCOUNT)).toEqual([]);
    expect(await tags(simulator)).toEqual(['vpn-gateway Name=core']);
  });

  it.each([
    ['a key twice', [NAME, { Key: 'Name', Value: 'x' }], 'InvalidParameterValue'],
    ['no key', [{ Key: '', Value: 'x' }], 'InvalidParameterValue'],
    ['a long key', [{ Key: 'x'.repeat(128), Value: '' }], 'InvalidParameterValue'],
    ['a long value', [{ Key: 'x', Value: 'x'.repeat(257) }], 'InvalidParameterValue'],
    ['a reserved key', [{ Key: 'aws:x', Value: '' }], 'InvalidParameterValue'],
    [
      'more than 50 with those that are there',
      Array.from({ length: 50 }, (_, i) => ({ Key: `k${i}`, Value: '' })),
      'TagLimitExceeded',
    ],
  ])('are refused with %s, and no resource is changed', async (_, Tags, name) => {
    const simulator = await startTestEmulator({ dialect });
    const [one, two] = [await gateway(simulator), await gateway(simulator)];
    await create(simulator, [two], [TEAM]);
    await expect(create(simulator, [one, two], Tags)).rejects.toMatchObject({ name });
    expect(await tags(simulator)).toEqual(['vpn-gateway team=']);
  });

  it.each([
    ['vpc-00000000', 'InvalidVpcID.NotFound'],
    ['i-00000000', 'InvalidID'],
  ])('are refused for %s', async (id, name) => {
    const simulator = await startTestEmulator({ dialect });
    await expect(create(simulator, [id], [NAME])).rejects.toMatchObject({ name });
  });
});

it('tags of EC2 are paged on aws', async () => {
  const simulator = await startTestEmulator({ dialect: 'aws' });
  const id = await gateway(simulator);
  await create(
    simulator,
    [id],
    Array.from({ length: 7 }, (_, i) => ({ Key: `k${i}`, Value: '' })),
  );
  const sizes: (number | undefined)[] = [];
  const client = ec2(simulator, RECIPIENT);
  for await (const page of paginateDescribeTags({ client, pageSize: 5 }, {})) sizes.push(page.Tags?.length);
  expect(sizes).toEqual([5, 2]);
  const few = new DescribeTagsCommand({ MaxResults: 4 });
  await expect(client.send(few)).rejects.toMatchObject({ name: 'InvalidParameterValue' });
});
