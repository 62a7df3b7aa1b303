import { setImmediate as turn } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { createConcurrencyLimit } from '../../run/concurrencyLimit.ts';
import { ACME, actAs } from '../support/accounts.ts';
import { ACME_1, createRunner, SIMPLE_POLICY, startTestCloud } from '../support/cloud.ts';

/** Tasks that end when the test says so; `begun` has those that were started, in order. */
function bench(throttles: () => number) {
  const { start, drain } = createConcurrencyLimit(throttles);
  const begun: string[] = [];
  const ends = new Map<string, PromiseWithResolvers<void>>();
  return {
    begun,
    end: drain,
    begin: (name: string) =>
      start(() => {
        begun.push(name);
        const work = Promise.withResolvers<void>();
        ends.set(name, work);
        return work.promise;
      }),
    finish: (name: string) => ends.get(name)?.resolve(),
    fail: (name: string, error: Error) => ends.get(name)?.reject(error),
  };
}

async function beginAll(at: ReturnType<typeof bench>, names: string): Promise<void> {
  for (const name of names) await at.begin(name);
}

describe('tasks under the concurrency limit run', () => {
  it('four at once, started in order, and the next one as soon as one has ended', async () => {
    const at = bench(() => 0);
    const all = beginAll(at, 'abcdef');
    await turn();
    expect(at.begun.join('')).toBe('abcd');
    at.finish('c');
    await turn();
    expect(at.begun.join('')).toBe('abcde');
    for (const name of 'abde') at.finish(name);
    await all;
    expect(at.begun.join('')).toBe('abcdef');
  });

  it.each([
    [0, 'abcd'],
    [1, 'ab'],
    [2, 'a'],
    [3, 'a'],
    [32, 'a'],
    [33, 'a'],
    [2000, 'a'],
  ])('after %i throttled calls, %s at once', async (refusals, atOnce) => {
    let throttles = 7;
    const at = bench(() => throttles);
    throttles += refusals;
    void beginAll(at, 'abcdef');
    await turn();
    expect(at.begun.join('')).toBe(atOnce);
  });

  it('with less concurrency from the throttled call on, not only in the next run', async () => {
    let throttles = 0;
    const at = bench(() => throttles);
    void beginAll(at, 'abcdef');
    await turn();
    throttles = 1;
    at.finish('a');
    at.finish('b');
    await turn();
    expect(at.begun.join('')).toBe('abcd');
    at.finish('c');
    await turn();
    expect(at.begun.join('')).toBe('abcde');
  });

  it('until one throws: then no further task is started, and the running ones are awaited', async () => {
    const at = bench(() => 0);
    const all = beginAll(at, 'abcdef');
    await turn();
    at.fail('b', new Error('the ledger is gone'));
    await expect(all).rejects.toThrow('the ledger is gone');
    let isOver = false;
    const end = at.end().finally(() => {
      isOver = true;
    });
    end.catch(() => undefined);
    at.finish('a');
    at.finish('c');
    await turn();
    expect(isOver).toBe(false);
    at.finish('d');
    await expect(end).rejects.toThrow('the ledger is gone');
    expect(at.begun.join('')).toBe('abcd');
  });
});

describe('throttled calls are counted', () => {
  it('also if the SDK retries them successfully', async () => {
    const cloud = await startTestCloud();
    const { directConnect } = createRunner(cloud, SIMPLE_POLICY).ports;
    await directConnect.list();
    expect(directConnect.throttleCount()).toBe(0);
    cloud.addFault({ kind: 'throttle', times: 1 });
    await directConnect.list();
    expect(directConnect.throttleCount()).toBe(1);
  });

  it('also those to the API of the gateways', async () => {
    const cloud = await startTestCloud();
    const { directConnect, gateways } = createRunner(cloud, SIMPLE_POLICY).ports;
    cloud.addFault({ kind: 'throttle', operation: 'DescribeVpnGateways', times: 2 });
    await gateways.list(new Set(['virtual']));
    expect(directConnect.throttleCount()).toBe(2);
  });

  it('also confirms, and no other failures', async () => {
    const cloud = await startTestCloud();
    const id = await actAs(cloud, ACME).offer({ connection: ACME_1, vlan: 101 });
    const { directConnect } = createRunner(cloud, SIMPLE_POLICY).ports;
    cloud.addFault({ kind: 'serverError', times: 1 });
    await expect(directConnect.confirm('private', id, 'vgw-12345678')).rejects.toThrow('server');
    expect(directConnect.throttleCount()).toBe(0);
    cloud.addFault({ kind: 'outscaleError', status: 429, times: 1 });
    await expect(directConnect.confirm('private', id, 'vgw-12345678')).rejects.toThrow('throttled');
    expect(directConnect.throttleCount()).toBe(1);
  });
});
