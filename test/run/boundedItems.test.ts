import { expect, it, onTestFinished } from 'vitest';
import { createDynamoLedger } from '../../adapters/ledgers/dynamo/dynamoLedger.ts';
import { openTable } from '../../adapters/ledgers/dynamo/dynamoTable.ts';
import type { VirtualInterface } from '../../core/model.ts';
import { ACME, actAs } from '../support/accounts.ts';
import { aPeer, aVif } from '../support/builders.ts';
import { ACME_1, createRunner, outcomesById, SIMPLE_POLICY, startTestCloud } from '../support/cloud.ts';
import { startDynalite } from '../support/dynamo.ts';
import { recordingPublisher } from '../support/eventPublishers.ts';

const APART = aPeer({ amazonAddress: '169.254.7.1/30', customerAddress: '169.254.7.2/30' });

/** Executes runs over a DynamoDB table, where the API lists one odd item more. */
async function beside(odd: VirtualInterface) {
  const [cloud, dynamo] = [await startTestCloud(), await startDynalite()];
  onTestFinished(() => dynamo.close());
  const eventPublisher = recordingPublisher();
  const runner = createRunner(cloud, SIMPLE_POLICY, { eventPublisher });
  const { directConnect, clock } = runner.ports;
  const ledger = createDynamoLedger(openTable(await dynamo.createTable(), dynamo.config), clock);
  const listing: typeof directConnect = {
    ...directConnect,
    list: async () => [...(await directConnect.list()), odd],
    describe: async (id) => (id === odd.id ? odd : directConnect.describe(id)),
  };
  const run = () => runner.run({ ports: { ...runner.ports, ledger, directConnect: listing } }, ledger);
  return { cloud, publisher: eventPublisher, run, ledger };
}

it('one item of the listing with 15,000 defects is held, recorded and published, and affects nothing else', async () => {
  const readErrors = Array.from(
    { length: 15_000 },
    (_, i) => `\`tags[${i}]\` must be an object, got number 0`,
  );
  const { cloud, publisher, run } = await beside(aVif({ id: 'dxvif-0dd00000', peers: [APART], readErrors }));
  for (let index = 0; index < 2; index += 1) {
    const rightful = await actAs(cloud, ACME).offer({
      connection: ACME_1,
      vlan: 110 + index,
      subnet: `10.${index * 4}`,
    });
    cloud.clock.advance('PT5M');
    const report = await run();
    expect([report.status, report.failures]).toEqual(['completed', []]);
    expect(publisher.takePublished()).toContain(`Request Accepted ${rightful}`);
  }
  expect(publisher.delivered.filter(({ type }) => type === 'Request Held')).toHaveLength(1);
});

it('a request that is too long to be recorded is held, and the run accepts the request after it', async () => {
  const tags = Object.fromEntries(Array.from({ length: 9000 }, (_, i) => [`tag-${i}`, 'x'.repeat(64)]));
  const odd = aVif({ id: 'dxvif-0dd00000', connection: ACME_1, vlan: 7, peers: [APART], tags });
  const { cloud, run } = await beside(odd);
  const rightful = await actAs(cloud, ACME).offer({ connection: ACME_1, vlan: 110 });
  const report = await run();
  expect(outcomesById(report)).toMatchObject({ [odd.id]: 'held unreadable' });
  expect([report.status, outcomesById(report)[rightful]?.startsWith('accepted')]).toEqual([
    'completed',
    true,
  ]);
});
