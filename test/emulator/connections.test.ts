import {
  CreateConnectionCommand,
  CreateLagCommand,
  DeleteConnectionCommand,
  DeleteDirectConnectGatewayCommand,
  DeleteLagCommand,
  DeleteVirtualInterfaceCommand,
  DescribeConnectionsCommand,
  DescribeLagsCommand,
  DescribeLocationsCommand,
  UpdateConnectionCommand,
  UpdateLagCommand,
} from '@aws-sdk/client-direct-connect';
import { describe, expect, it } from 'vitest';
import { DIALECT_NAMES } from '../../emulator/dialects.ts';
import type { Emulator } from '../../emulator/emulator.ts';
import {
  adminRequest,
  allocate,
  connect,
  defined,
  directConnect,
  OWNER,
  startTestEmulator,
  UNRELATED_ACCOUNT,
} from './emulatorClients.ts';

const refusal = (message: string) => ({
  name: 'DirectConnectClientException',
  message: expect.stringContaining(message),
});

async function connectionStates(simulator: Emulator) {
  const { connections } = await directConnect(simulator, OWNER).send(new DescribeConnectionsCommand({}));
  return defined(connections).map(({ connectionState }) => connectionState);
}

describe.each(DIALECT_NAMES)('a connection on %s', (dialect) => {
  it('is `deleted` for 15 minutes after its deletion, and carries no interface any more', async () => {
    const simulator = await startTestEmulator({ dialect });
    const connectionId = await connect(simulator);
    const remove = () => directConnect(simulator, OWNER).send(new DeleteConnectionCommand({ connectionId }));
    expect(await remove()).toMatchObject({ connectionId, connectionState: 'deleted' });
    expect(await remove()).toMatchObject({ connectionState: 'deleted' });
    await expect(allocate(simulator, connectionId)).rejects.toMatchObject(refusal('in state deleted'));
    simulator.clock.advance('PT14M59S');
    expect(await connectionStates(simulator)).toEqual(['deleted']);
    simulator.clock.advance('PT1S');
    expect(await connectionStates(simulator)).toEqual([]);
  });

  it('is not deleted while it carries an interface, or by another account', async () => {
    const simulator = await startTestEmulator({ dialect });
    const connectionId = await connect(simulator);
    const virtualInterfaceId = defined((await allocate(simulator, connectionId)).virtualInterfaceId);
    const client = directConnect(simulator, OWNER);
    const deletion = new DeleteConnectionCommand({ connectionId });
    await expect(client.send(deletion)).rejects.toMatchObject(refusal(virtualInterfaceId));
    await client.send(new DeleteVirtualInterfaceCommand({ virtualInterfaceId }));
    const unrelated = directConnect(simulator, UNRELATED_ACCOUNT);
    await expect(unrelated.send(deletion)).rejects.toMatchObject(refusal('Could not find Connection'));
    await client.send(deletion);
  });

  it('is `requested` and `deleting` for the set times', async () => {
    const times = { connectionTime: 'PT72H', connectionDeletionTime: 'PT5M' };
    const simulator = await startTestEmulator({ dialect, ...times });
    const connectionId = await connect(simulator);
    expect(await connectionStates(simulator)).toEqual(['requested']);
    await expect(allocate(simulator, connectionId)).rejects.toMatchObject(refusal('in state requested'));
    simulator.clock.advance('PT72H');
    expect(await connectionStates(simulator)).toEqual(['available']);
    await directConnect(simulator, OWNER).send(new DeleteConnectionCommand({ connectionId }));
    simulator.clock.advance('PT4M59S');
    expect(await connectionStates(simulator)).toEqual(['deleting']);
    simulator.clock.advance('PT1S');
    expect(await connectionStates(simulator)).toEqual(['deleted']);
  });

  it('can be put into a state by the admin API, in which it stays', async () => {
    const simulator = await startTestEmulator({ dialect });
    const id = await connect(simulator);
    const forced = await adminRequest(simulator, 'POST', `connections/${id}`, { state: 'down' });
    expect(forced).toEqual({ status: 200, answer: { id, state: 'down' } });
    simulator.clock.advance('P30D');
    expect(await connectionStates(simulator)).toEqual(['down']);
    await allocate(simulator, id);
  });

  it('is at a location that the listing contains', async () => {
    const simulator = await startTestEmulator({ dialect });
    const client = directConnect(simulator, OWNER);
    const codes = async () => {
      const { locations } = await client.send(new DescribeLocationsCommand({}));
      for (const location of defined(locations)) expect(location).toMatchObject({ region: 'eu-west-2' });
      return defined(locations).map(({ locationCode }) => locationCode);
    };
    expect(await codes()).toContain('PAR1');
    expect(await codes()).not.toContain('LAB7');
    const asked = { location: 'LAB7', bandwidth: '1Gbps', connectionName: 'a' };
    await client.send(new CreateConnectionCommand(asked));
    expect(await codes()).toContain('LAB7');
  });
});

describe('a connection on aws', () => {
  it.each([
    { location: '' },
    { connectionName: '' },
    ...['', 'fast', '0Gbps', '1'].map((bandwidth) => ({ bandwidth })),
  ])('is not created with %j', async (more) => {
    const simulator = await startTestEmulator({ dialect: 'aws' });
    const asked = { location: 'PAR1', bandwidth: '1Gbps', connectionName: 'a', ...more };
    const [member] = Object.keys(more);
    await expect(
      directConnect(simulator, OWNER).send(new CreateConnectionCommand(asked)),
    ).rejects.toMatchObject(refusal(defined(member)));
  });

  it('keeps a name, like a LAG', async () => {
    const simulator = await startTestEmulator({ dialect: 'aws' });
    const client = directConnect(simulator, OWNER);
    const connectionId = await connect(simulator);
    const bundle = { location: 'PAR1', connectionsBandwidth: '1Gbps', numberOfConnections: 0 };
    const { lagId } = await client.send(new CreateLagCommand({ ...bundle, lagName: 'a' }));
    for (const sent of [
      client.send(new UpdateConnectionCommand({ connectionId, connectionName: '' })),
      client.send(new UpdateLagCommand({ lagId, lagName: '' })),
      client.send(new CreateLagCommand({ ...bundle, lagName: '' })),
      client.send(new CreateLagCommand({ ...bundle, lagName: 'a', location: '' })),
    ]) {
      await expect(sent).rejects.toMatchObject(refusal('empty'));
    }
  });

  it('can be created with `requestMACSec` false, and not with true', async () => {
    const simulator = await startTestEmulator({ dialect: 'aws' });
    const create = (requestMACSec: boolean) => {
      const asked = { location: 'PAR1', bandwidth: '100Gbps', connectionName: 'a', requestMACSec };
      return directConnect(simulator, OWNER).send(new CreateConnectionCommand(asked));
    };
    expect(await create(false)).toMatchObject({ macSecCapable: false });
    await expect(create(true)).rejects.toMatchObject(refusal('requestMACSec'));
  });

  it('can be renamed, but not encrypted', async () => {
    const simulator = await startTestEmulator({ dialect: 'aws' });
    const connectionId = await connect(simulator);
    const update = (change: { connectionName?: string; encryptionMode?: string }) =>
      directConnect(simulator, OWNER).send(new UpdateConnectionCommand({ connectionId, ...change }));
    const renamed = { connectionName: 'new', encryptionMode: 'no_encrypt' };
    expect(await update(renamed)).toMatchObject({ connectionId, connectionName: 'new' });
    await expect(update({ encryptionMode: 'must_encrypt' })).rejects.toMatchObject(refusal('must_encrypt'));
  });
});

describe('a LAG', () => {
  const bundle = { location: 'PAR1', connectionsBandwidth: '1Gbps', lagName: 'a', numberOfConnections: 2 };

  it('can be renamed, and keeps at most as many links as it has', async () => {
    const simulator = await startTestEmulator({ dialect: 'aws' });
    const client = directConnect(simulator, OWNER);
    const { lagId } = await client.send(new CreateLagCommand(bundle));
    const changed = await client.send(new UpdateLagCommand({ lagId, lagName: 'new', minimumLinks: 2 }));
    expect(changed).toMatchObject({ lagId, lagName: 'new', minimumLinks: 2 });
    const tooMany = new UpdateLagCommand({ lagId, minimumLinks: 3 });
    await expect(client.send(tooMany)).rejects.toMatchObject(refusal('minimumLinks 3'));
  });

  it('is deleted when it carries no interface, and leaves its connections', async () => {
    const simulator = await startTestEmulator({ dialect: 'aws' });
    const client = directConnect(simulator, OWNER);
    const lagId = defined((await client.send(new CreateLagCommand(bundle))).lagId);
    const virtualInterfaceId = defined((await allocate(simulator, lagId)).virtualInterfaceId);
    const deletion = new DeleteLagCommand({ lagId });
    await expect(client.send(deletion)).rejects.toMatchObject(refusal(virtualInterfaceId));
    await client.send(new DeleteVirtualInterfaceCommand({ virtualInterfaceId }));
    expect(await client.send(deletion)).toMatchObject({ lagId, lagState: 'deleted' });
    const { connections } = await client.send(new DescribeConnectionsCommand({}));
    expect(connections?.map(({ lagId: left, connectionState }) => [left, connectionState])).toEqual([
      [undefined, 'available'],
      [undefined, 'available'],
    ]);
    simulator.clock.advance('PT15M');
    expect((await client.send(new DescribeLagsCommand({}))).lags).toEqual([]);
  });
});

describe('a Direct Connect gateway that does not exist', () => {
  it('is neither deleted nor found', async () => {
    const simulator = await startTestEmulator({ dialect: 'aws' });
    const directConnectGatewayId = '00000000-0000-4000-8000-000000000000';
    const deletion = new DeleteDirectConnectGatewayCommand({ directConnectGatewayId });
    await expect(directConnect(simulator, OWNER).send(deletion)).rejects.toMatchObject(
      refusal(directConnectGatewayId),
    );
  });
});
