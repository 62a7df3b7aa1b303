import { DescribeVirtualInterfacesCommand } from '@aws-sdk/client-direct-connect';
import { describe, expect, it } from 'vitest';
import {
  allocate,
  connect,
  directConnect,
  gateway,
  listed,
  OWNER,
  offered,
  RECIPIENT,
  started,
  steerBy,
} from './emulatorClients.ts';

describe('the log of calls', () => {
  it('tells who called what, when, and what came of it', async () => {
    const simulator = await started();
    simulator.clock.advance('PT1H');
    await listed(simulator);
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
    expect((await steerBy(simulator, 'GET', 'calls')).answer).toEqual({ calls: simulator.calls() });
  });

  it('holds no secret of an allocation', async () => {
    const simulator = await started({ dialect: 'aws' });
    await allocate(simulator, await connect(simulator), { authKey: 'open-sesame' });
    expect(simulator.calls().at(-1)).toMatchObject({
      account: OWNER,
      operation: 'AllocatePrivateVirtualInterface',
      input: { newPrivateVirtualInterfaceAllocation: { authKey: '***', vlan: 101 } },
    });
    expect(JSON.stringify(simulator.calls())).not.toContain('open-sesame');
    expect((await listed(simulator))[0]?.authKey).toBe('open-sesame');
  });

  it('shows the form of the query protocol as an object', async () => {
    const simulator = await started();
    await gateway(simulator);
    expect(simulator.calls()).toMatchObject([
      { service: 'ec2', operation: 'CreateVpnGateway', input: { Type: 'ipsec.1', AmazonSideAsn: '64600' } },
      { service: 'ec2', operation: 'AttachVpnGateway', input: { VpcId: 'vpc-1a2b3c4d' } },
    ]);
  });

  it('has the refused and the unanswered too', async () => {
    const simulator = await started();
    const client = directConnect(simulator, RECIPIENT, { secret: 'guess' });
    await expect(client.send(new DescribeVirtualInterfacesCommand({}))).rejects.toThrow();
    await offered(simulator);
    simulator.clearCalls();
    await expect(client.send(new DescribeVirtualInterfacesCommand({}))).rejects.toThrow();
    for (const kind of ['hang', 'reset', 'throttle', 'timeoutAfterCommit'] as const) {
      simulator.addFault({ kind });
      await expect(listed(simulator)).rejects.toThrow();
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
    const simulator = await started();
    await listed(simulator);
    expect((await steerBy(simulator, 'DELETE', 'calls')).answer).toEqual({ calls: [] });
    expect(simulator.calls()).toEqual([]);
  });
});
