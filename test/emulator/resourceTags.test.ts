import {
  CreateConnectionCommand,
  CreateDirectConnectGatewayCommand,
  CreateLagCommand,
  DescribeConnectionsCommand,
  DescribeTagsCommand,
  TagResourceCommand,
  UntagResourceCommand,
} from '@aws-sdk/client-direct-connect';
import { describe, expect, it } from 'vitest';
import type { Emulator } from '../../emulator/emulator.ts';
import {
  connect,
  defined,
  directConnect,
  listInterfaces,
  OWNER,
  offerInterface,
  RECIPIENT,
  startTestEmulator,
  UNRELATED_ACCOUNT,
} from './emulatorClients.ts';

const arn = (account: string, resource: string, region = 'eu-west-2') =>
  `arn:aws:directconnect:${region}:${account}:${resource}`;

async function tagsOf(simulator: Emulator, account: string, resourceArn: string) {
  const asked = new DescribeTagsCommand({ resourceArns: [resourceArn] });
  const { resourceTags } = await directConnect(simulator, account).send(asked);
  return defined(resourceTags)[0]?.tags ?? [];
}

const refusal = { name: 'DirectConnectClientException' };

describe('the tags of a resource of Direct Connect', () => {
  it('are those of its creation, with what was added, replaced and removed later', async () => {
    const simulator = await startTestEmulator({ dialect: 'aws' });
    const client = directConnect(simulator, OWNER);
    const asked = { location: 'PAR1', bandwidth: '1Gbps', connectionName: 'a' };
    const tags = ['kept', 'replaced', 'removed'].map((key) => ({ key, value: 'before' }));
    const { connectionId } = await client.send(new CreateConnectionCommand({ ...asked, tags }));
    const resourceArn = arn(OWNER, `dxcon/${connectionId}`);
    expect(await tagsOf(simulator, OWNER, resourceArn)).toEqual(tags);
    const added = [{ key: 'replaced', value: 'after' }, { key: 'added' }];
    await client.send(new TagResourceCommand({ resourceArn, tags: added }));
    await client.send(new UntagResourceCommand({ resourceArn, tagKeys: ['removed', 'unknown'] }));
    const expected = [
      { key: 'kept', value: 'before' },
      { key: 'replaced', value: 'after' },
      { key: 'added', value: '' },
    ];
    expect(await tagsOf(simulator, OWNER, resourceArn)).toEqual(expected);
    const { connections } = await client.send(new DescribeConnectionsCommand({}));
    expect(connections).toMatchObject([{ tags: expected }]);
  });

  it('can be changed on a LAG, on a Direct Connect gateway of every region, and on an interface', async () => {
    const simulator = await startTestEmulator({ dialect: 'aws' });
    const client = directConnect(simulator, OWNER);
    const bundle = { location: 'PAR1', connectionsBandwidth: '1Gbps', lagName: 'a', numberOfConnections: 0 };
    const { lagId } = await client.send(new CreateLagCommand(bundle));
    const { directConnectGateway } = await client.send(
      new CreateDirectConnectGatewayCommand({ directConnectGatewayName: 'hub' }),
    );
    const id = await offerInterface(simulator);
    const resources = [
      arn(OWNER, `dxlag/${lagId}`),
      arn(OWNER, `dx-gateway/${directConnectGateway?.directConnectGatewayId}`, ''),
      arn(OWNER, `dxvif/${id}`),
    ];
    const tags = [{ key: 'team', value: 'net' }];
    for (const resourceArn of resources) {
      await client.send(new TagResourceCommand({ resourceArn, tags }));
      expect(await tagsOf(simulator, OWNER, resourceArn)).toEqual(tags);
    }
    expect(await tagsOf(simulator, RECIPIENT, arn(RECIPIENT, `dxvif/${id}`))).toEqual(tags);
    expect(await listInterfaces(simulator)).toMatchObject([{ virtualInterfaceId: id, tags }]);
  });

  it('are refused to other accounts and regions, and for what is no resource', async () => {
    const simulator = await startTestEmulator({ dialect: 'aws' });
    const connection = `dxcon/${await connect(simulator)}`;
    const interfaceName = `dxvif/${await offerInterface(simulator)}`;
    for (const [account, resourceArn] of [
      [UNRELATED_ACCOUNT, arn(OWNER, connection)],
      [UNRELATED_ACCOUNT, arn(UNRELATED_ACCOUNT, connection)],
      [UNRELATED_ACCOUNT, arn(UNRELATED_ACCOUNT, interfaceName)],
      [RECIPIENT, arn(OWNER, interfaceName)],
      [OWNER, arn(OWNER, connection, 'us-east-2')],
      [OWNER, arn(OWNER, connection.replace('dxcon/', 'dxlag/'))],
      [OWNER, connection],
    ] as const) {
      await expect(tagsOf(simulator, account, resourceArn)).rejects.toMatchObject(refusal);
      const tags = [{ key: 'a' }];
      const tagging = directConnect(simulator, account).send(new TagResourceCommand({ resourceArn, tags }));
      await expect(tagging).rejects.toMatchObject(refusal);
    }
  });

  it('are at most 50, those that it had before included', async () => {
    const simulator = await startTestEmulator({ dialect: 'aws' });
    const resourceArn = arn(OWNER, `dxcon/${await connect(simulator)}`);
    const client = directConnect(simulator, OWNER);
    const tags = Array.from({ length: 50 }, (_, i) => ({ key: `tag-${i}` }));
    await client.send(new TagResourceCommand({ resourceArn, tags }));
    await client.send(new TagResourceCommand({ resourceArn, tags }));
    const more = new TagResourceCommand({ resourceArn, tags: [{ key: 'one-more' }] });
    await expect(client.send(more)).rejects.toMatchObject({ name: 'TooManyTagsException' });
    expect(await tagsOf(simulator, OWNER, resourceArn)).toHaveLength(50);
  });
});
