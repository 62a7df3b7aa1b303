import { describe, expect, it } from 'vitest';
import type { RequestReport } from '../../core/runReport.ts';
import type { Emulator } from '../../emulator/emulator.ts';
import { ApiFailure } from '../../run/portErrors.ts';
import { ACME, actAs, RECIPIENT_ACCOUNT, UNKNOWN_REQUESTER } from '../support/accounts.ts';
import {
  ACME_1,
  ACME_2,
  compileTestPolicy,
  createRunner,
  DETACHED,
  outcomesById,
  PROD,
  startTestCloud,
  UNKNOWN_CONNECTION,
} from '../support/cloud.ts';

const GRANTS = `limits: { acceptsPerRun: 3 }
owners:
  acme:
    connections: [${ACME_1}, ${ACME_2}]
    grants:
      prod: { gateway: ${PROD}, match: { connection: [${ACME_1}], vlan: [100-199] }, limit: 2 }
      lab: { gateway: ${DETACHED}, match: { connection: [${ACME_2}] } }
`;
const FROZEN = compileTestPolicy(`freeze: true\n${GRANTS}`);
const LIFTED = compileTestPolicy(GRANTS);

/** Requests of every kind: three for two slots, one for a gateway that is not attached, one without a grant, one unknown. */
async function offerAll(cloud: Emulator): Promise<void> {
  const acme = actAs(cloud, ACME);
  for (const vlan of [101, 102, 103]) await acme.offer({ connection: ACME_1, vlan });
  await acme.offer({ connection: ACME_2, vlan: 201 });
  await acme.offer({ connection: ACME_1, vlan: 300 });
  await actAs(cloud, UNKNOWN_REQUESTER).offer({ connection: UNKNOWN_CONNECTION, vlan: 104 });
}

/** What a plan without the freeze decided, in the form of `withoutFreeze`. */
function asWithoutFreeze({ decision }: RequestReport): RequestReport['withoutFreeze'] {
  return decision.verdict === 'accept' ? { ...decision, checked: true } : decision;
}

describe('a plan of a frozen policy', () => {
  it('shows for each request what a plan without the freeze shows, and holds them all', async () => {
    const cloud = await startTestCloud();
    await offerAll(cloud);

    const frozen = await createRunner(cloud, FROZEN).run({ dryRun: true });
    const lifted = await createRunner(cloud, LIFTED).run({ dryRun: true });

    expect(new Set(frozen.requests.map(({ outcome }) => outcome))).toEqual(new Set(['held']));
    expect(frozen.requests.map(({ id, withoutFreeze }) => [id, withoutFreeze])).toEqual(
      lifted.requests.map((request) => [request.id, asWithoutFreeze(request)]),
    );
    expect(frozen.requests.map(({ skipped }) => skipped)).toEqual(
      lifted.requests.map(({ skipped }) => skipped),
    );
    // The requests are of every kind.
    const outcomes = Object.values(outcomesById(lifted));
    for (const outcome of ['wouldAccept', 'grant-limit', 'gateway-not-attached', 'no-grant', 'unknown'])
      expect([outcome, outcomes.some((one) => one.includes(outcome))]).toEqual([outcome, true]);
    for (const id of frozen.requests.map((request) => request.id))
      expect(await actAs(cloud, RECIPIENT_ACCOUNT).see(id)).toBe('confirming');
  });

  it('lists the reasons that would remain beside the freeze', async () => {
    const cloud = await startTestCloud();
    const id = await actAs(cloud, ACME).offer({ connection: ACME_2, vlan: 201 });
    const plan = await createRunner(cloud, FROZEN).run({ dryRun: true });
    expect(outcomesById(plan)).toEqual({ [id]: 'held frozen gateway-not-attached' });
  });

  it('says that the result is not known, and does not fail, where a call for it fails', async () => {
    const cloud = await startTestCloud();
    const id = await actAs(cloud, ACME).offer({ connection: ACME_1, vlan: 101 });
    const runner = createRunner(cloud, FROZEN);
    const describeFails = () =>
      Promise.reject(new ApiFailure('DescribeVirtualInterfaces', 'unreachable', 'no answer'));
    const directConnect = { ...runner.ports.directConnect, describe: describeFails };
    const plan = await runner.run({ dryRun: true, ports: { ...runner.ports, directConnect } });
    expect(plan).toMatchObject({
      status: 'completed',
      failures: [],
      warnings: [{ code: 'confirm-failed' }],
      requests: [{ id, outcome: 'held', message: null, withoutFreeze: { verdict: 'unknown' } }],
    });
    expect(outcomesById(plan)).toEqual({ [id]: 'held frozen' });
  });

  it('has a request that disappeared meanwhile as gone', async () => {
    const cloud = await startTestCloud();
    const id = await actAs(cloud, ACME).offer({ connection: ACME_1, vlan: 101 });
    const runner = createRunner(cloud, FROZEN);
    const directConnect = { ...runner.ports.directConnect, describe: () => Promise.resolve(null) };
    const plan = await runner.run({ dryRun: true, ports: { ...runner.ports, directConnect } });
    expect(plan.requests).toMatchObject([
      { id, outcome: 'gone', decision: { verdict: 'hold' }, withoutFreeze: null },
    ]);
  });
});

it('a run of a frozen policy evaluates each request on its own, without a call for it', async () => {
  const cloud = await startTestCloud();
  await offerAll(cloud);
  const runner = createRunner(cloud, FROZEN);
  const described: string[] = [];
  const directConnect = {
    ...runner.ports.directConnect,
    describe: (id: string) => {
      described.push(id);
      return runner.ports.directConnect.describe(id);
    },
  };
  const report = await runner.run({ ports: { ...runner.ports, directConnect } });
  expect(described).toEqual([]);
  const verdicts = report.requests.map(({ withoutFreeze }) =>
    withoutFreeze?.verdict === 'accept' ? withoutFreeze.checked : withoutFreeze?.verdict,
  );
  // Three for two slots, and one whose gateway was not checked.
  expect(verdicts.toSorted()).toEqual([false, false, false, false, 'hold', 'hold'].toSorted());
  expect(report.counts).toMatchObject({ pending: 6, held: 6, accepted: 0 });
});
