import { expect, it } from 'vitest';
import { requestTable } from '../../cli/output/requestText.ts';
import { paintFor } from '../../cli/output/terminal.ts';
import { ACME, actAs } from '../support/accounts.ts';
import { ACME_1, ACME_2, PROD, policyOf, runnerOf, SIMPLE, startCloud } from '../support/cloud.ts';
import { aRequest } from '../support/eventFixtures.ts';

it('tells the age of what never expires', async () => {
  const cloud = await startCloud({ dialect: 'aws' });
  const policy = policyOf(`owners: { acme: { connections: [${ACME_1}], gateway: ${PROD} } }`, 'aws');
  const runner = runnerOf(cloud, policy);
  await runner.pass();
  await actAs(cloud, ACME).offer({ connection: ACME_2, vlan: 101 });
  await runner.pass();
  cloud.clock.advance('P3DT2H');
  const table = requestTable(await runner.pass(), paintFor(process.stdout));
  expect(table).toContain('never, seen 3 d 2 h ago');
});

it('tells how long is left of what does', async () => {
  const cloud = await startCloud();
  const report = await runnerOf(cloud, SIMPLE).pass();
  const finishedAt = '2026-11-14T09:00:00.000Z';
  const table = requestTable({ ...report, requests: [aRequest()], finishedAt }, paintFor(process.stdout));
  expect(table).toContain('in 3 d');
});
