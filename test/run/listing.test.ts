import { describe, expect, it } from 'vitest';
import type { FaultInput } from '../../emulator/emulator.ts';
import { ACME, actAs, RECIPIENT_ACCOUNT } from '../support/accounts.ts';
import {
  ACME_1,
  ACME_2,
  compileTestPolicy,
  createRunner,
  OWN_CONNECTION,
  outcomesById,
  PROD,
  SIMPLE_POLICY,
  startTestCloud,
} from '../support/cloud.ts';

const LIST = 'DescribeVirtualInterfaces';

describe('a listing', () => {
  it.each<[FaultInput, string]>([
    [{ kind: 'emptyBody', operation: LIST }, 'listing-incomplete'],
    [{ kind: 'emptyObject', operation: LIST }, 'listing-incomplete'],
    [{ kind: 'html', operation: LIST, times: 3 }, 'api'],
    [{ kind: 'html', operation: LIST, status: 502, times: 3 }, 'api'],
    [{ kind: 'truncatedBody', operation: LIST }, 'api'],
    [{ kind: 'serverError', operation: LIST, times: 3 }, 'api'],
    [{ kind: 'hang', operation: LIST, times: 3 }, 'api'],
    [{ kind: 'accessDenied', operation: LIST }, 'credentials'],
  ])('that fails never counts as "nothing pending" (%j)', async (fault, code) => {
    const cloud = await startTestCloud();
    const id = await actAs(cloud, ACME).offer({ connection: ACME_1, vlan: 101 });
    const runner = createRunner(cloud, SIMPLE_POLICY, { requestTimeoutMs: 200 });
    cloud.addFault(fault);

    const report = await runner.run();

    expect(report).toMatchObject({ status: 'failed', counts: null, requests: [], failures: [{ code }] });
    cloud.clearFaults();
    expect(await actAs(cloud, RECIPIENT_ACCOUNT).see(id)).toBe('confirming');
    expect(outcomesById(await runner.run())).toEqual({ [id]: `accepted acme.default ${PROD}` });
  });

  it.each<FaultInput>([
    { kind: 'throttle', operation: LIST, times: 2 },
    { kind: 'serverError', operation: LIST, times: 2 },
    { kind: 'reset', operation: LIST, times: 2 },
  ])('is retried within the run where that is safe ($kind)', async (fault) => {
    const cloud = await startTestCloud();
    const id = await actAs(cloud, ACME).offer({ connection: ACME_1, vlan: 101 });
    cloud.addFault(fault);
    expect(outcomesById(await createRunner(cloud, SIMPLE_POLICY).run())).toEqual({
      [id]: `accepted acme.default ${PROD}`,
    });
  });

  it('that lacks an interface which the ledger has as live is made once more', async () => {
    const cloud = await startTestCloud();
    const acme = actAs(cloud, ACME);
    await acme.offer({ connection: ACME_2, vlan: 101 });
    await acme.offer({ connection: ACME_2, vlan: 102 });
    const runner = createRunner(cloud, SIMPLE_POLICY);
    expect((await runner.run()).counts).toMatchObject({ pending: 2, held: 2 });
    cloud.addFault({ kind: 'truncatedPage', operation: LIST });
    expect(await runner.run()).toMatchObject({ status: 'completed', counts: { pending: 2 }, ended: [] });
  });

  it('of several pages is read to its end, and fails when a token is repeated', async () => {
    const cloud = await startTestCloud({ dialect: 'aws' });
    const acme = actAs(cloud, ACME);
    const ids: string[] = [];
    for (let vlan = 1; vlan <= 120; vlan += 1) ids.push(await acme.offer({ connection: ACME_1, vlan }));
    const policy = compileTestPolicy(
      `limits: { acceptsPerRun: 2 }\nowners: { acme: { connections: [${ACME_1}], gateway: ${PROD} } }`,
      'aws',
    );
    const runner = createRunner(cloud, policy);

    const report = await runner.run();
    expect(report.requests.map(({ id }) => id)).toEqual(ids.toSorted());
    expect(report.counts).toMatchObject({ pending: 120, accepted: 2, held: 118 });
    expect(cloud.calls().filter(({ input }) => JSON.stringify(input).includes('nextToken'))).toHaveLength(1);

    cloud.addFault({ kind: 'repeatedToken', operation: LIST, times: 2 });
    expect(await runner.run()).toMatchObject({
      status: 'failed',
      failures: [{ code: 'listing-incomplete' }],
    });
  });

  it('with one malformed item affects that item only', async () => {
    const cloud = await startTestCloud();
    const acme = actAs(cloud, ACME);
    const ids = [
      await acme.offer({ connection: ACME_1, vlan: 101 }),
      await acme.offer({ connection: ACME_1, vlan: 102 }),
    ];
    cloud.addFault({ kind: 'garbageItem', operation: LIST });

    const report = await createRunner(cloud, SIMPLE_POLICY).run();

    const outcome = Object.values(outcomesById(report)).sort();
    expect(outcome).toHaveLength(2);
    expect(outcome.filter((text) => text.includes('unreadable'))).toHaveLength(1);
    expect(report.status).toBe('completed');
    const states = await Promise.all(ids.map((id) => actAs(cloud, RECIPIENT_ACCOUNT).see(id)));
    expect(states).toContain('confirming');
  });

  it('leads to held requests while our own connections are unknown and a request may be outbound, and the report says so', async () => {
    const cloud = await startTestCloud();
    const outbound = await actAs(cloud, RECIPIENT_ACCOUNT).offer({
      connection: OWN_CONNECTION,
      vlan: 101,
      to: ACME,
    });
    const id = await actAs(cloud, ACME).offer({ connection: ACME_1, vlan: 101 });
    cloud.addFault({ kind: 'accessDenied', operation: 'DescribeConnections' });

    const report = await createRunner(cloud, SIMPLE_POLICY).run();

    expect(outcomesById(report)).toEqual({
      [outbound]: 'held unknown-requester',
      [id]: `accepted acme.default ${PROD}`,
    });
    expect(report.warnings).toMatchObject([{ code: 'own-connections-unknown' }]);
  });
});
