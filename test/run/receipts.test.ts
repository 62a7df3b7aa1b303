import { describe, expect, it } from 'vitest';
import { loadPolicy } from '../../core/policy.ts';
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

/** Whether each receipt is justified by the policy that is kept under its digest. */
async function replayed(ledger: Ledger): Promise<boolean[]> {
  return Promise.all(
    (await receipts(ledger)).map(async (receipt) => {
      const text = await ledger.readPolicy(receipt.policy.digest);
      const { policy, digest } = loadPolicy(text ?? '', receipt.target, receipt.recipient);
      return digest === receipt.policy.digest && replayDecision(receipt, policy).isSame;
    }),
  );
}

describe('an accepted request leaves a receipt', () => {
  it('of what was seen and decided, with the policy by which it was, and comes to the same again', async () => {
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

  it('that outlives its interface and the policy, and is none of a request that somebody else accepts', async () => {
    const cloud = await startTestCloud();
    const acme = actAs(cloud, ACME);
    const runner = createRunner(cloud, LIMITED);
    const ours = await acme.offer({ connection: ACME_1, vlan: 101 });
    await runner.run();
    await acme.withdraw(ours);
    const byHand = await acme.offer({ connection: ACME_1, vlan: 200 });
    await runner.run();
    await actAs(cloud, RECIPIENT_ACCOUNT).confirm(byHand, PROD);
    cloud.clock.advance('P400D');
    await runner.run({ loaded: SIMPLE_POLICY });
    expect(await receipts(runner.ledger)).toMatchObject([{ id: ours }]);
    expect(await replayed(runner.ledger)).toEqual([true]);
    expect(await runner.ledger.readPolicy(SIMPLE_POLICY.digest)).toBeNull();
  });

  it('after its intent, and the policy before the first of a pass', async () => {
    const cloud = await startTestCloud();
    for (const vlan of [101, 102]) await actAs(cloud, ACME).offer({ connection: ACME_1, vlan });
    const eventPublisher = recordingPublisher();
    const runner = createRunner(cloud, LIMITED, { eventPublisher });
    const ledger = observeLedger(runner.ledger);
    await runner.run({}, ledger);
    expect(ledger.calls()).toEqual([
      'open',
      'write sighted policyUsed intended',
      'write sighted intended',
      'write queued accepted',
      'write queued accepted',
      'write listed',
      'close delivered',
    ]);
  });
});

describe('a confirm whose answer was doubtful leaves a receipt, once,', () => {
  it('that says what made it so, when a look at the interface tells', async () => {
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

  it('when the next pass tells, on the grounds of then', async () => {
    const cloud = await startTestCloud();
    const id = await actAs(cloud, ACME).offer({ connection: ACME_1, vlan: 101 });
    const announcer = recordingPublisher();
    const runner = createRunner(cloud, LIMITED, { requestTimeoutMs: 300, eventPublisher: announcer });
    cloud.addFault({ kind: 'failAfterCommit', operation: CONFIRM });
    // The listing and the description before the confirm pass; the one after it does not.
    cloud.addFault({ kind: 'accessDenied', operation: LIST, after: 2 });
    expect(outcomesById(await runner.run())).toEqual({ [id]: `failed acme.prod ${PROD}` });
    expect(await receipts(runner.ledger)).toEqual([]);
    expect(announcer.takePublished()).toEqual([`Deadline Near ${id}`, 'Pass Failed']);

    cloud.clock.advance('PT5M');
    // The policy has changed meanwhile, and what is learnt is what it said before.
    for (let pass = 0; pass < 2; pass += 1) await runner.run({ loaded: SIMPLE_POLICY });
    expect(await receipts(runner.ledger)).toMatchObject([
      {
        id,
        at: '2026-11-02T08:00:00.000Z',
        grants: ['prod'],
        policy: { digest: LIMITED.digest },
        acceptedAt: '2026-11-02T08:05:00.000Z',
        answer: { by: 'laterPass', state: 'available', doubt: expect.stringContaining('not known') },
      },
    ]);
    expect(await replayed(runner.ledger)).toEqual([true]);
    expect(announcer.takePublished()).toEqual([`Request Accepted ${id}`]);
  });

  it('when the acceptance could not be recorded', async () => {
    const cloud = await startTestCloud();
    const id = await actAs(cloud, ACME).offer({ connection: ACME_1, vlan: 101 });
    const announcer = recordingPublisher();
    const runner = createRunner(cloud, LIMITED, { eventPublisher: announcer });
    await runner.run({}, failingOn('accepted', runner.ledger));
    expect(await receipts(runner.ledger)).toEqual([]);
    expect(announcer.takePublished()).toEqual(['Pass Failed']);
    await runner.run();
    expect(await receipts(runner.ledger)).toMatchObject([{ id, answer: { by: 'laterPass' } }]);
    expect(announcer.takePublished()).toEqual([`Request Accepted ${id}`]);
  });
});
