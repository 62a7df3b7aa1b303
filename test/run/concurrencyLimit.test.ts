import { setImmediate as turn } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { createConcurrencyLimit } from '../../run/decisionQueue.ts';
import { ACME, actAs } from '../support/accounts.ts';
import { ACME_1, createRunner, SIMPLE_POLICY, startTestCloud } from '../support/cloud.ts';

/** Work that ends when it is told to; `begun` is what has begun, in order. */
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

describe('work goes on side by side', () => {
  it('four at once, begun in order, and the next one as soon as one has ended', async () => {
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
  ])('after %i refusals for too many calls, %s at once', async (refusals, atOnce) => {
    let throttles = 7;
    const at = bench(() => throttles);
    throttles += refusals;
    void beginAll(at, 'abcdef');
    await turn();
    expect(at.begun.join('')).toBe(atOnce);
  });

  it('fewer from the refusal on, not only in the next pass', async () => {
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

  it('until one throws: then nothing is begun any more, and what goes on is waited for', async () => {
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

describe('refusals for too many calls are counted', () => {
  it('also where the SDK tries again and gets an answer', async () => {
    const cloud = await startTestCloud();
    const { directConnect } = createRunner(cloud, SIMPLE_POLICY).ports;
    await directConnect.list();
    expect(directConnect.throttleCount()).toBe(0);
    cloud.addFault({ kind: 'throttle', times: 1 });
    await directConnect.list();
    expect(directConnect.throttleCount()).toBe(1);
  });

  it('by the API of the gateways too', async () => {
    const cloud = await startTestCloud();
    const { directConnect, gateways } = createRunner(cloud, SIMPLE_POLICY).ports;
    cloud.addFault({ kind: 'throttle', operation: 'DescribeVpnGateways', times: 2 });
    await gateways.list(new Set(['virtual']));
    expect(directConnect.throttleCount()).toBe(2);
  });

  it('of confirms too, and nothing else is', async () => {
    const cloud = await startTestCloud();
    const id = await actAs(cloud, ACME).offer({ connection: ACME_1, vlan: 101 });
    const { directConnect } = createRunner(cloud, SIMPLE_POLICY).ports;
    cloud.addFault({ kind: 'serverError', times: 1 });
    await expect(directConnect.confirm(id, 'vgw-12345678')).rejects.toThrow('server');
    expect(directConnect.throttleCount()).toBe(0);
    cloud.addFault({ kind: 'outscaleError', status: 429, times: 1 });
    await expect(directConnect.confirm(id, 'vgw-12345678')).rejects.toThrow('throttled');
    expect(directConnect.throttleCount()).toBe(1);
  });
});
