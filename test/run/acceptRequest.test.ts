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
import { recordingPublisher } from '../support/eventPublishers.ts';
import { whileWriting } from '../support/observedLedgers.ts';

const TOO_LATE = 'less than twice the request time-out was left; the next run attempts it';
const CONFIRM = 'ConfirmPrivateVirtualInterface';
const FAILED: FaultInput = { kind: 'serverError', operation: CONFIRM };

/** A cloud with requests of acme, one per VLAN, and a function that executes a run over it. */
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

const outcomesOf = ({ requests }: RunReport) =>
  requests.map(({ outcome, message, skipped }) => ({ outcome, message, skipped: skipped?.length }));

describe('a run whose time runs out', () => {
  it('before an attempt reads nothing for it, and reports it as not attempted', async () => {
    const { runner, direct } = await stage([101]);
    let asked = 0;
    const describe = async () => {
      asked += 1;
      return null;
    };
    const report = await runner.run({ ...direct({ describe }), remaining: () => 1999 });
    expect(outcomesOf(report)).toEqual([{ outcome: 'notAttempted', message: TOO_LATE, skipped: 0 }]);
    expect(asked).toBe(0);
  });

  it('during the read before a confirm leaves no intent', async () => {
    const { runner, direct } = await stage([101]);
    let left = 60_000;
    const describe = (id: string) => {
      left = 1999;
      return runner.ports.directConnect.describe(id);
    };
    const report = await runner.run({ ...direct({ describe }), remaining: () => left });
    expect(outcomesOf(report)).toMatchObject([{ outcome: 'notAttempted', message: TOO_LATE }]);
    expect((await runner.ledger.readState('outscale/eu-west-2/012345678901')).intents).toEqual({});
  });

  it('during the write of the intent begins no confirm', async () => {
    const { runner, cloud } = await stage([101]);
    let left = 60_000;
    const slow = whileWriting('intended', () => (left = 1999), runner.ledger);
    const report = await runner.run({ remaining: () => left }, slow);
    expect(outcomesOf(report)).toMatchObject([{ outcome: 'notAttempted', message: TOO_LATE }]);
    expect(cloud.calls().map(({ operation }) => operation)).not.toContain(CONFIRM);
  });

  it('accepts while exactly twice the request time-out is left', async () => {
    const { runner } = await stage([101]);
    expect(outcomesOf(await runner.run({ remaining: () => 2000 }))).toMatchObject([{ outcome: 'accepted' }]);
  });

  it('before the second of two requests warns, because it accepted the first', async () => {
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
          message: 'time ran out before 1 of 2 allowed requests; the next run attempts them',
        },
      ],
    });
  });
});

describe('a request that the listing shows, and whose description says that it does not exist,', () => {
  it('is gone in the first run, fails every later run, and is accepted when it is described again', async () => {
    const { ids, runner, direct } = await stage([101]);
    const unknown = direct({ describe: async () => null });
    const outcomes: string[][] = [];
    for (let i = 0; i < 3; i += 1) {
      const report = await runner.run(unknown);
      outcomes.push([
        ...outcomesOf(report).map(({ outcome }) => outcome),
        ...report.failures.map(({ code }) => code),
      ]);
    }
    expect(outcomes).toEqual([['gone'], ['failed', 'confirm-failed'], ['failed', 'confirm-failed']]);
    expect(outcomesById(await runner.run())).toEqual({ [`${ids[0]}`]: `accepted acme.default ${PROD}` });
  });

  it('is reported before it expires', async () => {
    const { cloud, ids, runner, direct } = await stage([101]);
    const eventPublisher = recordingPublisher();
    const { ports } = direct({ describe: async () => null });
    const unknown = { ports: { ...runner.ports, ...ports, eventPublisher } };
    await runner.run(unknown);
    cloud.clock.advance(6.5 * 24 * 60 * 60 * 1000);
    await runner.run(unknown);
    expect(eventPublisher.takePublished()).toEqual(
      expect.arrayContaining([`Deadline Near ${ids[0]}`, 'Run Failed']),
    );
  });
});

describe('a request that is no longer confirming right before its confirm is reported as gone:', () => {
  it.each<[string, Ports['directConnect']['describe'] | null, string]>([
    ['no longer exists', async () => null, 'it does not exist'],
    ['was accepted manually', null, '`pending`'],
  ])('%s', async (_, gone, now) => {
    const { runner, direct, cloud } = await stage([101]);
    const acceptedManually = async (id: string) => {
      await actAs(cloud, RECIPIENT_ACCOUNT).confirm(id, LAB);
      return runner.ports.directConnect.describe(id);
    };
    const report = await runner.run(direct({ describe: gone ?? acceptedManually }));
    const message = `no longer confirming right before the confirm: ${now}`;
    expect(outcomesOf(report)).toEqual([{ outcome: 'gone', message, skipped: 0 }]);
  });
});

it('a request that changed right before its confirm is reported as it was decided', async () => {
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

it('a read that fails before a confirm fails that request alone, and names its ID', async () => {
  const { runner, cloud, ids } = await stage([101, 102]);
  // The listing succeeds; the first read after it, with its retries, fails.
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

it('a confirm with unknown outcome takes its addresses on the gateway at once', async () => {
  const { runner, cloud } = await stage([]);
  for (const vlan of [101, 102]) await actAs(cloud, ACME).offer({ connection: ACME_1, vlan, subnet: '10.0' });
  cloud.addFault(FAILED);
  expect(Object.values(outcomesById(await runner.run())).sort()).toEqual([
    `failed acme.default ${PROD}`,
    'held peers-overlap',
  ]);
});

describe('a confirm with unknown outcome takes its slot of a limit at once:', () => {
  const owners = `owners: { acme: { connections: [${ACME_1}], gateway: ${PROD}`;
  it.each([
    ['of the owner', `${owners}, limit: 1 } }`, 'held owner-limit'],
    ['of the run', `limits: { acceptsPerRun: 1 }\n${owners} } }`, 'held run-limit'],
  ])('%s', async (_, policy, held) => {
    const { runner, cloud } = await stage([101, 102], compileTestPolicy(policy));
    cloud.addFault(FAILED);
    const report = await runner.run();
    expect(Object.values(outcomesById(report)).sort()).toEqual([`failed acme.default ${PROD}`, held]);
  });
});

it('a budget shrinks as time passes, and the smallest of several counts', () => {
  let now = 5000;
  const clock = { now: () => new Date(0), monotonic: () => now };
  const left = budgetFromNow(clock, 1000);
  now += 400;
  expect([left(), smallestBudget(left, () => 700)(), smallestBudget(left, () => 500)()]).toEqual([
    600, 600, 500,
  ]);
});
