import { expect, it } from 'vitest';
import { formatRequestTable } from '../../cli/output/requestText.ts';
import { paintFor } from '../../cli/output/terminal.ts';
import { ACME, actAs } from '../support/accounts.ts';
import {
  ACME_1,
  ACME_2,
  compileTestPolicy,
  createRunner,
  PROD,
  SIMPLE_POLICY,
  startTestCloud,
} from '../support/cloud.ts';
import { aRequest } from '../support/eventFixtures.ts';

it('the table shows the age of requests that never expire', async () => {
  const cloud = await startTestCloud({ dialect: 'aws' });
  const policy = compileTestPolicy(`owners: { acme: { connections: [${ACME_1}], gateway: ${PROD} } }`, 'aws');
  const runner = createRunner(cloud, policy);
  await runner.run();
  await actAs(cloud, ACME).offer({ connection: ACME_2, vlan: 101 });
  await runner.run();
  cloud.clock.advance('P3DT2H');
  const table = formatRequestTable(await runner.run(), paintFor(process.stdout));
  expect(table).toContain('never, seen 3 d 2 h ago');
});

it('the table shows the time left of requests that expire', async () => {
  const cloud = await startTestCloud();
  const report = await createRunner(cloud, SIMPLE_POLICY).run();
  const finishedAt = '2026-11-14T09:00:00.000Z';
  const table = formatRequestTable(
    { ...report, requests: [aRequest()], finishedAt },
    paintFor(process.stdout),
  );
  expect(table).toContain('in 3 d');
});
