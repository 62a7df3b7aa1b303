import { describe, expect, it } from 'vitest';
import { ACME, actAs, RECIPIENT_ACCOUNT, UNKNOWN_REQUESTER } from '../support/accounts.ts';
import {
  ACME_1,
  compileTestPolicy,
  createRunner,
  DETACHED,
  LAB,
  outcomesById,
  PROD,
  SIMPLE_POLICY,
  startTestCloud,
} from '../support/cloud.ts';
import { failingOn, whileWriting } from '../support/observedLedgers.ts';

const RECIPIENT = 'outscale/eu-west-2/012345678901';

describe('credentials', () => {
  it.each([
    ['of another account', { account: UNKNOWN_REQUESTER }],
    ['of another region', { region: 'us-east-2' }],
  ])('%s fail the run before it concludes anything', async (_, options) => {
    const cloud = await startTestCloud();
    await actAs(cloud, ACME).offer({ connection: ACME_1, vlan: 101 });
    const report = await createRunner(cloud, SIMPLE_POLICY, options).run();
    expect(report).toMatchObject({
      status: 'failed',
      counts: null,
      ...{ requests: [], ignored: [], ended: [], followUps: [], ungranted: [] },
      failures: [{ code: 'wrong-account-or-region' }],
    });
  });

  it('of another account are named in the message on aws', async () => {
    const cloud = await startTestCloud({ dialect: 'aws' });
    const policy = compileTestPolicy(
      `owners: { acme: { connections: [${ACME_1}], gateway: ${PROD} } }`,
      'aws',
    );
    const report = await createRunner(cloud, policy, { account: UNKNOWN_REQUESTER }).run();
    expect(report.failures).toMatchObject([{ code: 'wrong-account-or-region' }]);
    expect(report.failures[0]?.message).toContain(UNKNOWN_REQUESTER);
  });

  it('are verified once, and each missing gateway is reported', async () => {
    const cloud = await startTestCloud();
    const policy = compileTestPolicy(`
owners:
  acme: { connections: [${ACME_1}], gateway: ${PROD} }
  globex: { connections: [dxcon-33333333], gateway: vgw-0000dead }`);
    const runner = createRunner(cloud, policy);
    const [first, second] = [await runner.run(), await runner.run()];
    expect(first.warnings).toMatchObject([{ code: 'gateway-missing' }]);
    expect(first.warnings[0]?.message).toContain('vgw-0000dead');
    expect(second.warnings).toEqual([]);
  });
});

describe('the preflight checks', () => {
  it('hold a request for a gateway that is attached to nothing', async () => {
    const cloud = await startTestCloud();
    const id = await actAs(cloud, ACME).offer({ connection: ACME_1, vlan: 101 });
    const policy = compileTestPolicy(`owners: { acme: { connections: [${ACME_1}], gateway: ${DETACHED} } }`);
    expect(outcomesById(await createRunner(cloud, policy).run())).toEqual({
      [id]: 'held gateway-not-attached',
    });
  });

  it('hold a request for a gateway that is being deleted, and accept it when the gateway is available again', async () => {
    const cloud = await startTestCloud();
    const id = await actAs(cloud, ACME).offer({ connection: ACME_1, vlan: 101 });
    const runner = createRunner(cloud, SIMPLE_POLICY);
    cloud.forceState(PROD, 'deleting');
    expect(outcomesById(await runner.run())).toEqual({ [id]: 'held gateway-not-available' });
    cloud.forceState(PROD, 'available');
    expect(outcomesById(await runner.run())).toEqual({ [id]: `accepted acme.default ${PROD}` });
  });

  it('hold the second of two requests whose addresses overlap on one gateway', async () => {
    const cloud = await startTestCloud();
    const acme = actAs(cloud, ACME);
    for (const vlan of [101, 102]) await acme.offer({ connection: ACME_1, vlan, subnet: '10.0' });
    expect(Object.values(outcomesById(await createRunner(cloud, SIMPLE_POLICY).run())).sort()).toEqual([
      `accepted acme.default ${PROD}`,
      'held peers-overlap',
    ]);
  });
});

describe('the limits', () => {
  it('count what was accepted in the same run, in earlier runs and manually', async () => {
    const cloud = await startTestCloud();
    const acme = actAs(cloud, ACME);
    const acceptedManually = await acme.offer({ connection: ACME_1, vlan: 101 });
    await actAs(cloud, RECIPIENT_ACCOUNT).confirm(acceptedManually, LAB);
    for (const vlan of [102, 103, 104]) await acme.offer({ connection: ACME_1, vlan });
    const policy = compileTestPolicy(
      `owners: { acme: { connections: [${ACME_1}], gateway: ${PROD}, limit: 3 } }`,
    );
    const runner = createRunner(cloud, policy);
    for (const accepted of [2, 0]) {
      const { counts, requests } = await runner.run();
      expect(counts).toMatchObject({ accepted, held: 1 });
      expect(JSON.stringify(requests)).toContain('owner-limit');
    }
  });
});

describe('a run', () => {
  it('begins no confirm when less than twice the request time-out is left', async () => {
    const cloud = await startTestCloud();
    const id = await actAs(cloud, ACME).offer({ connection: ACME_1, vlan: 101 });
    const runner = createRunner(cloud, SIMPLE_POLICY, { requestTimeoutMs: 1000 });
    const report = await runner.run({ remaining: () => 1999 });
    expect(outcomesById(report)).toEqual({ [id]: `notAttempted acme.default ${PROD}` });
    expect(report.counts).toMatchObject({ notAttempted: 1 });
    expect(cloud.calls().map(({ operation }) => operation)).not.toContain('ConfirmPrivateVirtualInterface');
  });

  it('begins no confirm when the intent took too long to write, and the next run accepts the request', async () => {
    const cloud = await startTestCloud();
    const id = await actAs(cloud, ACME).offer({ connection: ACME_1, vlan: 101 });
    const runner = createRunner(cloud, SIMPLE_POLICY, { requestTimeoutMs: 1000 });
    let left = 60_000;
    const slow = whileWriting(
      'intended',
      () => {
        left = 1999;
      },
      runner.ledger,
    );
    const report = await runner.run({ remaining: () => left }, slow);
    expect(outcomesById(report)).toEqual({ [id]: `notAttempted acme.default ${PROD}` });
    expect(await actAs(cloud, RECIPIENT_ACCOUNT).see(id)).toBe('confirming');
    expect(outcomesById(await runner.run())).toEqual({ [id]: `accepted acme.default ${PROD}` });
  });

  it('ends without doing anything while another run has the lease', async () => {
    const cloud = await startTestCloud();
    const id = await actAs(cloud, ACME).offer({ connection: ACME_1, vlan: 101 });
    const runner = createRunner(cloud, SIMPLE_POLICY);
    const other = await runner.ledger.open(RECIPIENT, 60_000);
    expect(await runner.run()).toMatchObject({
      status: 'leaseHeld',
      counts: null,
      requests: [],
      failures: [],
    });
    await other?.close([]);
    expect(outcomesById(await runner.run())).toEqual({ [id]: `accepted acme.default ${PROD}` });
  });

  it('confirms nothing without an intent in the ledger, and reports the acceptance when only its record fails', async () => {
    const cloud = await startTestCloud();
    const id = await actAs(cloud, ACME).offer({ connection: ACME_1, vlan: 101 });
    const runner = createRunner(cloud, SIMPLE_POLICY);

    const noIntent = await runner.run({}, failingOn('intended', runner.ledger));
    expect(noIntent).toMatchObject({ status: 'failed', failures: [{ code: 'ledger' }] });
    expect(outcomesById(noIntent)).toEqual({ [id]: `notAttempted acme.default ${PROD}` });
    expect(await actAs(cloud, RECIPIENT_ACCOUNT).see(id)).toBe('confirming');

    const noRecord = await runner.run({}, failingOn('accepted', runner.ledger));
    expect(noRecord.status).toBe('failed');
    // The ledger refuses every later write with the same error, which is reported once.
    expect(noRecord.failures).toEqual([
      { code: 'ledger', message: `${id} was accepted and could not be recorded: accepted refused` },
    ]);
    expect(outcomesById(noRecord)).toEqual({ [id]: `accepted acme.default ${PROD}` });
    expect(await runner.run()).toMatchObject({ status: 'completed', ended: [{ id, as: 'accepted' }] });
  });
});
