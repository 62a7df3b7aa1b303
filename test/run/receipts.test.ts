import { describe, expect, it } from 'vitest';
import { loadPolicy } from '../../core/policyText.ts';
import { type Receipt, replayDecision } from '../../core/receipt.ts';
import type { Ledger } from '../../run/ports.ts';
import { ACME, actAs, RECIPIENT_ACCOUNT } from '../support/accounts.ts';
import {
  ACME_1,
  compileTestPolicy,
  createRunner,
  outcomesById,
  PROD,
  SIMPLE_POLICY,
  startTestCloud,
} from '../support/cloud.ts';
import { recordingPublisher } from '../support/eventPublishers.ts';
import { failingOn, observeLedger } from '../support/observedLedgers.ts';

const RECIPIENT = 'outscale/eu-west-2/012345678901';
const CONFIRM = 'ConfirmPrivateVirtualInterface';
const LIST = 'DescribeVirtualInterfaces';
const LIMITED = compileTestPolicy(`
owners:
  acme:
    connections: [${ACME_1}]
    limit: 3
    grants:
      prod: { gateway: ${PROD}, match: { vlan: [100-199] }, limit: 3, ticket: NET-1234 }`);

async function receipts(ledger: Ledger): Promise<readonly Receipt[]> {
  return (await ledger.readRecords(RECIPIENT, new Date(0))).receipts;
}

/** Whether each receipt is justified by the policy that is stored under its digest. */
async function replayed(ledger: Ledger): Promise<boolean[]> {
  return Promise.all(
    (await receipts(ledger)).map(async (receipt) => {
      const text = await ledger.readPolicy(receipt.policy.digest);
      const { policy, digest } = loadPolicy(text ?? '', receipt.target);
      return digest === receipt.policy.digest && replayDecision(receipt, policy).isSame;
    }),
  );
}

describe('an accepted request leaves a receipt', () => {
  it('that shows the observed state and the decision, is stored with the policy used, and replays to the same decision', async () => {
    const cloud = await startTestCloud();
    const acme = actAs(cloud, ACME);
    const runner = createRunner(cloud, LIMITED);
    const ids = [
      await acme.offer({ connection: ACME_1, vlan: 101 }),
      await acme.offer({ connection: ACME_1, vlan: 102 }),
    ];
    const [first = '', second = ''] = ids.toSorted();
    await runner.run();

    expect(await receipts(runner.ledger)).toMatchObject([
      {
        id: first,
        owner: 'acme',
        grant: 'prod',
        grants: ['prod'],
        gateway: PROD,
        target: 'hub',
        recipient: { provider: 'outscale', region: 'eu-west-2', account: RECIPIENT_ACCOUNT },
        policy: { digest: LIMITED.digest, revision: 'test' },
        request: { id: first, state: 'confirming', connection: ACME_1, gateway: null },
        firstSeen: '2026-11-02T08:00:00.000Z',
        deadline: { earliest: null, latest: '2026-11-09T08:00:00.000Z' },
        tickets: { prod: 'NET-1234' },
        gatewaySeen: { id: PROD, state: 'available', attachedVpcs: ['vpc-1'] },
        usage: { owner: [], grants: { prod: [] } },
        acceptedBefore: 0,
        acceptedAt: '2026-11-02T08:00:00.000Z',
        answer: { by: 'confirm', state: 'pending', doubt: null },
      },
      { id: second, usage: { owner: [first], grants: { prod: [first] } }, acceptedBefore: 1 },
    ]);
    expect(await replayed(runner.ledger)).toEqual([true, true]);
  });

  it('that outlives its interface and the policy; a request that another party accepts leaves none', async () => {
    const cloud = await startTestCloud();
    const acme = actAs(cloud, ACME);
    const runner = createRunner(cloud, LIMITED);
    const ours = await acme.offer({ connection: ACME_1, vlan: 101 });
    await runner.run();
    await acme.withdraw(ours);
    const acceptedManually = await acme.offer({ connection: ACME_1, vlan: 200 });
    await runner.run();
    await actAs(cloud, RECIPIENT_ACCOUNT).confirm(acceptedManually, PROD);
    cloud.clock.advance('P400D');
    await runner.run({ loaded: SIMPLE_POLICY });
    expect(await receipts(runner.ledger)).toMatchObject([{ id: ours }]);
    expect(await replayed(runner.ledger)).toEqual([true]);
    expect(await runner.ledger.readPolicy(SIMPLE_POLICY.digest)).toBeNull();
  });

  it('after its intent, and the policy is stored before the first intent of a run', async () => {
    const cloud = await startTestCloud();
    for (const vlan of [101, 102]) await actAs(cloud, ACME).offer({ connection: ACME_1, vlan });
    const eventPublisher = recordingPublisher();
    const runner = createRunner(cloud, LIMITED, { eventPublisher });
    const ledger = observeLedger(runner.ledger);
    await runner.run({}, ledger);
    expect(ledger.calls()).toEqual([
      'open',
      'write observed policyUsed intended',
      'write observed intended',
      'write queued accepted',
      'write queued accepted',
      'write listed',
      'close delivered',
    ]);
  });
});

describe('a confirm with a doubtful answer leaves one receipt', () => {
  it('that names the cause of the doubt, if a description of the interface resolves it', async () => {
    const cloud = await startTestCloud();
    await actAs(cloud, ACME).offer({ connection: ACME_1, vlan: 101 });
    cloud.addFault({ kind: 'failAfterCommit', operation: CONFIRM });
    const runner = createRunner(cloud, LIMITED, { requestTimeoutMs: 300 });
    await runner.run();
    expect(await receipts(runner.ledger)).toMatchObject([
      {
        answer: { by: 'description', state: 'pending', doubt: expect.stringContaining(`${CONFIRM} failed`) },
      },
    ]);
    expect(await replayed(runner.ledger)).toEqual([true]);
  });

  it('with the evidence of the time of the confirm, if the next run resolves it', async () => {
    const cloud = await startTestCloud();
    const id = await actAs(cloud, ACME).offer({ connection: ACME_1, vlan: 101 });
    const publisher = recordingPublisher();
    const runner = createRunner(cloud, LIMITED, { requestTimeoutMs: 300, eventPublisher: publisher });
    cloud.addFault({ kind: 'failAfterCommit', operation: CONFIRM });
    // The listing and the description before the confirm succeed; the one after it fails.
    cloud.addFault({ kind: 'accessDenied', operation: LIST, after: 2 });
    expect(outcomesById(await runner.run())).toEqual({ [id]: `failed acme.prod ${PROD}` });
    expect(await receipts(runner.ledger)).toEqual([]);
    expect(publisher.takePublished()).toEqual([`Deadline Near ${id}`, 'Run Failed']);

    cloud.clock.advance('PT5M');
    // The policy has changed meanwhile; the receipt shows what it said before.
    for (let run = 0; run < 2; run += 1) await runner.run({ loaded: SIMPLE_POLICY });
    expect(await receipts(runner.ledger)).toMatchObject([
      {
        id,
        at: '2026-11-02T08:00:00.000Z',
        grants: ['prod'],
        policy: { digest: LIMITED.digest },
        acceptedAt: '2026-11-02T08:05:00.000Z',
        answer: { by: 'laterRun', state: 'available', doubt: expect.stringContaining('unknown') },
      },
    ]);
    expect(await replayed(runner.ledger)).toEqual([true]);
    expect(publisher.takePublished()).toEqual([`Request Accepted ${id}`]);
  });

  it('if the acceptance could not be recorded', async () => {
    const cloud = await startTestCloud();
    const id = await actAs(cloud, ACME).offer({ connection: ACME_1, vlan: 101 });
    const publisher = recordingPublisher();
    const runner = createRunner(cloud, LIMITED, { eventPublisher: publisher });
    await runner.run({}, failingOn('accepted', runner.ledger));
    expect(await receipts(runner.ledger)).toEqual([]);
    expect(publisher.takePublished()).toEqual(['Run Failed']);
    await runner.run();
    expect(await receipts(runner.ledger)).toMatchObject([{ id, answer: { by: 'laterRun' } }]);
    expect(publisher.takePublished()).toEqual([`Request Accepted ${id}`]);
  });
});
