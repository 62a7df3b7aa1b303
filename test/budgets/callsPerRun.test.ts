import { expect, it } from 'vitest';
import { createDynamoLedger } from '../../adapters/ledgers/dynamo/dynamoLedger.ts';
import { openTable } from '../../adapters/ledgers/dynamo/dynamoTable.ts';
import { ACME, actAs } from '../support/accounts.ts';
import { ACME_1, createRunner, SIMPLE_POLICY, startTestCloud } from '../support/cloud.ts';
import { countNames } from '../support/countNames.ts';
import { recordingPublisher } from '../support/eventPublishers.ts';
import { proxiedDynamo } from '../support/proxiedDynamo.ts';

/** The maximum number of calls in a run. For idle runs see `test/run/idleRun.test.ts`. */

const at = proxiedDynamo();

const MANY = 10;

it('each acceptance takes three calls to the API, and concurrent acceptances share their ledger writes', async () => {
  const cloud = await startTestCloud();
  for (let i = 0; i < MANY; i += 1) await actAs(cloud, ACME).offer({ connection: ACME_1, vlan: 101 + i });
  const runner = createRunner(cloud, SIMPLE_POLICY, { eventPublisher: recordingPublisher() });
  const table = openTable(await at.dynamo.createTable(), { ...at.dynamo.config, endpoint: at.proxy.url });
  const ledger = createDynamoLedger(table, runner.ports.clock);
  cloud.clearCalls();

  expect((await runner.run({}, ledger)).counts).toMatchObject({ accepted: MANY });

  expect(countNames(cloud.calls().map(({ operation }) => operation))).toEqual({
    DescribeVirtualInterfaces: 1 + MANY,
    // One call to check the credentials.
    DescribeVpnGateways: 1 + MANY,
    ConfirmPrivateVirtualInterface: MANY,
  });
  // Without sharing, each takes two calls for its intent and six for its acceptance.
  expect(at.proxy.calls.length).toBeGreaterThan(MANY);
  expect(at.proxy.calls.length).toBeLessThan(7 * MANY);
});
