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

/** How many items the table was asked to write. */
function writes(): number {
  return at.proxy.calls.filter((call) => WRITES.has(call)).length;
}

async function begin() {
  const cloud = await startTestCloud({ expiredLingers: 'P30D' });
  const runner = createRunner(cloud, SIMPLE_POLICY);
  const table = openTable(await at.dynamo.createTable(), { ...at.dynamo.config, endpoint: at.proxy.url });
  const ledger = createDynamoLedger(table, runner.ports.clock);
  const eventPublisher = recordingPublisher();
  const run = (overrides = {}) =>
    runner.run({ ports: { ...runner.ports, ledger, eventPublisher }, ...overrides });
  /** Executes a run during which the table accepts this many batches and transactions, and no more. */
  const cutAfter = async (batches: number, overrides = {}) => {
    const before = writes();
    at.proxy.mishap = (operation) =>
      WRITES.has(operation) && writes() > before + batches ? 'accessDenied' : null;
    const report = await run(overrides);
    at.proxy.mishap = () => null;
    return report;
  };
  const publishedOf = (type: string) => eventPublisher.delivered.filter((one) => one.type === type);
  return { cloud, run, cutAfter, publishedOf, ledger };
}

describe.each([0, 1, 2, 3])('after a run of which the table took only %i batches', (batches) => {
  it('a request that came and expired unobserved is still published by the next run', async () => {
    const { cloud, run, cutAfter, publishedOf, ledger } = await begin();
    await run();
    cloud.clock.advance('PT1H');
    await actAs(cloud, ACME).offer({ connection: ACME_1, vlan: 101 });
    cloud.clock.advance('P8D');
    await cutAfter(batches);
    cloud.clock.advance('PT5M');
    await run();
    expect(new Set(publishedOf('Request Expired').map(({ id }) => id)).size).toBe(1);
    expect((await ledger.readRecords(KEY, new Date(0))).ended).toHaveLength(1);
  });

  it('the end of a request is recorded once', async () => {
    const { cloud, run, cutAfter, publishedOf, ledger } = await begin();
    await run();
    const id = await actAs(cloud, UNKNOWN_REQUESTER).offer({ connection: UNKNOWN_CONNECTION, vlan: 101 });
    await run();
    await actAs(cloud, UNKNOWN_REQUESTER).withdraw(id);
    await cutAfter(batches);
    cloud.clock.advance('PT5M');
    await run();
    expect(new Set(publishedOf('Request Ended').map(({ id }) => id)).size).toBe(1);
    expect((await ledger.readRecords(KEY, new Date(0))).ended).toMatchObject([{ id, as: 'rejected' }]);
  });

  it('the end of a request is published once, though it is found again when its expiry is past', async () => {
    const { cloud, run, cutAfter, publishedOf } = await begin();
    await run();
    const id = await actAs(cloud, UNKNOWN_REQUESTER).offer({ connection: UNKNOWN_CONNECTION, vlan: 101 });
    await run();
    await actAs(cloud, UNKNOWN_REQUESTER).withdraw(id);
    await cutAfter(batches);
    // Delivered by a run whose listing fails, before the state that it is about is written.
    cloud.addFault({ kind: 'accessDenied', operation: 'DescribeVirtualInterfaces' });
    await run();
    cloud.clock.advance('P8D');
    await run();
    const ends = [...publishedOf('Request Ended'), ...publishedOf('Request Expired')];
    expect(new Set(ends.map((end) => end.id)).size).toBe(1);
  });

  it('a later hold for another reason is still published, whatever was delivered in between', async () => {
    const { cloud, run, cutAfter, publishedOf } = await begin();
    await run();
    await actAs(cloud, ACME).offer({ connection: ACME_1, vlan: 101 });
    const frozen = compileTestPolicy(
      `freeze: true\nowners: { acme: { connections: [${ACME_1}], gateway: ${PROD} } }`,
    );
    const closed = compileTestPolicy(
      `owners: { acme: { connections: [${ACME_1}], grants: { a: { gateway: ${PROD}, match: { vlan: [200] } } } } }`,
    );
    // The first batch contains the first observation.
    await cutAfter(1 + batches, { loaded: frozen });
    cloud.clock.advance('PT5M');
    cloud.addFault({ kind: 'accessDenied', operation: 'DescribeVirtualInterfaces' });
    await run();
    cloud.clock.advance('PT5M');
    await run({ loaded: closed });
    const holds = publishedOf('Request Held').map(({ id, detail }) => [
      id,
      (detail.reasons as { code: string }[]).map(({ code }) => code).join(),
    ]);
    expect(holds.at(-1)?.[1]).toBe('no-grant');
    // One event ID is for one set of codes.
    expect(new Set(holds.map(String)).size).toBe(new Set(holds.map(([id]) => id)).size);
  });
});

// The batches of a run: the policy; the observation with the intent; then events, receipt, and the acceptance with its deletions.
it.each([1, 2, 3, 4, 5])(
  'an acceptance during a run of which the table took %i batches is followed, published and recorded with its policy, once',
  async (batches) => {
    const { cloud, run, cutAfter, publishedOf, ledger } = await begin();
    await run();
    const id = await actAs(cloud, ACME).offer({ connection: ACME_1, vlan: 101 });
    await cutAfter(batches);
    cloud.clock.advance('PT5M');
    await run();
    const { acceptances, intents, observations } = await ledger.readState(KEY);
    expect([Object.keys(acceptances), intents, observations]).toEqual([[id], {}, {}]);
    expect(new Set(publishedOf('Request Accepted').map((one) => one.id)).size).toBe(1);
    expect((await ledger.readRecords(KEY, new Date(0))).receipts).toMatchObject([{ id }]);
    expect(await ledger.readPolicy(SIMPLE_POLICY.digest)).not.toBeNull();
  },
);

it('a run releases the lease when its last write fails', async () => {
  const { run } = await begin();
  await run();
  // The first write to the head takes the lease, the second is the last write.
  const before = at.proxy.calls.filter((call) => call === 'UpdateItem').length;
  at.proxy.mishap = (operation, earlier) =>
    operation === 'UpdateItem' && earlier === before + 1 ? 'accessDenied' : null;
  const failed = await run();
  expect(failed).toMatchObject({ status: 'failed', failures: [{ code: 'ledger' }] });
  at.proxy.mishap = () => null;
  expect((await run()).status).toBe('completed');
});
