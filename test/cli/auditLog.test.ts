import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { ACME, actAs, RECIPIENT_ACCOUNT } from '../support/accounts.ts';
import { folderWith, runCli } from '../support/cli.ts';
import { ACME_1, PROD, startTestCloud } from '../support/cloud.ts';

it('run --audit-log names in the file of events and in status who accepted a request manually', async () => {
  const cloud = await startTestCloud({ dialect: 'aws', now: new Date() });
  const dir = folderWith({
    'policy/hub.yaml': `version: 1
recipient: { provider: aws, region: eu-west-2, account: "${RECIPIENT_ACCOUNT}" }
freeze: true
owners: { acme: { connections: [${ACME_1}], gateway: ${PROD} } }
`,
  });
  const where = ['--ledger', 'ledger.json', '--endpoint', cloud.url];
  const run = () => runCli(dir, ['run', '--audit-log', '--events', 'events.jsonl', ...where]);
  const id = await actAs(cloud, ACME).offer({ connection: ACME_1, vlan: 101 });
  expect((await run()).code).toBe(0);
  await actAs(cloud, RECIPIENT_ACCOUNT).confirm(id, PROD);
  expect((await run()).code).toBe(0);
  const identity = `arn:aws:iam::${RECIPIENT_ACCOUNT}:root`;
  const lines = readFileSync(join(dir, 'events.jsonl'), 'utf8').trim().split('\n');
  expect(lines.map((line) => JSON.parse(line))).toMatchObject([
    { 'detail-type': 'Request Held' },
    { 'detail-type': 'Request Ended', detail: { actorLookup: 'found', actor: { identity } } },
  ]);
  const { stdout } = await runCli(dir, ['status', '--json', ...where]);
  expect(JSON.parse(stdout).targets[0].ended).toMatchObject([{ id, actor: { identity } }]);
  expect((await runCli(dir, ['status', ...where])).stdout).toContain(identity);
});
