import { describe, expect, it } from 'vitest';
import type { FaultInput } from '../../emulator/emulator.ts';
import { CredentialsUnusable } from '../../run/portErrors.ts';
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

const CONFIRM = 'ConfirmPrivateVirtualInterface';

describe('after a confirm with unknown outcome, a run', () => {
  it.each<FaultInput>([
    { kind: 'failAfterCommit', operation: CONFIRM },
    { kind: 'failAfterCommit', operation: CONFIRM, status: 500 },
    { kind: 'timeoutAfterCommit', operation: CONFIRM },
  ])('counts an interface that was accepted as accepted ($kind)', async (fault) => {
    const cloud = await startTestCloud();
    const id = await actAs(cloud, ACME).offer({ connection: ACME_1, vlan: 101 });
    cloud.addFault(fault);

    const report = await createRunner(cloud, SIMPLE_POLICY, { requestTimeoutMs: 300 }).run();

    expect(outcomesById(report)).toEqual({ [id]: `accepted acme.default ${PROD}` });
    expect(report.status).toBe('completed');
    expect(cloud.calls().filter(({ operation }) => operation === CONFIRM)).toHaveLength(1);
  });

  it.each<FaultInput>([
    { kind: 'throttle', operation: CONFIRM },
    { kind: 'serverError', operation: CONFIRM },
    { kind: 'serverError', operation: CONFIRM, status: 400 },
    { kind: 'outscaleError', operation: CONFIRM },
    { kind: 'accessDenied', operation: CONFIRM },
    { kind: 'reset', operation: CONFIRM },
    { kind: 'hang', operation: CONFIRM },
    { kind: 'html', operation: CONFIRM },
    { kind: 'emptyBody', operation: CONFIRM },
    { kind: 'emptyObject', operation: CONFIRM },
  ])(
    'fails if the interface was not accepted, and only the next run tries again ($kind $status)',
    async (fault) => {
      const cloud = await startTestCloud();
      const id = await actAs(cloud, ACME).offer({ connection: ACME_1, vlan: 101 });
      const runner = createRunner(cloud, SIMPLE_POLICY, { requestTimeoutMs: 300 });
      cloud.addFault(fault);

      const failed = await runner.run();

      expect(outcomesById(failed)).toEqual({ [id]: `failed acme.default ${PROD}` });
      expect(failed).toMatchObject({ status: 'failed', failures: [{ code: 'confirm-failed' }] });
      expect(failed.failures[0]?.message).toContain(id);
      expect(cloud.calls().filter(({ operation }) => operation === CONFIRM)).toHaveLength(1);
      expect(outcomesById(await runner.run())).toEqual({ [id]: `accepted acme.default ${PROD}` });
    },
  );

  it('that could not describe the interface leaves it to the next run to find out', async () => {
    const cloud = await startTestCloud();
    const id = await actAs(cloud, ACME).offer({ connection: ACME_1, vlan: 101 });
    const runner = createRunner(cloud, SIMPLE_POLICY, { requestTimeoutMs: 300 });
    cloud.addFault({ kind: 'failAfterCommit', operation: CONFIRM });
    // The listing and the description before the confirm succeed; the one after it, with its retries, fails.
    cloud.addFault({ kind: 'accessDenied', operation: 'DescribeVirtualInterfaces', after: 2 });

    const unknown = await runner.run();
    expect(outcomesById(unknown)).toEqual({ [id]: `failed acme.default ${PROD}` });
    expect(unknown.failures[0]?.message).toContain('may have been accepted');

    const known = await runner.run();
    expect(known).toMatchObject({ status: 'completed', requests: [], ended: [{ id, as: 'accepted' }] });
    expect((await runner.ledger.readState('outscale/eu-west-2/012345678901')).acceptances).toHaveProperty(id);
  });

  it('counts its slot of a limit as taken until two later listings still show it confirming', async () => {
    const cloud = await startTestCloud();
    const acme = actAs(cloud, ACME);
    const first = await acme.offer({ connection: ACME_1, vlan: 101 });
    const owners = `owners: { acme: { connections: [${ACME_1}], gateway: ${PROD}, limit: 1 } }`;
    const runner = createRunner(cloud, compileTestPolicy(owners), { requestTimeoutMs: 300 });
    cloud.addFault({ kind: 'serverError', operation: CONFIRM });
    expect(outcomesById(await runner.run())).toEqual({ [first]: `failed acme.default ${PROD}` });

    // From here on the first request is held, so only its open confirm can take the slot.
    const second = await acme.offer({ connection: ACME_1, vlan: 102 });
    const loaded = compileTestPolicy(`${owners}\nhold: [{ vlan: [101] }]`);
    expect(outcomesById(await runner.run({ loaded }))[second]).toBe('held owner-limit');
    expect(outcomesById(await runner.run({ loaded }))).toEqual({
      [first]: 'held held-by-policy',
      [second]: `accepted acme.default ${PROD}`,
    });
  });

  it('reports a problem if another party assigned it another gateway meanwhile', async () => {
    const cloud = await startTestCloud();
    const id = await actAs(cloud, ACME).offer({ connection: ACME_1, vlan: 101 });
    const runner = createRunner(cloud, SIMPLE_POLICY, { requestTimeoutMs: 300 });
    cloud.addFault({ kind: 'serverError', operation: CONFIRM });
    await runner.run();
    await actAs(cloud, RECIPIENT_ACCOUNT).confirm(id, LAB);

    const report = await runner.run();

    expect(report).toMatchObject({ status: 'failed', ended: [{ id, as: 'acceptedByOthers' }] });
    expect(report.failures).toMatchObject([{ code: 'other-gateway' }]);
    expect(report.failures[0]?.message).toContain(LAB);
  });

  it('reports a problem at once if another party accepted it a moment earlier, and writes no receipt', async () => {
    const cloud = await startTestCloud();
    const id = await actAs(cloud, ACME).offer({ connection: ACME_1, vlan: 101 });
    const runner = createRunner(cloud, SIMPLE_POLICY);
    const { directConnect } = runner.ports;
    const confirm: typeof directConnect.confirm = async (...confirmed) => {
      await actAs(cloud, RECIPIENT_ACCOUNT).confirm(id, LAB);
      return directConnect.confirm(...confirmed);
    };
    const report = await runner.run({
      ports: { ...runner.ports, directConnect: { ...directConnect, confirm } },
    });
    expect(outcomesById(report)).toEqual({ [id]: `failed acme.default ${PROD}` });
    expect(report.failures).toMatchObject([{ code: 'other-gateway' }]);
    const { receipts } = await runner.ledger.readRecords('outscale/eu-west-2/012345678901', new Date(0));
    expect(receipts).toEqual([]);
  });

  it('keeps its state if the credentials fail between the confirm and the description after it', async () => {
    const cloud = await startTestCloud();
    const id = await actAs(cloud, ACME).offer({ connection: ACME_1, vlan: 101 });
    cloud.addFault({ kind: 'failAfterCommit', operation: CONFIRM });
    const confirmed = () => cloud.calls().some(({ operation }) => operation === CONFIRM);
    const credentials = async () => {
      if (confirmed()) throw new CredentialsUnusable('the key is gone');
      // Expired at once, so that every call asks for it again.
      return {
        accessKeyId: RECIPIENT_ACCOUNT,
        secretAccessKey: 'secret',
        expiration: new Date(Date.now() + 1000),
      };
    };

    const report = await createRunner(cloud, SIMPLE_POLICY, { credentials }).run();

    expect(outcomesById(report)).toEqual({ [id]: `failed acme.default ${PROD}` });
    expect(report.failures[0]?.message).toMatch(/may have been accepted: .*; then the key is gone/);
  });
});
