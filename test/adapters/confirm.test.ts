import { describe, expect, it } from 'vitest';
import type { InterfaceKind } from '../../core/kinds.ts';
import type { Provider } from '../../core/model.ts';
import { connectTo, rejectionOf } from '../support/apiClients.ts';
import { json, type Reply, text } from '../support/apiServer.ts';

const ID = 'dxvif-1a2b3c4d';
const VIRTUAL = 'vgw-12345678';
const DIRECT_CONNECT = '5f294f92-bafb-4011-916d-9b0bec4cf2c8';

async function confirming(
  provider: Provider,
  reply: Reply,
  gateway = VIRTUAL,
  kind: InterfaceKind = 'private',
) {
  const apis = await connectTo(provider, () => reply);
  return { apis, confirm: () => apis.directConnect.confirm(kind, ID, gateway) };
}

describe('confirming an interface', () => {
  it.each([
    ['outscale', VIRTUAL, { virtualInterfaceId: ID, virtualGatewayId: VIRTUAL }],
    ['aws', VIRTUAL, { virtualInterfaceId: ID, virtualGatewayId: VIRTUAL }],
    ['aws', 'vgw-0123456789abcdef0', { virtualInterfaceId: ID, virtualGatewayId: 'vgw-0123456789abcdef0' }],
    ['aws', DIRECT_CONNECT, { virtualInterfaceId: ID, directConnectGatewayId: DIRECT_CONNECT }],
  ] as const)('on %s sends gateway %s in its own field', async (provider, gateway, body) => {
    const { apis, confirm } = await confirming(provider, json({ virtualInterfaceState: 'pending' }), gateway);
    expect(await confirm()).toBe('pending');
    expect(apis.received.map((request) => JSON.parse(request.body))).toEqual([body]);
    expect(apis.received[0]?.headers['x-amz-target']).toBe('OvertureService.ConfirmPrivateVirtualInterface');
  });

  it('of kind transit is another operation', async () => {
    const reply = json({ virtualInterfaceState: 'pending' });
    const { apis, confirm } = await confirming('aws', reply, DIRECT_CONNECT, 'transit');
    expect(await confirm()).toBe('pending');
    expect(apis.received.map((request) => JSON.parse(request.body))).toEqual([
      { virtualInterfaceId: ID, directConnectGatewayId: DIRECT_CONNECT },
    ]);
    expect(apis.received[0]?.headers['x-amz-target']).toBe('OvertureService.ConfirmTransitVirtualInterface');
  });

  it.each([
    ['outscale', 'private', DIRECT_CONNECT],
    ['outscale', 'private', ''],
    ['aws', 'private', ''],
    ['aws', 'private', 'vgw-'],
    ['aws', 'private', 'igw-12345678'],
    ['aws', 'private', 'vgw-12345678 '],
    ['aws', 'transit', VIRTUAL],
    ['aws', 'transit', ''],
    ['outscale', 'transit', VIRTUAL],
    ['outscale', 'transit', DIRECT_CONNECT],
  ] as const)(
    'on %s, of kind %s, with gateway %j is refused before any call',
    async (provider, kind, gateway) => {
      const reply = json({ virtualInterfaceState: 'pending' });
      const { apis, confirm } = await confirming(provider, reply, gateway, kind);
      expect(await rejectionOf(confirm())).toMatchObject({
        name: 'ApiFailure',
        kind: 'client',
        operation: kind === 'private' ? 'ConfirmPrivateVirtualInterface' : 'ConfirmTransitVirtualInterface',
      });
      expect(apis.received).toEqual([]);
    },
  );

  it.each([
    ['the server fails', json({ __type: 'InternalFailure', message: 'no' }, 500), 'server'],
    [
      'the modelled server error comes',
      json({ __type: 'DirectConnectServerException', message: 'no' }, 400),
      'server',
    ],
    ['the service is away', json({ __type: 'ServiceUnavailable', message: 'no' }, 503), 'server'],
    ['it is throttled', json({ __type: 'ThrottlingException', message: 'no' }, 400), 'throttled'],
    ['OUTSCALE throttles it', json({ Errors: [{ Code: '25', Type: 'Throttled' }] }, 429), 'throttled'],
    [
      'the clock is said to be wrong',
      json({ __type: 'RequestTimeTooSkewed', message: 'no' }, 403),
      'credentials',
    ],
    ['the connection is reset', { does: 'reset' }, 'unreachable'],
    ['the answer is HTML', text('<html></html>'), 'malformed'],
    ['the answer is broken', text('{"virtualInterfaceState":'), 'malformed'],
  ] as const)('is attempted exactly once when %s', async (_, reply, kind) => {
    const { apis, confirm } = await confirming('aws', reply);
    expect(await rejectionOf(confirm())).toMatchObject({
      name: 'ApiFailure',
      kind,
      operation: 'ConfirmPrivateVirtualInterface',
    });
    expect(apis.received).toHaveLength(1);
  });

  it.each([
    ['no body', text('')],
    ['an empty object', json({})],
    ['a state of a wrong kind', json({ virtualInterfaceState: { name: 'pending' } })],
    ['null', json(null)],
  ])('answered with %s returns no state, so that the caller describes the interface', async (_, reply) => {
    const { apis, confirm } = await confirming('aws', reply);
    expect(await confirm()).toBeNull();
    expect(apis.received).toHaveLength(1);
  });
});
