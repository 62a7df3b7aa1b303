import { describe, expect, it } from 'vitest';
import { createDynamoLedger } from '../../adapters/ledgers/dynamo/dynamoLedger.ts';
import { openTable } from '../../adapters/ledgers/dynamo/dynamoTable.ts';
import { recipientKey } from '../../core/policy.ts';
import { ACME, actAs, UNKNOWN_REQUESTER } from '../support/accounts.ts';
import {
  ACME_1,
  createRunner,
  outcomesById,
  PROD,
  SIMPLE_POLICY,
  startTestCloud,
  UNKNOWN_CONNECTION,
} from '../support/cloud.ts';
import type { Mishap } from '../support/dynamoProxy.ts';
import { recordingPublisher } from '../support/eventPublishers.ts';
import { proxiedDynamo } from '../support/proxiedDynamo.ts';

const at = proxiedDynamo();

/** Runs over a target whose ledger is a table that can fail. */
async function begin() {
  const cloud = await startTestCloud();
  const runner = createRunner(cloud, SIMPLE_POLICY);
  const table = openTable(await at.dynamo.createTable(), { ...at.dynamo.config, endpoint: at.proxy.url });
  const ledger = createDynamoLedger(table, runner.ports.clock);
  const eventPublisher = recordingPublisher();
  const run = () => runner.run({ ports: { ...runner.ports, ledger, eventPublisher } });
  const confirms = () =>
    cloud.calls().filter(({ operation }) => operation === 'ConfirmPrivateVirtualInterface').length;
  return { cloud, run, publisher: eventPublisher, confirms, ledger };
}

const KEY = recipientKey(SIMPLE_POLICY.policy.recipient);

describe('a ledger that is down or throttled', () => {
  it.each<[string, (operation: string) => Mishap | null]>([
    ['throttled', () => 'throttle'],
    ['down', () => 'reset'],
    ['failing at the lease', (operation) => (operation === 'UpdateItem' ? 'serverError' : null)],
    ['failing to be read', (operation) => (operation === 'Query' ? 'serverError' : null)],
    ['failing to be written', (operation) => (operation === 'TransactWriteItems' ? 'throttle' : null)],
    [
      'without answers to what it writes',
      (operation) => (operation === 'TransactWriteItems' ? 'lostAnswer' : null),
    ],
  ])('(%s) fails the run before anything is confirmed, and the next run continues', async (_, mishap) => {
    const { cloud, run, publisher, confirms } = await begin();
    await run();
    const id = await actAs(cloud, ACME).offer({ connection: ACME_1, vlan: 101 });
    at.proxy.mishap = mishap;
    const report = await run();
    expect(report).toMatchObject({ status: 'failed', failures: [{ code: 'ledger' }] });
    expect(confirms()).toBe(0);
    expect(publisher.takePublished()).toEqual(['Run Failed']);

    at.proxy.mishap = () => null;
    expect(outcomesById(await run())).toEqual({ [id]: `accepted acme.default ${PROD}` });
    expect(confirms()).toBe(1);
  });

  it('loses no observation, and does not change its time', async () => {
    const { cloud, run } = await begin();
    await run();
    cloud.clock.advance('PT3M');
    await actAs(cloud, UNKNOWN_REQUESTER).offer({ connection: UNKNOWN_CONNECTION, vlan: 101 });
    cloud.clock.advance('PT2M');
    const { requests } = await run();
    const [first] = requests;
    for (const broken of ['UpdateItem', 'Query', 'BatchWriteItem', 'TransactWriteItems'])
      for (const mishap of ['throttle', 'lostAnswer'] as const) {
        cloud.clock.advance('PT1H');
        at.proxy.mishap = (operation) => (operation === broken ? mishap : null);
        await run();
      }
    at.proxy.mishap = () => null;
    cloud.clock.advance('PT1H');
    expect((await run()).requests).toMatchObject([
      { firstSeen: first?.firstSeen, deadline: first?.deadline },
    ]);
  });

  it('between an acceptance and its record leaves the intent, from which the next run learns of the acceptance', async () => {
    const { cloud, run, publisher, ledger } = await begin();
    await run();
    const id = await actAs(cloud, ACME).offer({ connection: ACME_1, vlan: 101 });
    // The first transaction leaves the observation and the intent.
    at.proxy.mishap = (operation, earlier) =>
      operation === 'TransactWriteItems' && earlier >= 1 ? 'throttle' : null;
    expect(await run()).toMatchObject({
      status: 'failed',
      requests: [{ id, outcome: 'accepted' }],
      failures: [{ code: 'ledger', message: expect.stringContaining(`${id} was accepted`) }],
    });
    at.proxy.mishap = () => null;
    expect((await run()).ended).toMatchObject([{ id, as: 'accepted' }]);
    expect((await ledger.readRecords(KEY, new Date(0))).receipts).toMatchObject([
      { id, answer: { by: 'laterRun' } },
    ]);
    expect(publisher.takePublished()).toEqual(['Run Failed', `Request Accepted ${id}`]);
  });
});
