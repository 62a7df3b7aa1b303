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

/** Passes over a target whose ledger is a table that can go wrong. */
async function begin() {
  const cloud = await startTestCloud();
  const runner = createRunner(cloud, SIMPLE_POLICY);
  const table = openTable(await at.dynamo.createTable(), { ...at.dynamo.config, endpoint: at.proxy.url });
  const ledger = createDynamoLedger(table, runner.ports.clock);
  const eventPublisher = recordingPublisher();
  const pass = () => runner.run({ ports: { ...runner.ports, ledger, eventPublisher } });
  const confirms = () =>
    cloud.calls().filter(({ operation }) => operation === 'ConfirmPrivateVirtualInterface').length;
  return { cloud, pass, announcer: eventPublisher, confirms, ledger };
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
  ])(
    '(%s) fails the pass loudly before anything is confirmed, and the next one carries on',
    async (_, mishap) => {
      const { cloud, pass, announcer, confirms } = await begin();
      await pass();
      const id = await actAs(cloud, ACME).offer({ connection: ACME_1, vlan: 101 });
      at.proxy.mishap = mishap;
      const report = await pass();
      expect(report).toMatchObject({ status: 'failed', failures: [{ code: 'ledger' }] });
      expect(confirms()).toBe(0);
      expect(announcer.takePublished()).toEqual(['Pass Failed']);

      at.proxy.mishap = () => null;
      expect(outcomesById(await pass())).toEqual({ [id]: `accepted acme.default ${PROD}` });
      expect(confirms()).toBe(1);
    },
  );

  it('loses no sighting, and moves none later', async () => {
    const { cloud, pass } = await begin();
    await pass();
    cloud.clock.advance('PT3M');
    await actAs(cloud, UNKNOWN_REQUESTER).offer({ connection: UNKNOWN_CONNECTION, vlan: 101 });
    cloud.clock.advance('PT2M');
    const { requests } = await pass();
    const [first] = requests;
    for (const broken of ['UpdateItem', 'Query', 'BatchWriteItem', 'TransactWriteItems'])
      for (const mishap of ['throttle', 'lostAnswer'] as const) {
        cloud.clock.advance('PT1H');
        at.proxy.mishap = (operation) => (operation === broken ? mishap : null);
        await pass();
      }
    at.proxy.mishap = () => null;
    cloud.clock.advance('PT1H');
    expect((await pass()).requests).toMatchObject([
      { firstSeen: first?.firstSeen, deadline: first?.deadline },
    ]);
  });

  it('between an acceptance and its record leaves the intent, from which the next pass learns it', async () => {
    const { cloud, pass, announcer, ledger } = await begin();
    await pass();
    const id = await actAs(cloud, ACME).offer({ connection: ACME_1, vlan: 101 });
    // The first transaction leaves the sighting and the intent.
    at.proxy.mishap = (operation, earlier) =>
      operation === 'TransactWriteItems' && earlier >= 1 ? 'throttle' : null;
    expect(await pass()).toMatchObject({
      status: 'failed',
      requests: [{ id, outcome: 'accepted' }],
      failures: [{ code: 'ledger', message: expect.stringContaining(`${id} was accepted`) }],
    });
    at.proxy.mishap = () => null;
    expect((await pass()).ended).toMatchObject([{ id, as: 'accepted' }]);
    expect((await ledger.readRecords(KEY, new Date(0))).receipts).toMatchObject([
      { id, answer: { by: 'laterPass' } },
    ]);
    expect(announcer.takePublished()).toEqual(['Pass Failed', `Request Accepted ${id}`]);
  });
});
