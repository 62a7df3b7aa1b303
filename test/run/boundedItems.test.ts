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

/** Runs over a table of DynamoDB, where the API lists one odd item more. */
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
  const pass = () => runner.run({ ports: { ...runner.ports, ledger, directConnect: listing } }, ledger);
  return { cloud, announcer: eventPublisher, pass, ledger };
}

it('one item of the listing with 15,000 defects is held, kept and announced, and nothing else suffers', async () => {
  const readErrors = Array.from(
    { length: 15_000 },
    (_, i) => `\`tags[${i}]\` must be an object, got number 0`,
  );
  const { cloud, announcer, pass } = await beside(aVif({ id: 'dxvif-0dd00000', peers: [APART], readErrors }));
  for (let run = 0; run < 2; run += 1) {
    const rightful = await actAs(cloud, ACME).offer({
      connection: ACME_1,
      vlan: 110 + run,
      subnet: `10.${run * 4}`,
    });
    cloud.clock.advance('PT5M');
    const report = await pass();
    expect([report.status, report.failures]).toEqual(['completed', []]);
    expect(announcer.takePublished()).toContain(`Request Accepted ${rightful}`);
  }
  expect(announcer.delivered.filter(({ type }) => type === 'Request Held')).toHaveLength(1);
});

it('a request that is too long to be put on record is held, and the run accepts what comes after it', async () => {
  const tags = Object.fromEntries(Array.from({ length: 9000 }, (_, i) => [`tag-${i}`, 'x'.repeat(64)]));
  const odd = aVif({ id: 'dxvif-0dd00000', connection: ACME_1, vlan: 7, peers: [APART], tags });
  const { cloud, pass } = await beside(odd);
  const rightful = await actAs(cloud, ACME).offer({ connection: ACME_1, vlan: 110 });
  const report = await pass();
  expect(outcomesById(report)).toMatchObject({ [odd.id]: 'held unreadable' });
  expect([report.status, outcomesById(report)[rightful]?.startsWith('accepted')]).toEqual([
    'completed',
    true,
  ]);
});
