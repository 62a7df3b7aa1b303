import { setTimeout as pause } from 'node:timers/promises';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { DirectConnect } from '../../run/ports.ts';
import { ACME, actAs } from '../support/accounts.ts';
import {
  ACME_1,
  compileTestPolicy,
  createRunner,
  LAB,
  outcomesById,
  PROD,
  startTestCloud,
} from '../support/cloud.ts';

describe('four attempts at once come to the same result as one after the other', () => {
  it('for all limits and all orders of the answers', async () => {
    const limit = fc.option(fc.integer({ min: 0, max: 4 }), { nil: null });
    const limits = fc.record({ owner: limit, prod: limit, lab: limit, run: fc.integer({ min: 1, max: 6 }) });
    // VLANs of both grants, of one of them and of none; some share their addresses.
    const offers = fc.uniqueArray(fc.integer({ min: 100, max: 112 }), { minLength: 2, maxLength: 9 });
    const delays = fc.infiniteStream(fc.integer({ min: 0, max: 6 }));
    let held = 0;
    await fc.assert(
      fc.asyncProperty(limits, offers, delays, async (some, vlans, delay) => {
        const [one, many] = [await lived(some, vlans, null), await lived(some, vlans, delay)];
        expect(many).toEqual(one);
        held += Object.values(many).filter((end) => end.startsWith('held')).length;
      }),
      { numRuns: 25 },
    );
    expect(held).toBeGreaterThan(10);
  });
});

interface Limits {
  readonly owner: number | null;
  readonly prod: number | null;
  readonly lab: number | null;
  readonly run: number;
}

/** @param delays of calls, in milliseconds; `null`: one attempt after the other */
async function lived(limits: Limits, vlans: readonly number[], delays: Iterator<number> | null) {
  const cloud = await startTestCloud({ seed: 7 });
  const acme = actAs(cloud, ACME);
  for (const vlan of vlans)
    await acme.offer({ connection: ACME_1, vlan, subnet: vlan % 2 === 0 ? '9.8' : `11.${(vlan % 60) * 4}` });
  const limited = (limit: number | null) => (limit === null ? '' : `, limit: ${limit}`);
  const policy = compileTestPolicy(`
limits: { acceptsPerRun: ${limits.run} }
owners:
  acme:
    connections: [${ACME_1}]${limits.owner === null ? '' : `\n    limit: ${limits.owner}`}
    grants:
      prod: { gateway: ${PROD}, match: { vlan: [100-106] }${limited(limits.prod)} }
      lab: { gateway: ${LAB}, match: { vlan: [107-110] }${limited(limits.lab)} }`);
  const { ports, run } = createRunner(cloud, policy);
  const slow = async <T>(call: Promise<T>): Promise<T> => {
    await pause(delays?.next().value ?? 0);
    return call;
  };
  // As after many throttled calls: one attempt at a time.
  let asked = 0;
  const throttleCount = (): number => (delays === null && asked++ > 0 ? 9 : 0);
  const directConnect: DirectConnect = {
    ...ports.directConnect,
    describe: async (id) => slow(ports.directConnect.describe(id)),
    confirm: async (kind, id, gateway) => slow(ports.directConnect.confirm(kind, id, gateway)),
    throttleCount,
  };
  return outcomesById(await run({ ports: { ...ports, directConnect } }));
}
