import { DescribeVirtualInterfacesCommand } from '@aws-sdk/client-direct-connect';
import { DescribeVpnGatewaysCommand } from '@aws-sdk/client-ec2';
import { GetCallerIdentityCommand } from '@aws-sdk/client-sts';
import { describe, expect, it } from 'vitest';
import type { Emulator, FaultInput } from '../../emulator/emulator.ts';
import {
  allocate,
  confirm,
  connect,
  directConnect,
  ec2,
  gateway,
  offerInterface,
  RECIPIENT,
  startTestEmulator,
  states,
  sts,
} from './emulatorClients.ts';

const operation = 'DescribeVirtualInterfaces';

const list = (simulator: Emulator, nextToken?: string) =>
  directConnect(simulator, RECIPIENT).send(new DescribeVirtualInterfacesCommand({ nextToken }));

const failed = (httpStatusCode: number) => expect.objectContaining({ httpStatusCode });

describe('a fault instead of the answer', () => {
  it.each<[FaultInput, object]>([
    [{ kind: 'throttle' }, { name: 'ThrottlingException', $metadata: failed(400) }],
    [{ kind: 'accessDenied' }, { name: 'AccessDeniedException', $metadata: failed(400) }],
    [{ kind: 'serverError' }, { name: 'DirectConnectServerException', $metadata: failed(500) }],
    [
      { kind: 'serverError', status: 400 },
      { name: 'DirectConnectServerException', $metadata: failed(400) },
    ],
    [
      { kind: 'outscaleError' },
      { name: 'Unknown', $metadata: failed(503), Errors: [expect.objectContaining({ Code: '6' })] },
    ],
    [
      { kind: 'outscaleError', status: 429 },
      { Errors: [expect.objectContaining({ Code: '24' })], $metadata: failed(429) },
    ],
    [{ kind: 'reset' }, { code: 'ECONNRESET' }],
    [{ kind: 'hang' }, { name: 'TimeoutError' }],
    [{ kind: 'html' }, { name: 'SyntaxError', $metadata: failed(200) }],
    [
      { kind: 'html', status: 502 },
      { name: 'SyntaxError', $metadata: failed(502) },
    ],
    [{ kind: 'truncatedBody' }, { name: 'SyntaxError', $metadata: failed(200) }],
  ])('%j is reported by an SDK client', async (fault, seen) => {
    const simulator = await startTestEmulator();
    await offerInterface(simulator);
    simulator.addFault({ operation, ...fault });
    await expect(list(simulator)).rejects.toMatchObject(seen);
    expect((await list(simulator)).virtualInterfaces).toHaveLength(1);
  });

  it.each(['emptyBody', 'emptyObject'] as const)('%s reads as an answer without a listing', async (kind) => {
    const simulator = await startTestEmulator();
    await offerInterface(simulator);
    simulator.addFault({ kind, operation });
    expect((await list(simulator)).virtualInterfaces).toBeUndefined();
  });

  it('throttles EC2 and STS with their own codes', async () => {
    const simulator = await startTestEmulator();
    simulator.addFault({ kind: 'throttle', times: 2 });
    await expect(ec2(simulator, RECIPIENT).send(new DescribeVpnGatewaysCommand({}))).rejects.toMatchObject({
      name: 'RequestLimitExceeded',
    });
    await expect(sts(simulator, RECIPIENT).send(new GetCallerIdentityCommand({}))).rejects.toMatchObject({
      name: 'Throttling',
    });
  });
});

describe('a fault in the answer', () => {
  it('drops half of a page and its token, silently', async () => {
    const simulator = await startTestEmulator({ dialect: 'aws' });
    const connection = await connect(simulator);
    for (let vlan = 1; vlan <= 3; vlan += 1) await allocate(simulator, connection, { vlan });
    simulator.addFault({ kind: 'truncatedPage', operation });
    const client = directConnect(simulator, RECIPIENT);
    const page = await client.send(new DescribeVirtualInterfacesCommand({ maxResults: 2 }));
    expect(page.virtualInterfaces).toHaveLength(1);
    expect(page.nextToken).toBeUndefined();
  });

  it('gives the same token again and again', async () => {
    const simulator = await startTestEmulator({ dialect: 'aws' });
    await offerInterface(simulator);
    simulator.addFault({ kind: 'repeatedToken', operation, times: 'always' });
    const { nextToken } = await list(simulator);
    expect(nextToken).toMatch(/./);
    expect((await list(simulator, nextToken)).nextToken).toBe(nextToken);
  });

  it('gives one item of a list wrong types', async () => {
    const simulator = await startTestEmulator();
    await offerInterface(simulator);
    await offerInterface(simulator);
    simulator.addFault({ kind: 'garbageItem', operation });
    const { virtualInterfaces } = await list(simulator);
    expect(virtualInterfaces).toMatchObject([
      { virtualInterfaceState: 42, vlan: 'forty-two' },
      { virtualInterfaceState: 'confirming', vlan: 101 },
    ]);
  });
});

describe('a fault after the operation was executed', () => {
  it.each<[FaultInput, object]>([
    [{ kind: 'failAfterCommit' }, { code: 'ECONNRESET' }],
    [{ kind: 'failAfterCommit', status: 500 }, { name: 'DirectConnectServerException' }],
    [{ kind: 'timeoutAfterCommit' }, { name: 'TimeoutError' }],
  ])('%j hides that the request was accepted', async (fault, seen) => {
    const simulator = await startTestEmulator();
    const [id, vgw] = [await offerInterface(simulator), await gateway(simulator)];
    simulator.addFault({ operation: 'ConfirmPrivateVirtualInterface', ...fault });
    await expect(confirm(simulator, id, vgw)).rejects.toMatchObject(seen);
    expect(await states(simulator)).toEqual(['pending']);
  });

  it.each<FaultInput>([{ kind: 'throttle' }, { kind: 'reset' }, { kind: 'html' }])(
    'is not %j: that leaves the request confirming',
    async (fault) => {
      const simulator = await startTestEmulator();
      const [id, vgw] = [await offerInterface(simulator), await gateway(simulator)];
      simulator.addFault({ operation: 'ConfirmPrivateVirtualInterface', ...fault });
      await expect(confirm(simulator, id, vgw)).rejects.toThrow();
      expect(await states(simulator)).toEqual(['confirming']);
    },
  );
});
