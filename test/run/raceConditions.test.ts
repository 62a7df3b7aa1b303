import { describe, expect, it } from 'vitest';
import { LedgerFailure } from '../../run/portErrors.ts';
import type { Ledger } from '../../run/ports.ts';
import { ACME, actAs, RECIPIENT_ACCOUNT, UNKNOWN_REQUESTER } from '../support/accounts.ts';
import {
  ACME_1,
  ACME_2,
  compileTestPolicy,
  createRunner,
  DETACHED,
  LAB,
  outcomesById,
  PROD,
  SIMPLE_POLICY,
  startTestCloud,
  UNKNOWN_CONNECTION,
} from '../support/cloud.ts';

const RECIPIENT = 'outscale/eu-west-2/012345678901';

describe('a change between two calls of a run', () => {
  it('counts: a manual acceptance after the listing takes its slot of a limit', async () => {
    const cloud = await startTestCloud();
    const acme = actAs(cloud, ACME);
    await acme.offer({ connection: ACME_1, vlan: 101 });
    await acme.offer({ connection: ACME_1, vlan: 102 });
    const runner = createRunner(
      cloud,
      compileTestPolicy(`owners: { acme: { connections: [${ACME_1}], gateway: ${PROD}, limit: 1 } }`),
    );
    const { ports } = runner;
    let taken = '';
    const describe = async (id: string) => {
      if (taken === '') await actAs(cloud, RECIPIENT_ACCOUNT).confirm(id, LAB);
      taken ||= id;
      return ports.directConnect.describe(id);
    };

    const report = await runner.run({
      ports: { ...ports, directConnect: { ...ports.directConnect, describe } },
    });

    const { [taken]: first, ...others } = outcomesById(report);
    expect(first).toBe(`gone acme.default ${PROD}`);
    expect(Object.values(others)).toEqual(['held owner-limit']);
  });

  it('counts: a grant that ends while the gateways are listed no longer applies', async () => {
    const cloud = await startTestCloud();
    const id = await actAs(cloud, ACME).offer({ connection: ACME_1, vlan: 101 });
    const grant = `{ gateway: ${PROD}, match: { vlan: [101] }, until: "2026-11-02T08:00:30Z" }`;
    const runner = createRunner(
      cloud,
      compileTestPolicy(`owners: { acme: { connections: [${ACME_1}], grants: { soon: ${grant} } } }`),
    );
    const { ports } = runner;
    let listings = 0;
    const list: typeof ports.gateways.list = (kinds) => {
      listings += 1;
      // The first listing is that of the verification of the credentials.
      if (listings === 2) cloud.clock.advance('PT1M');
      return ports.gateways.list(kinds);
    };
    expect(
      outcomesById(await runner.run({ ports: { ...ports, gateways: { ...ports.gateways, list } } })),
    ).toEqual({
      [id]: 'held grant-ended',
    });
    expect(await actAs(cloud, RECIPIENT_ACCOUNT).see(id)).toBe('confirming');
  });
});

describe('work without prospect', () => {
  it('is not done: once the run limit is reached, no further request is described', async () => {
    const cloud = await startTestCloud();
    for (const vlan of [101, 102, 103, 104, 105])
      await actAs(cloud, ACME).offer({ connection: ACME_1, vlan });
    const owners = `owners: { acme: { connections: [${ACME_1}], gateway: ${PROD} } }`;
    const report = await createRunner(
      cloud,
      compileTestPolicy(`limits: { acceptsPerRun: 2 }\n${owners}`),
    ).run();
    expect(report.counts).toMatchObject({ accepted: 2, held: 3, failed: 0 });
    expect(described(cloud)).toHaveLength(2);
  });

  it('goes last: requests that the preflight checks held in the run before come after those that they did not hold', async () => {
    const cloud = await startTestCloud();
    const acme = actAs(cloud, ACME);
    const grants = `{ a: { gateway: ${DETACHED}, match: { vlan: [101] } }, b: { gateway: ${PROD}, match: { vlan: [102] } } }`;
    const runner = createRunner(
      cloud,
      compileTestPolicy(`owners: { acme: { connections: [${ACME_1}], grants: ${grants} } }`),
    );
    // From then on the expiry of new requests is known, and is not near.
    await runner.run();
    const detached = await acme.offer({ connection: ACME_1, vlan: 101 });
    expect(outcomesById(await runner.run())).toEqual({ [detached]: 'held gateway-not-attached' });
    const good = await acme.offer({ connection: ACME_1, vlan: 102 });
    cloud.clearCalls();
    expect(outcomesById(await runner.run())[good]).toBe(`accepted acme.b ${PROD}`);
    expect(described(cloud)).toEqual([good, detached]);
  });
});

it('a request that the policy held comes after no other once the policy allows it: the soonest deadline goes first', async () => {
  const cloud = await startTestCloud();
  const acme = actAs(cloud, ACME);
  const old = await acme.offer({ connection: ACME_1, vlan: 101 });
  const runner = createRunner(cloud, SIMPLE_POLICY);
  const frozen = compileTestPolicy(
    `freeze: true\nowners: { acme: { connections: [${ACME_1}], gateway: ${PROD} } }`,
  );
  expect(outcomesById(await runner.run({ loaded: frozen }))).toEqual({ [old]: 'held frozen' });
  cloud.clock.advance('P6D');
  for (const vlan of [102, 103]) await acme.offer({ connection: ACME_1, vlan });
  cloud.clearCalls();
  await runner.run();
  expect(described(cloud)[0]).toBe(old);
});

describe('the state of the ledger', () => {
  it('is not removed with credentials of another account, which find nothing of it', async () => {
    const cloud = await startTestCloud();
    await actAs(cloud, UNKNOWN_REQUESTER).offer({ connection: UNKNOWN_CONNECTION, vlan: 101 });
    let accessKeyId = RECIPIENT_ACCOUNT;
    const credentials = async () => ({
      accessKeyId,
      secretAccessKey: 'secret',
      expiration: new Date(Date.now() + 1000),
    });
    const runner = createRunner(cloud, SIMPLE_POLICY, { credentials });
    await runner.run();
    const before = (await runner.ledger.readState(RECIPIENT)).observations;
    accessKeyId = UNKNOWN_REQUESTER.replace('9', '8');

    const report = await runner.run();

    expect(report).toMatchObject({ status: 'failed', counts: null, ended: [] });
    expect(report.failures).toMatchObject([{ code: 'wrong-account-or-region' }]);
    expect((await runner.ledger.readState(RECIPIENT)).observations).toEqual(before);
  });

  it('is published before it is removed: the event of an end is sent also by the run that cannot write it', async () => {
    const cloud = await startTestCloud();
    const runner = createRunner(cloud, SIMPLE_POLICY);
    const id = await actAs(cloud, UNKNOWN_REQUESTER).offer({ connection: UNKNOWN_CONNECTION, vlan: 101 });
    const allowed = await actAs(cloud, ACME).offer({ connection: ACME_2, vlan: 102 });
    await runner.run();
    await actAs(cloud, UNKNOWN_REQUESTER).withdraw(id);
    const broken = await runner.run({}, brokenAfterOpening(runner.ledger));
    expect(broken).toMatchObject({
      status: 'failed',
      ended: [{ id, as: 'rejected' }],
      failures: [{ code: 'ledger' }],
    });
    expect(broken.requests).toMatchObject([{ id: allowed }]);
    expect((await runner.run()).ended).toMatchObject([{ id, as: 'rejected' }]);
  });
});

it('a run that has no time for any allowed request fails, because the next ones may have none either', async () => {
  const cloud = await startTestCloud();
  await actAs(cloud, ACME).offer({ connection: ACME_1, vlan: 101 });
  const report = await createRunner(cloud, SIMPLE_POLICY).run({ remaining: () => 1 });
  expect(report).toMatchObject({ status: 'failed', failures: [{ code: 'out-of-time' }] });
});

/** IDs that were described one by one, in order. */
function described(cloud: Awaited<ReturnType<typeof startTestCloud>>): string[] {
  return cloud.calls().flatMap(({ input }) => {
    const id = /"virtualInterfaceId":"(dxvif-[^"]+)"/.exec(JSON.stringify(input))?.[1];
    return id !== undefined && !JSON.stringify(input).includes('Gateway') ? [id] : [];
  });
}

function brokenAfterOpening(ledger: Ledger): Ledger {
  return {
    ...ledger,
    open: async (key, leaseMs) => {
      const session = await ledger.open(key, leaseMs);
      const write = () => Promise.reject(new LedgerFailure('the disk is full'));
      return session && { ...session, write };
    },
  };
}
