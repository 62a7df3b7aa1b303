import { setTimeout as pause } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import type { Emulator } from '../../emulator/emulator.ts';
import { LedgerFailure } from '../../run/portErrors.ts';
import type { DirectConnect, Ledger } from '../../run/ports.ts';
import { ACME, actAs } from '../support/accounts.ts';
import {
  ACME_1,
  ACME_2,
  compileTestPolicy,
  createRunner,
  outcomesById,
  PROD,
  type Runner,
  SIMPLE_POLICY,
  startTestCloud,
} from '../support/cloud.ts';

/** Offers on the first connection, sorted: with no deadline known, that is the order of acceptance. */
async function offered(cloud: Emulator, many: number): Promise<string[]> {
  const ids: string[] = [];
  for (let i = 0; i < many; i += 1)
    ids.push(await actAs(cloud, ACME).offer({ connection: ACME_1, vlan: 101 + i }));
  return ids.sort();
}

function runWith({ ports, run }: Runner, directConnect: Partial<DirectConnect>, ledger?: Ledger) {
  return run({
    ports: {
      ...ports,
      ledger: ledger ?? ports.ledger,
      directConnect: { ...ports.directConnect, ...directConnect },
    },
  });
}

const ONE = compileTestPolicy(`owners: { acme: { connections: [${ACME_1}], gateway: ${PROD}, limit: 1 } }`);

describe('concurrent attempts', () => {
  it('confirm four requests at once and never more', async () => {
    const cloud = await startTestCloud();
    await offered(cloud, 10);
    const runner = createRunner(cloud, SIMPLE_POLICY);
    let [underWay, most] = [0, 0];
    const confirm: DirectConnect['confirm'] = async (kind, id, gateway) => {
      underWay += 1;
      most = Math.max(most, underWay);
      await pause(200);
      underWay -= 1;
      return runner.ports.directConnect.confirm(kind, id, gateway);
    };
    expect((await runWith(runner, { confirm })).counts).toMatchObject({ accepted: 10, pending: 10 });
    expect(most).toBe(4);
  });

  it('give the last slot to the first request in order, however long its read takes; the others cost no call', async () => {
    const cloud = await startTestCloud();
    const [first = '', ...others] = await offered(cloud, 4);
    const runner = createRunner(cloud, ONE);
    const described: string[] = [];
    const describe = async (id: string) => {
      described.push(id);
      if (id === first) await pause(60);
      return runner.ports.directConnect.describe(id);
    };
    expect(outcomesById(await runWith(runner, { describe }))).toEqual({
      [first]: `accepted acme.default ${PROD}`,
      ...Object.fromEntries(others.map((id) => [id, 'held owner-limit'])),
    });
    expect(described).toEqual([first]);
  });

  it('give a request the slot that an earlier one turned out not to need', async () => {
    const cloud = await startTestCloud();
    const [first = '', second = '', third = ''] = await offered(cloud, 3);
    const runner = createRunner(cloud, ONE);
    const describe = async (id: string) => {
      if (id === first) await actAs(cloud, ACME).withdraw(id);
      return runner.ports.directConnect.describe(id);
    };
    expect(outcomesById(await runWith(runner, { describe }))).toEqual({
      [first]: `gone acme.default ${PROD}`,
      [second]: `accepted acme.default ${PROD}`,
      [third]: 'held owner-limit',
    });
  });

  it('do not give two requests addresses that only one can have', async () => {
    const cloud = await startTestCloud();
    const acme = actAs(cloud, ACME);
    await acme.offer({ connection: ACME_1, vlan: 101, subnet: '9.8' });
    await acme.offer({ connection: ACME_2, vlan: 102, subnet: '9.8' });
    const both = compileTestPolicy(
      `owners: { acme: { connections: [${ACME_1}, ${ACME_2}], gateway: ${PROD} } }`,
    );
    expect(Object.values(outcomesById(await createRunner(cloud, both).run()))).toEqual([
      `accepted acme.default ${PROD}`,
      'held peers-overlap',
    ]);
  });

  it('read the state again after they had to wait for an earlier one', async () => {
    const cloud = await startTestCloud();
    const [first = '', second = ''] = await offered(cloud, 2);
    const runner = createRunner(cloud, SIMPLE_POLICY);
    let monotonic = 0;
    const clock = { now: runner.ports.clock.now, monotonic: () => monotonic };
    const described: string[] = [];
    const describe = async (id: string) => {
      described.push(id);
      const isFirstCall = described.filter((one) => one === first).length === 1;
      if (id === first && isFirstCall) {
        await pause(80);
        // The second one has been read by then.
        monotonic += 5000;
        // And is withdrawn before its decision.
        await actAs(cloud, ACME).withdraw(second);
      }
      return runner.ports.directConnect.describe(id);
    };
    const { ports } = runner;
    const report = await runner.run({
      ports: { ...ports, clock, directConnect: { ...ports.directConnect, describe } },
    });
    // The first one is described again before its confirm, because the answer took long.
    expect(described.toSorted()).toEqual([first, first, second, second].toSorted());
    expect(outcomesById(report)).toMatchObject({ [second]: `gone acme.default ${PROD}` });
    const confirms = cloud.calls().filter(({ operation }) => operation === 'ConfirmPrivateVirtualInterface');
    expect(confirms).toHaveLength(1);
  });

  it('end before the run does, when the ledger fails during them', async () => {
    const cloud = await startTestCloud();
    const [first = ''] = await offered(cloud, 8);
    const runner = createRunner(cloud, SIMPLE_POLICY);
    const confirmed: string[] = [];
    const confirm: DirectConnect['confirm'] = async (kind, id, gateway) => {
      await pause(60);
      const state = await runner.ports.directConnect.confirm(kind, id, gateway);
      confirmed.push(id);
      return state;
    };
    // The second write of an intent fails, when the first confirm has begun.
    let intents = 0;
    const ledger: Ledger = {
      ...runner.ledger,
      open: async (key, leaseMs) => {
        const session = await runner.ledger.open(key, leaseMs);
        return (
          session && {
            ...session,
            write: async (changes) => {
              if (changes.some(({ kind }) => kind === 'intended')) intents += 1;
              if (intents > 1) throw new LedgerFailure('the table is gone');
              return session.write(changes);
            },
          }
        );
      },
    };
    const slowly = async (id: string) => {
      if (id !== first) await pause(30);
      return runner.ports.directConnect.describe(id);
    };
    const report = await runWith(runner, { confirm, describe: slowly }, ledger);
    expect(report.status).toBe('failed');
    expect(confirmed).toEqual([first]);
    expect(outcomesById(report)[first]).toBe(`accepted acme.default ${PROD}`);
    expect(report.failures.map(({ code }) => code)).toContain('ledger');
    const rest = report.requests.filter(({ id }) => id !== first).map(({ outcome }) => outcome);
    expect(rest).toEqual(Array(7).fill('notAttempted'));
  });
});
