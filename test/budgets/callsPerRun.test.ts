import { expect, it } from 'vitest';
import { createDynamoLedger } from '../../adapters/ledgers/dynamo/dynamoLedger.ts';
import { openTable } from '../../adapters/ledgers/dynamo/dynamoTable.ts';
import { ACME, actAs } from '../support/accounts.ts';
import { ACME_1, createRunner, SIMPLE_POLICY, startTestCloud } from '../support/cloud.ts';
import { countNames } from '../support/countNames.ts';
import { recordingPublisher } from '../support/eventPublishers.ts';
import { proxiedDynamo } from '../support/proxiedDynamo.ts';

/** What a pass may cost in calls; what a quiet one does, `test/run/idleRun.test.ts` says. */

const at = proxiedDynamo();

const MANY = 10;

it('accepting costs three calls of the API each, and the ledger’s writes of what goes on side by side are made together', async () => {
  const cloud = await startTestCloud();
  for (let i = 0; i < MANY; i += 1) await actAs(cloud, ACME).offer({ connection: ACME_1, vlan: 101 + i });
  const runner = createRunner(cloud, SIMPLE_POLICY, { eventPublisher: recordingPublisher() });
  const table = openTable(await at.dynamo.createTable(), { ...at.dynamo.config, endpoint: at.proxy.url });
  const ledger = createDynamoLedger(table, runner.ports.clock);
  cloud.clearCalls();

  expect((await runner.run({}, ledger)).counts).toMatchObject({ accepted: MANY });

  expect(countNames(cloud.calls().map(({ operation }) => operation))).toEqual({
    DescribeVirtualInterfaces: 1 + MANY,
    // One to see whether the keys are the right ones.
    DescribeVpnGateways: 1 + MANY,
    ConfirmPrivateVirtualInterface: MANY,
  });
  // One after the other, each takes two calls for its intent and six for its acceptance.
  expect(at.proxy.calls.length).toBeGreaterThan(MANY);
  expect(at.proxy.calls.length).toBeLessThan(7 * MANY);
});
