import { describe, expect, it } from 'vitest';
import { createDynamoLedger } from '../../adapters/ledgers/dynamo/dynamoLedger.ts';
import { openTable } from '../../adapters/ledgers/dynamo/dynamoTable.ts';
import { recipientKey } from '../../core/policy.ts';
import { ACME, actAs, UNKNOWN_REQUESTER } from '../support/accounts.ts';
import {
  ACME_1,
  compileTestPolicy,
  createRunner,
  PROD,
  SIMPLE_POLICY,
  startTestCloud,
  UNKNOWN_CONNECTION,
} from '../support/cloud.ts';
import { recordingPublisher } from '../support/eventPublishers.ts';
import { proxiedDynamo } from '../support/proxiedDynamo.ts';

const KEY = recipientKey(SIMPLE_POLICY.policy.recipient);

const at = proxiedDynamo();

const WRITES: ReadonlySet<string> = new Set(['BatchWriteItem', 'TransactWriteItems']);

/** How many the table was asked for. */
function writes(): number {
  return at.proxy.calls.filter((call) => WRITES.has(call)).length;
}

async function begin() {
  const cloud = await startTestCloud({ expiredLingers: 'P30D' });
  const runner = createRunner(cloud, SIMPLE_POLICY);
  const table = openTable(await at.dynamo.createTable(), { ...at.dynamo.config, endpoint: at.proxy.url });
  const ledger = createDynamoLedger(table, runner.ports.clock);
  const eventPublisher = recordingPublisher();
  const pass = (overrides = {}) =>
    runner.run({ ports: { ...runner.ports, ledger, eventPublisher }, ...overrides });
  /** A pass of which the table takes so many batches and transactions, and no more. */
  const cutAfter = async (batches: number, overrides = {}) => {
    const before = writes();
    at.proxy.mishap = (operation) =>
      WRITES.has(operation) && writes() > before + batches ? 'accessDenied' : null;
    const report = await pass(overrides);
    at.proxy.mishap = () => null;
    return report;
  };
  const told = (type: string) => eventPublisher.delivered.filter((one) => one.type === type);
  return { cloud, pass, cutAfter, told, ledger };
}

describe.each([0, 1, 2, 3])('a write of which the table took %i batches', (batches) => {
  it('leaves what nobody saw come and expire to be told by the next pass', async () => {
    const { cloud, pass, cutAfter, told, ledger } = await begin();
    await pass();
    cloud.clock.advance('PT1H');
    await actAs(cloud, ACME).offer({ connection: ACME_1, vlan: 101 });
    cloud.clock.advance('P8D');
    await cutAfter(batches);
    cloud.clock.advance('PT5M');
    await pass();
    expect(new Set(told('Request Expired').map(({ id }) => id)).size).toBe(1);
    expect((await ledger.readRecords(KEY, new Date(0))).ended).toHaveLength(1);
  });

  it('has an end on record once', async () => {
    const { cloud, pass, cutAfter, told, ledger } = await begin();
    await pass();
    const id = await actAs(cloud, UNKNOWN_REQUESTER).offer({ connection: UNKNOWN_CONNECTION, vlan: 101 });
    await pass();
    await actAs(cloud, UNKNOWN_REQUESTER).withdraw(id);
    await cutAfter(batches);
    cloud.clock.advance('PT5M');
    await pass();
    expect(new Set(told('Request Ended').map(({ id }) => id)).size).toBe(1);
    expect((await ledger.readRecords(KEY, new Date(0))).ended).toMatchObject([{ id, as: 'rejected' }]);
  });

  it('tells an end once, though it is found out again when the deadline is past', async () => {
    const { cloud, pass, cutAfter, told } = await begin();
    await pass();
    const id = await actAs(cloud, UNKNOWN_REQUESTER).offer({ connection: UNKNOWN_CONNECTION, vlan: 101 });
    await pass();
    await actAs(cloud, UNKNOWN_REQUESTER).withdraw(id);
    await cutAfter(batches);
    // Delivered by a pass that cannot look, what it is about not being written yet.
    cloud.addFault({ kind: 'accessDenied', operation: 'DescribeVirtualInterfaces' });
    await pass();
    cloud.clock.advance('P8D');
    await pass();
    const ends = [...told('Request Ended'), ...told('Request Expired')];
    expect(new Set(ends.map((end) => end.id)).size).toBe(1);
  });

  it('keeps no hold for another reason from being told, whatever was delivered meanwhile', async () => {
    const { cloud, pass, cutAfter, told } = await begin();
    await pass();
    await actAs(cloud, ACME).offer({ connection: ACME_1, vlan: 101 });
    const frozen = compileTestPolicy(
      `freeze: true\nowners: { acme: { connections: [${ACME_1}], gateway: ${PROD} } }`,
    );
    const closed = compileTestPolicy(
      `owners: { acme: { connections: [${ACME_1}], grants: { a: { gateway: ${PROD}, match: { vlan: [200] } } } } }`,
    );
    // The first batch sights it.
    await cutAfter(1 + batches, { loaded: frozen });
    cloud.clock.advance('PT5M');
    cloud.addFault({ kind: 'accessDenied', operation: 'DescribeVirtualInterfaces' });
    await pass();
    cloud.clock.advance('PT5M');
    await pass({ loaded: closed });
    const holds = told('Request Held').map(({ id, detail }) => [
      id,
      (detail.reasons as { code: string }[]).map(({ code }) => code).join(),
    ]);
    expect(holds.at(-1)?.[1]).toBe('no-grant');
    // One ID tells of one set of codes.
    expect(new Set(holds.map(String)).size).toBe(new Set(holds.map(([id]) => id)).size);
  });
});

// Of those of its pass: the policy, the sighting with the intent, then news, receipt, and the acceptance with what goes.
it.each([1, 2, 3, 4, 5])(
  'an acceptance whose pass the table took %i batches of is followed, told, and on record with its policy, once',
  async (batches) => {
    const { cloud, pass, cutAfter, told, ledger } = await begin();
    await pass();
    const id = await actAs(cloud, ACME).offer({ connection: ACME_1, vlan: 101 });
    await cutAfter(batches);
    cloud.clock.advance('PT5M');
    await pass();
    const { acceptances, intents, observations } = await ledger.readState(KEY);
    expect([Object.keys(acceptances), intents, observations]).toEqual([[id], {}, {}]);
    expect(new Set(told('Request Accepted').map((one) => one.id)).size).toBe(1);
    expect((await ledger.readRecords(KEY, new Date(0))).receipts).toMatchObject([{ id }]);
    expect(await ledger.readPolicy(SIMPLE_POLICY.digest)).not.toBeNull();
  },
);

it('gives the lease back when its last write fails', async () => {
  const { pass } = await begin();
  await pass();
  // The first of the head takes the lease, the second is the last write.
  const before = at.proxy.calls.filter((call) => call === 'UpdateItem').length;
  at.proxy.mishap = (operation, earlier) =>
    operation === 'UpdateItem' && earlier === before + 1 ? 'accessDenied' : null;
  const failed = await pass();
  expect(failed).toMatchObject({ status: 'failed', failures: [{ code: 'ledger' }] });
  at.proxy.mishap = () => null;
  expect((await pass()).status).toBe('completed');
});
