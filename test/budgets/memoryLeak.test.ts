import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { expect, it, onTestFinished } from 'vitest';
import { bundleFunction } from '../../scripts/bundle.ts';
import { ACME, actAs, RECIPIENT_ACCOUNT } from '../support/accounts.ts';
import { ACME_1, compileTestPolicy, PROD, startTestCloud } from '../support/cloud.ts';
import { startEventBus } from '../support/eventBus.ts';
import { policyFolder } from '../support/lambda.ts';
import { proxiedDynamo } from '../support/proxiedDynamo.ts';

const at = proxiedDynamo();
const POLICY = compileTestPolicy(`owners: { acme: { connections: [${ACME_1}], gateway: ${PROD} } }`, 'aws');

/** Number of runs until the process is warm, and of runs that are measured after them. */
const [WARM, MORE] = [15, 30];
const INTERFACES = 60;

it('a warm function keeps no objects of a run: their number is the same after thirty more runs', async () => {
  const cloud = await startTestCloud({ dialect: 'aws' });
  for (let i = 0; i < INTERFACES; i += 1)
    cloud.forceState(await actAs(cloud, ACME).offer({ connection: ACME_1, vlan: 101 + i }), 'available');
  const { before, after } = await objects({
    VIF_ACCEPTOR_POLICY_DIR: policyFolder(POLICY),
    VIF_ACCEPTOR_ENDPOINT: cloud.url,
    VIF_ACCEPTOR_GATEWAY_ENDPOINT: cloud.url,
    VIF_ACCEPTOR_TABLE: await at.dynamo.createTable(),
    AWS_REGION: 'eu-west-3',
    AWS_ENDPOINT_URL_DYNAMODB: at.proxy.url,
    AWS_ENDPOINT_URL_EVENTBRIDGE: (await startEventBus()).url,
    AWS_ACCESS_KEY_ID: RECIPIENT_ACCOUNT,
    AWS_SECRET_ACCESS_KEY: 'secret',
  });
  expect(before).toBeGreaterThan(1000);
  // One object for each run would be 30, one for each interface and run 1,800.
  expect(Math.abs(after - before)).toBeLessThan(MORE);
});

/** Number of live objects in the process of the bundled function after garbage collection: when it is warm, and after more runs. */
async function objects(env: Record<string, string>): Promise<{ before: number; after: number }> {
  const folder = mkdtempSync(join(tmpdir(), 'vif-acceptor-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  const file = join(folder, 'index.mjs');
  await bundleFunction(file);
  const script = `
    import { queryObjects } from 'node:v8';
    import { setTimeout } from 'node:timers/promises';
    const { handler } = await import(${JSON.stringify(file)});
    const context = { functionName: 'acceptor', getRemainingTimeInMillis: () => 60_000 };
    async function after(runs) {
      for (let run = 0; run < runs; run += 1) await handler({ target: 'hub' }, context);
      await setTimeout(50);
      return queryObjects(Object);
    }
    const [before, more] = [await after(${WARM}), await after(${MORE})];
    process.stderr.write(JSON.stringify({ before, after: more }));
    process.exit(0);
  `;
  const run = promisify(execFile)(process.execPath, ['--input-type=module', '--eval', script], {
    cwd: folder,
    env,
  });
  const { stderr } = await run;
  return JSON.parse(stderr.slice(stderr.lastIndexOf('{')));
}
