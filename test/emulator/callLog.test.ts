import { DescribeVirtualInterfacesCommand } from '@aws-sdk/client-direct-connect';
import { describe, expect, it } from 'vitest';
import {
  adminRequest,
  allocate,
  connect,
  directConnect,
  gateway,
  listInterfaces,
  OWNER,
  offerInterface,
  RECIPIENT,
  startTestEmulator,
} from './emulatorClients.ts';

describe('the log of calls', () => {
  it('contains caller, operation, time and result of each call', async () => {
    const simulator = await startTestEmulator();
    simulator.clock.advance('PT1H');
    await listInterfaces(simulator);
    expect(simulator.calls()).toEqual([
      {
        at: '2026-11-01T01:00:00.000Z',
        account: RECIPIENT,
        region: 'eu-west-2',
        service: 'directconnect',
        operation: 'DescribeVirtualInterfaces',
        input: {},
        status: 200,
      },
    ]);
    expect((await adminRequest(simulator, 'GET', 'calls')).answer).toEqual({ calls: simulator.calls() });
  });

  it('contains no secret of an allocation', async () => {
    const simulator = await startTestEmulator({ dialect: 'aws' });
    await allocate(simulator, await connect(simulator), { authKey: 'open-sesame' });
    expect(simulator.calls().at(-1)).toMatchObject({
      account: OWNER,
      operation: 'AllocatePrivateVirtualInterface',
      input: { newPrivateVirtualInterfaceAllocation: { authKey: '***', vlan: 101 } },
    });
    expect(JSON.stringify(simulator.calls())).not.toContain('open-sesame');
    expect((await listInterfaces(simulator))[0]?.authKey).toBe('open-sesame');
  });

  it('shows the form of the query protocol as an object', async () => {
    const simulator = await startTestEmulator();
    await gateway(simulator);
    expect(simulator.calls()).toMatchObject([
      { service: 'ec2', operation: 'CreateVpnGateway', input: { Type: 'ipsec.1', AmazonSideAsn: '64600' } },
      { service: 'ec2', operation: 'AttachVpnGateway', input: { VpcId: 'vpc-1a2b3c4d' } },
    ]);
  });

  it('contains refused and unanswered calls too', async () => {
    const simulator = await startTestEmulator();
    const client = directConnect(simulator, RECIPIENT, { secret: 'guess' });
    await expect(client.send(new DescribeVirtualInterfacesCommand({}))).rejects.toThrow();
    await offerInterface(simulator);
    simulator.clearCalls();
    await expect(client.send(new DescribeVirtualInterfacesCommand({}))).rejects.toThrow();
    for (const kind of ['hang', 'reset', 'throttle', 'timeoutAfterCommit'] as const) {
      simulator.addFault({ kind });
      await expect(listInterfaces(simulator)).rejects.toThrow();
    }
    const seen = simulator.calls().map(({ account, status }) => [account, status]);
    expect(seen).toEqual([
      [null, 403],
      [RECIPIENT, 'hang'],
      [RECIPIENT, 'reset'],
      [RECIPIENT, 400],
      [RECIPIENT, 'hang'],
    ]);
  });

  it('is emptied on demand', async () => {
    const simulator = await startTestEmulator();
    await listInterfaces(simulator);
    expect((await adminRequest(simulator, 'DELETE', 'calls')).answer).toEqual({ calls: [] });
    expect(simulator.calls()).toEqual([]);
  });
});
