import { describe, expect, it } from 'vitest';
import type { RunReport } from '../../core/runReport.ts';
import type { FaultInput } from '../../emulator/emulator.ts';
import type { Ports } from '../../run/ports.ts';
import { budgetFromNow, type RunInput, smallestBudget } from '../../run/runContext.ts';
import { ACME, actAs, RECIPIENT_ACCOUNT } from '../support/accounts.ts';
import {
  ACME_1,
  compileTestPolicy,
  createRunner,
  LAB,
  outcomesById,
  PROD,
  SIMPLE_POLICY,
  startTestCloud,
} from '../support/cloud.ts';
import { whileWriting } from '../support/observedLedgers.ts';

const TOO_LATE = 'less than twice the request time-out was left; the next pass goes on';
const CONFIRM = 'ConfirmPrivateVirtualInterface';
const FAILED: FaultInput = { kind: 'serverError', operation: CONFIRM };

/** A cloud with requests of acme's, one a VLAN, and how a pass over it is run. */
async function stage(vlans: readonly number[], policy = SIMPLE_POLICY) {
  const cloud = await startTestCloud();
  const ids: string[] = [];
  for (const vlan of vlans) ids.push(await actAs(cloud, ACME).offer({ connection: ACME_1, vlan }));
  const runner = createRunner(cloud, policy);
  const direct = (changed: Partial<Ports['directConnect']>): Partial<RunInput> => ({
    ports: { ...runner.ports, directConnect: { ...runner.ports.directConnect, ...changed } },
  });
  return { cloud, ids, runner, direct };
}

const told = ({ requests }: RunReport) =>
  requests.map(({ outcome, message, skipped }) => ({ outcome, message, skipped: skipped?.length }));

describe('time that runs out', () => {
  it('before an attempt: nothing is asked for it, and it is told so', async () => {
    const { runner, direct } = await stage([101]);
    let asked = 0;
    const describe = async () => {
      asked += 1;
      return null;
    };
    const report = await runner.run({ ...direct({ describe }), remaining: () => 1999 });
    expect(told(report)).toEqual([{ outcome: 'notAttempted', message: TOO_LATE, skipped: 0 }]);
    expect(asked).toBe(0);
  });

  it('during the look before a confirm: no intent is left', async () => {
    const { runner, direct, ids } = await stage([101]);
    let left = 60_000;
    const describe = (id: string) => {
      left = 1999;
      return runner.ports.directConnect.describe(id);
    };
    const report = await runner.run({ ...direct({ describe }), remaining: () => left });
    expect(told(report)).toMatchObject([{ outcome: 'notAttempted', message: TOO_LATE }]);
    expect((await runner.ledger.readState('outscale/eu-west-2/012345678901')).intents).toEqual({});
    expect(ids).toHaveLength(1);
  });

  it('during the write of the intent: no confirm is begun', async () => {
    const { runner, cloud } = await stage([101]);
    let left = 60_000;
    const slow = whileWriting('intended', () => (left = 1999), runner.ledger);
    const report = await runner.run({ remaining: () => left }, slow);
    expect(told(report)).toMatchObject([{ outcome: 'notAttempted', message: TOO_LATE }]);
    expect(cloud.calls().map(({ operation }) => operation)).not.toContain(CONFIRM);
  });

  it('not at twice the request time-out exactly: that is enough', async () => {
    const { runner } = await stage([101]);
    expect(told(await runner.run({ remaining: () => 2000 }))).toMatchObject([{ outcome: 'accepted' }]);
  });

  it('for the second of two: a warning, since the pass gets on', async () => {
    const { runner, direct } = await stage([101, 102]);
    let left = 60_000;
    const confirm: Ports['directConnect']['confirm'] = async (...of) => {
      left = 1999;
      return runner.ports.directConnect.confirm(...of);
    };
    const report = await runner.run({ ...direct({ confirm }), remaining: () => left });
    expect(report).toMatchObject({
      status: 'completed',
      failures: [],
      warnings: [
        {
          code: 'out-of-time',
          message: 'time ran out before 1 of 2 allowed requests; the next pass goes on',
        },
      ],
    });
  });
});

describe('a request that is none any more when we come to confirm it', () => {
  it.each<[string, Ports['directConnect']['describe'] | null, string]>([
    ['exists no more', async () => null, 'it does not exist any more'],
    ['was accepted by hand', null, '`pending`'],
  ])('%s', async (_, gone, now) => {
    const { runner, direct, cloud } = await stage([101]);
    const byHand = async (id: string) => {
      await actAs(cloud, RECIPIENT_ACCOUNT).confirm(id, LAB);
      return runner.ports.directConnect.describe(id);
    };
    const report = await runner.run(direct({ describe: gone ?? byHand }));
    const message = `no longer confirming when we came to confirm it: ${now}`;
    expect(told(report)).toEqual([{ outcome: 'gone', message, skipped: 0 }]);
  });
});

it('a request that is another one when we come to confirm it is reported as it was decided', async () => {
  const { runner, direct } = await stage([101]);
  const describe: Ports['directConnect']['describe'] = async (id) => {
    const vif = await runner.ports.directConnect.describe(id);
    return vif === null ? null : { ...vif, ownerAccount: null, mtu: 9001 };
  };
  const report = await runner.run(direct({ describe }));
  expect(report.requests).toMatchObject([
    {
      outcome: 'held',
      decision: { reasons: [{ code: 'unknown-requester' }] },
      ownerAccount: null,
      mtu: 9001,
    },
  ]);
});

it('a look that fails before a confirm fails that request alone, by its ID', async () => {
  const { runner, cloud, ids } = await stage([101, 102]);
  // The listing passes; the first look, with its retries, does not.
  cloud.addFault({ kind: 'accessDenied', operation: 'DescribeVirtualInterfaces', after: 1, times: 1 });
  const report = await runner.run();
  const failed = report.requests.find(({ outcome }) => outcome === 'failed');
  expect(Object.values(outcomesById(report)).sort()).toEqual([
    `accepted acme.default ${PROD}`,
    `failed acme.default ${PROD}`,
  ]);
  expect(ids).toContain(failed?.id);
  expect(failed?.message).toMatch(new RegExp(`^${failed?.id}: DescribeVirtualInterfaces failed`));
  expect(report.failures).toEqual([{ code: 'confirm-failed', message: failed?.message }]);
});

it('a confirm whose end is not known takes its addresses on the gateway at once', async () => {
  const { runner, cloud } = await stage([]);
  for (const vlan of [101, 102]) await actAs(cloud, ACME).offer({ connection: ACME_1, vlan, subnet: '10.0' });
  cloud.addFault(FAILED);
  expect(Object.values(outcomesById(await runner.run())).sort()).toEqual([
    `failed acme.default ${PROD}`,
    'held peers-overlap',
  ]);
});

describe('a confirm whose end is not known takes its slot at once', () => {
  const owners = `owners: { acme: { connections: [${ACME_1}], gateway: ${PROD}`;
  it.each([
    ['of the owner', `${owners}, limit: 1 } }`, 'held owner-limit'],
    ['of the pass', `limits: { acceptsPerPass: 1 }\n${owners} } }`, 'held pass-limit'],
  ])('%s', async (_, policy, held) => {
    const { runner, cloud } = await stage([101, 102], compileTestPolicy(policy));
    cloud.addFault(FAILED);
    const report = await runner.run();
    expect(Object.values(outcomesById(report)).sort()).toEqual([`failed acme.default ${PROD}`, held]);
  });
});

it('a budget shrinks as time goes by, and the least of several counts', () => {
  let now = 5000;
  const clock = { now: () => new Date(0), monotonic: () => now };
  const left = budgetFromNow(clock, 1000);
  now += 400;
  expect([left(), smallestBudget(left, () => 700)(), smallestBudget(left, () => 500)()]).toEqual([
    600, 600, 500,
  ]);
});
