import { describe, expect, it } from 'vitest';
import { ACME, actAs, UNKNOWN_REQUESTER } from '../support/accounts.ts';
import {
  ACME_1,
  createRunner,
  type Runner,
  SIMPLE_POLICY,
  startTestCloud,
  UNKNOWN_CONNECTION,
} from '../support/cloud.ts';
import { recordingPublisher } from '../support/eventPublishers.ts';
import { failingOn } from '../support/observedLedgers.ts';

const LIST = 'DescribeVirtualInterfaces';

describe('a pass that fails', () => {
  it('is announced once, and again only after one that worked', async () => {
    const cloud = await startTestCloud();
    const eventPublisher = recordingPublisher();
    const runner = createRunner(cloud, SIMPLE_POLICY, { eventPublisher });
    const told: string[][] = [];
    for (const works of [false, false, true, true, false, false]) {
      if (!works) cloud.addFault({ kind: 'accessDenied', operation: LIST });
      cloud.clock.advance('PT5M');
      expect((await runner.run()).status).toBe(works ? 'completed' : 'failed');
      told.push(eventPublisher.takePublished());
    }
    expect(told).toEqual([['Pass Failed'], [], [], [], ['Pass Failed'], []]);
    expect(new Set(eventPublisher.delivered.map(({ id }) => id)).size).toBe(2);
    expect(eventPublisher.delivered[0]?.detail).toMatchObject({
      target: 'hub',
      failures: [{ code: 'credentials', message: expect.stringContaining(LIST) }],
      failureCount: 1,
    });
  });

  it('is announced again when it fails of something else', async () => {
    const cloud = await startTestCloud();
    const announcer = recordingPublisher();
    const runner = createRunner(cloud, SIMPLE_POLICY, { eventPublisher: announcer });
    for (const kind of ['accessDenied', 'emptyBody', 'emptyBody'] as const) {
      cloud.addFault({ kind, operation: LIST });
      cloud.clock.advance('PT5M');
      await runner.run();
    }
    expect(announcer.delivered.map(({ detail }) => detail.failures)).toMatchObject([
      [{ code: 'credentials' }],
      [{ code: 'listing-incomplete' }],
    ]);
  });

  it('of its ledger is announced at once, once by each process, and anew after one that worked', async () => {
    const cloud = await startTestCloud();
    const announcer = recordingPublisher();
    const runner = createRunner(cloud, SIMPLE_POLICY, { eventPublisher: announcer });
    let next = 101;
    const fail = async (overrides: Parameters<Runner['run']>[0] = {}) => {
      cloud.clock.advance('PT5M');
      await actAs(cloud, UNKNOWN_REQUESTER).offer({ connection: UNKNOWN_CONNECTION, vlan: next });
      next += 1;
      const broken = failingOn('sighted', runner.ledger);
      expect(await runner.run(overrides, broken)).toMatchObject({ failures: [{ code: 'ledger' }] });
      return announcer.takePublished();
    };
    expect([await fail(), await fail()]).toEqual([['Pass Failed'], []]);
    // Another process knows nothing of that.
    expect(await fail({ outage: { publishedCodes: null } })).toEqual(['Pass Failed']);
    await runner.run();
    announcer.takePublished();
    expect(await fail()).toEqual(['Pass Failed']);
    expect(new Set(announcer.delivered.map(({ id }) => id)).size).toBe(announcer.delivered.length);
  });

  it('of its ledger, while the announcer fails too, says both and tries again', async () => {
    const cloud = await startTestCloud();
    await actAs(cloud, ACME).offer({ connection: ACME_1, vlan: 101 });
    const announcer = recordingPublisher();
    const runner = createRunner(cloud, SIMPLE_POLICY, { eventPublisher: announcer });
    const broken = failingOn('sighted', runner.ledger);
    announcer.deliverAtMost(0);
    const { failures } = await runner.run({}, broken);
    expect(failures).toMatchObject([{ code: 'ledger' }, { code: 'announcement' }]);
    announcer.deliverAtMost(1);
    await runner.run({}, broken);
    expect(announcer.takePublished()).toEqual(['Pass Failed']);
  });
});
