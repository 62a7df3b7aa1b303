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

describe('the event of a failing run', () => {
  it('is published once, and again only after a run that succeeded', async () => {
    const cloud = await startTestCloud();
    const eventPublisher = recordingPublisher();
    const runner = createRunner(cloud, SIMPLE_POLICY, { eventPublisher });
    const published: string[][] = [];
    for (const works of [false, false, true, true, false, false]) {
      if (!works) cloud.addFault({ kind: 'accessDenied', operation: LIST });
      cloud.clock.advance('PT5M');
      expect((await runner.run()).status).toBe(works ? 'completed' : 'failed');
      published.push(eventPublisher.takePublished());
    }
    expect(published).toEqual([['Run Failed'], [], [], [], ['Run Failed'], []]);
    expect(new Set(eventPublisher.delivered.map(({ id }) => id)).size).toBe(2);
    expect(eventPublisher.delivered[0]?.detail).toMatchObject({
      target: 'hub',
      failures: [{ code: 'credentials', message: expect.stringContaining(LIST) }],
      failureCount: 1,
    });
  });

  it('is published again when the cause changes', async () => {
    const cloud = await startTestCloud();
    const publisher = recordingPublisher();
    const runner = createRunner(cloud, SIMPLE_POLICY, { eventPublisher: publisher });
    for (const kind of ['accessDenied', 'emptyBody', 'emptyBody'] as const) {
      cloud.addFault({ kind, operation: LIST });
      cloud.clock.advance('PT5M');
      await runner.run();
    }
    expect(publisher.delivered.map(({ detail }) => detail.failures)).toMatchObject([
      [{ code: 'credentials' }],
      [{ code: 'listing-incomplete' }],
    ]);
  });

  it('whose ledger fails is published at once, once per process, and again after a run that succeeded', async () => {
    const cloud = await startTestCloud();
    const publisher = recordingPublisher();
    const runner = createRunner(cloud, SIMPLE_POLICY, { eventPublisher: publisher });
    let next = 101;
    const fail = async (overrides: Parameters<Runner['run']>[0] = {}) => {
      cloud.clock.advance('PT5M');
      await actAs(cloud, UNKNOWN_REQUESTER).offer({ connection: UNKNOWN_CONNECTION, vlan: next });
      next += 1;
      const broken = failingOn('observed', runner.ledger);
      expect(await runner.run(overrides, broken)).toMatchObject({ failures: [{ code: 'ledger' }] });
      return publisher.takePublished();
    };
    expect([await fail(), await fail()]).toEqual([['Run Failed'], []]);
    // Another process does not know of it.
    expect(await fail({ outage: { publishedCodes: null } })).toEqual(['Run Failed']);
    await runner.run();
    publisher.takePublished();
    expect(await fail()).toEqual(['Run Failed']);
    expect(new Set(publisher.delivered.map(({ id }) => id)).size).toBe(publisher.delivered.length);
  });

  it('whose ledger and publisher both fail is retried, and the report names both failures', async () => {
    const cloud = await startTestCloud();
    await actAs(cloud, ACME).offer({ connection: ACME_1, vlan: 101 });
    const publisher = recordingPublisher();
    const runner = createRunner(cloud, SIMPLE_POLICY, { eventPublisher: publisher });
    const broken = failingOn('observed', runner.ledger);
    publisher.deliverAtMost(0);
    const { failures } = await runner.run({}, broken);
    expect(failures).toMatchObject([{ code: 'ledger' }, { code: 'event-delivery' }]);
    publisher.deliverAtMost(1);
    await runner.run({}, broken);
    expect(publisher.takePublished()).toEqual(['Run Failed']);
  });
});
