import { describe, expect, it } from 'vitest';
import { connectTo, rejectionOf, TIMEOUT_MS } from '../support/apiClients.ts';
import type { Received, Reply } from '../support/apiServer.ts';

/** The time limit of a read: three attempts and the pauses between them. */
const READ_LIMIT_MS = 3 * TIMEOUT_MS + 2000;
/** The delay that a busy machine may add. */
const SLACK_MS = 1000;

const BROKEN: readonly [string, Reply, string][] = [
  ['says nothing', { does: 'hang' }, 'timeout'],
  ['stops in the midst of its answer', { does: 'hangInBody', body: '{"virtualInterfaces":[' }, 'timeout'],
  ['answers drop by drop for ever', { does: 'drip' }, 'timeout'],
  ['hangs up in the midst of its answer', { does: 'cut', body: '{"virtualInterfaces":[]}' }, 'unreachable'],
  ['resets the connection', { does: 'reset' }, 'unreachable'],
];

async function timed(call: () => Promise<unknown>): Promise<{ error: unknown; ms: number }> {
  const start = performance.now();
  const error = await rejectionOf(call());
  return { error, ms: performance.now() - start };
}

function countOf(received: readonly Received[], operation: string): number {
  return received.filter((request) => request.operation === operation).length;
}

describe.each(BROKEN)('with a server that %s', (_, reply, kind) => {
  it('reads end in time, as failures, and close the connection', async () => {
    const apis = await connectTo('aws', () => reply);
    const calls = await Promise.all([
      timed(() => apis.directConnect.list()),
      timed(() => apis.gateways.list(new Set(['virtual']))),
    ]);
    for (const { error, ms } of calls) {
      expect(error).toMatchObject({ name: 'ApiFailure', kind });
      expect(ms).toBeLessThan(READ_LIMIT_MS + SLACK_MS);
    }
    for (const operation of ['DescribeVirtualInterfaces', 'DescribeVpnGateways']) {
      expect(countOf(apis.received, operation)).toBe(reply.does === 'drip' ? 1 : 3);
    }
    await expect.poll(() => apis.connections()).toBe(0);
  });

  it('a confirm ends in time and is attempted once', async () => {
    const apis = await connectTo('aws', () => reply);
    const { error, ms } = await timed(() =>
      apis.directConnect.confirm('private', 'dxvif-1a2b3c4d', 'vgw-12345678'),
    );
    expect(error).toMatchObject({ name: 'ApiFailure', kind, operation: 'ConfirmPrivateVirtualInterface' });
    expect(ms).toBeLessThan(TIMEOUT_MS + SLACK_MS);
    expect(apis.received).toHaveLength(1);
    await expect.poll(() => apis.connections()).toBe(0);
  });
});

describe.each([200, 400, 503])('with a server whose answer with status %i never ends', (status) => {
  it('nothing is read for long, and the connection is closed', async () => {
    const apis = await connectTo('aws', () => ({ does: 'pour', status }));
    for (const call of [
      () => apis.directConnect.list(),
      () => apis.gateways.list(new Set(['virtual'])),
      () => apis.caller.account(),
      () => apis.directConnect.confirm('private', 'dxvif-1a2b3c4d', 'vgw-12345678'),
    ]) {
      expect(await rejectionOf(call())).toMatchObject({
        name: 'ApiFailure',
        kind: 'malformed',
        detail: 'the answer is larger than 4 MB',
      });
    }
    expect(countOf(apis.received, 'ConfirmPrivateVirtualInterface')).toBe(1);
    await expect.poll(() => apis.connections()).toBe(0);
  });
});

it('a server that does not exist is reported as unreachable', async () => {
  const apis = await connectTo('aws', () => ({ does: 'hang' }));
  await apis.stop();
  expect(await rejectionOf(apis.directConnect.list())).toMatchObject({ kind: 'unreachable' });
  expect(await rejectionOf(apis.caller.account())).toMatchObject({ kind: 'unreachable' });
});
