import { describe, expect, it } from 'vitest';
import { ACME, actAs, RECIPIENT_ACCOUNT, UNKNOWN_REQUESTER } from '../support/accounts.ts';
import {
  ACME_1,
  ACME_2,
  compileTestPolicy,
  createRunner,
  DC_GATEWAY,
  LAB,
  OWN_CONNECTION,
  outcomesById,
  PROD,
  SIMPLE_POLICY,
  startTestCloud,
  UNKNOWN_CONNECTION,
} from '../support/cloud.ts';

describe('a run', () => {
  it('accepts exactly what the policy allows, with its gateway, and leaves the rest confirming', async () => {
    const cloud = await startTestCloud();
    const [acme, unknown, us] = [
      actAs(cloud, ACME),
      actAs(cloud, UNKNOWN_REQUESTER),
      actAs(cloud, RECIPIENT_ACCOUNT),
    ];
    const policy = compileTestPolicy(`
owners:
  acme:
    connections: [${ACME_1}, ${ACME_2}]
    grants:
      prod: { gateway: ${PROD}, match: { connection: [${ACME_1}], vlan: [100-199] } }
      lab: { gateway: ${LAB}, match: { connection: [${ACME_2}], vlan: [300], asn: [65010] } }`);
    const prod = await acme.offer({ connection: ACME_1, vlan: 101 });
    const lab = await acme.offer({ connection: ACME_2, vlan: 300 });
    const mismatch = await acme.offer({ connection: ACME_1, vlan: 300 });
    const copied = await unknown.offer({ connection: UNKNOWN_CONNECTION, vlan: 101, name: 'vlan-101' });

    const report = await createRunner(cloud, policy).run();

    expect(outcomesById(report)).toEqual({
      [prod]: `accepted acme.prod ${PROD}`,
      [lab]: `accepted acme.lab ${LAB}`,
      [mismatch]: 'held no-grant',
      [copied]: 'held unknown-requester',
    });
    expect(report).toMatchObject({
      status: 'completed',
      counts: { pending: 4, accepted: 2, held: 2, gone: 0, failed: 0, notAttempted: 0 },
    });
    expect(await us.see(prod)).toBe(`pending ${PROD}`);
    expect(await us.see(lab)).toBe(`pending ${LAB}`);
    expect(await us.see(mismatch)).toBe('confirming');
    expect(await us.see(copied)).toBe('confirming');
  });

  it('accepts on aws too, on a virtual and on a Direct Connect gateway', async () => {
    const cloud = await startTestCloud({ dialect: 'aws' });
    const acme = actAs(cloud, ACME);
    const owners = `
owners:
  acme:
    connections: [${ACME_1}, ${ACME_2}]
    grants:
      hub: { gateway: ${DC_GATEWAY}, match: { connection: [${ACME_1}] } }
      lab: { gateway: ${LAB}, match: { connection: [${ACME_2}], mtu: [1500] } }`;
    const hub = await acme.offer({ connection: ACME_1, vlan: 101 });
    const lab = await acme.offer({ connection: ACME_2, vlan: 300 });

    const report = await createRunner(cloud, compileTestPolicy(owners, 'aws')).run();

    expect(outcomesById(report)).toEqual({
      [hub]: `accepted acme.hub ${DC_GATEWAY}`,
      [lab]: `accepted acme.lab ${LAB}`,
    });
    expect(await actAs(cloud, RECIPIENT_ACCOUNT).see(hub)).toBe(`pending ${DC_GATEWAY}`);
    expect(report.requests.map(({ deadline }) => deadline)).toEqual([
      { earliest: null, latest: null },
      { earliest: null, latest: null },
    ]);
  });

  it('reports interfaces of other types than the grant’s, and never accepts them', async () => {
    const cloud = await startTestCloud({ dialect: 'aws' });
    const acme = actAs(cloud, ACME);
    const policy = compileTestPolicy(
      `owners: { acme: { connections: [${ACME_1}], gateway: ${PROD} } }`,
      'aws',
    );
    const open = await acme.offer({ connection: ACME_1, vlan: 101, type: 'public' });
    const transit = await acme.offer({ connection: ACME_1, vlan: 102, type: 'transit' });

    const report = await createRunner(cloud, policy).run();

    expect(outcomesById(report)).toEqual({
      [open]: 'held type-not-supported',
      [transit]: 'held no-grant',
    });
    const commands = Object.fromEntries(
      report.requests.map(({ id, manualOverrideCommand }) => [id, manualOverrideCommand]),
    );
    expect(commands).toEqual({
      [open]: null,
      [transit]: expect.objectContaining({ gatewayPlaceholder: 'DXGW_ID' }),
    });
    expect(await actAs(cloud, RECIPIENT_ACCOUNT).see(transit)).toBe('confirming');
  });

  it.each(['outscale', 'aws'] as const)('ignores what we offered to others, on %s', async (dialect) => {
    const cloud = await startTestCloud({ dialect });
    const outbound = await actAs(cloud, RECIPIENT_ACCOUNT).offer({
      connection: OWN_CONNECTION,
      vlan: 101,
      to: UNKNOWN_REQUESTER,
    });
    const policy = compileTestPolicy(
      `owners: { acme: { connections: [${ACME_1}], gateway: ${PROD} } }`,
      dialect,
    );

    const report = await createRunner(cloud, policy).run();

    expect(report.requests).toEqual([]);
    expect(report.ignored).toMatchObject([{ id: outbound, code: 'outbound', connection: OWN_CONNECTION }]);
  });

  it('finds the owner also where OUTSCALE reveals the requester before acceptance', async () => {
    const cloud = await startTestCloud({ ownerAccountWhileConfirming: 'requester' });
    const id = await actAs(cloud, ACME).offer({ connection: ACME_1, vlan: 101 });
    const unknown = await actAs(cloud, UNKNOWN_REQUESTER).offer({
      connection: UNKNOWN_CONNECTION,
      vlan: 101,
    });
    const named = compileTestPolicy(
      `owners: { acme: { account: "${ACME}", connections: [${ACME_1}], gateway: ${PROD} } }`,
    );
    const other = compileTestPolicy(
      `owners: { acme: { account: "${RECIPIENT_ACCOUNT}", connections: [${ACME_1}], gateway: ${PROD} } }`,
    );

    const nameless = await createRunner(cloud, SIMPLE_POLICY).run();
    expect(outcomesById(nameless)).toEqual({
      [id]: 'held owner-mismatch',
      [unknown]: 'held unknown-requester',
    });
    expect(JSON.stringify(nameless)).toContain(`add \`account: \\"${ACME}\\"\` under \`owners.acme\``);
    expect(outcomesById(await createRunner(cloud, other).run())[id]).toBe('held owner-mismatch');
    expect(outcomesById(await createRunner(cloud, named).run())[id]).toBe(`accepted acme.default ${PROD}`);
  });

  it('in a plan, confirms nothing, writes nothing and takes no lease', async () => {
    const cloud = await startTestCloud();
    const id = await actAs(cloud, ACME).offer({ connection: ACME_1, vlan: 101 });
    const runner = createRunner(cloud, SIMPLE_POLICY);

    const plan = await runner.run({ dryRun: true });

    expect(outcomesById(plan)).toEqual({ [id]: `wouldAccept acme.default ${PROD}` });
    expect(plan.counts).toMatchObject({ pending: 1, wouldAccept: 1, accepted: 0 });
    expect(await actAs(cloud, RECIPIENT_ACCOUNT).see(id)).toBe('confirming');
    expect((await runner.ledger.readState('outscale/eu-west-2/012345678901')).observations).toEqual({});
  });
});
