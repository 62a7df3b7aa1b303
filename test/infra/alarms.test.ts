import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ACME, actAs, RECIPIENT_ACCOUNT, UNKNOWN_REQUESTER } from '../support/accounts.ts';
import { ACME_1, PROD, UNKNOWN_CONNECTION } from '../support/cloud.ts';
import { type Dynamo, startDynalite } from '../support/dynamo.ts';
import { startAlarmTimeline } from './alarmTimeline.ts';

const LISTING = { operation: 'DescribeVirtualInterfaces' } as const;
const CONFIRM = { operation: 'ConfirmPrivateVirtualInterface' } as const;

/** Many hours of invocations. */
const LONG = 180_000;

let dynamo: Dynamo;

beforeAll(async () => {
  dynamo = await startDynalite();
});

afterAll(() => dynamo.close());

describe('no alarm fires', () => {
  it('on an ordinary day with an accepted and a held request', async () => {
    const { cloud, run } = await startAlarmTimeline(dynamo);
    await run(1);
    await actAs(cloud, ACME).offer({ connection: ACME_1, vlan: 101 });
    await actAs(cloud, UNKNOWN_REQUESTER).offer({ connection: UNKNOWN_CONNECTION, vlan: 102 });
    expect(await run(23)).toEqual([]);
  });

  it('for transient API errors: two failed runs and two failed confirms', async () => {
    const { cloud, run } = await startAlarmTimeline(dynamo);
    await run(1);
    cloud.addFault({ kind: 'accessDenied', ...LISTING, times: 2 });
    expect(await run(1)).toEqual([]);
    await actAs(cloud, ACME).offer({ connection: ACME_1, vlan: 101 });
    cloud.addFault({ kind: 'serverError', ...CONFIRM, times: 2 });
    expect(await run(1)).toEqual([]);
  });

  it('for a run that found another run active, or that was killed', async () => {
    const { holdLease, run } = await startAlarmTimeline(dynamo);
    await run(1);
    await holdLease(7);
    expect(await run(1)).toEqual([]);
    expect(await run(1, (n) => n % 3 === 0)).toEqual([]);
  });
});

/** What makes each alarm fire, and what resolves it. Times are minutes from the last step. */
const SCENARIOS: Readonly<Record<string, () => Promise<void>>> = {
  'run failing': async () => {
    const { cloud, run } = await startAlarmTimeline(dynamo);
    await run(2);
    cloud.addFault({ kind: 'accessDenied', ...LISTING, times: 'always' });
    expect(await run(3)).toEqual(['31 run failing: ALARM']);
    cloud.clearFaults();
    expect(await run(1)).toEqual(['26 run failing: OK']);
  },

  'not running': async () => {
    const { run, holdLease } = await startAlarmTimeline(dynamo);
    await run(2);
    expect(await run(2, () => false)).toEqual(['11 not running: ALARM']);
    expect(await run(1)).toEqual(['1 not running: OK']);
    const findsAnotherRun = async (): Promise<boolean> => {
      await holdLease(5);
      return true;
    };
    expect(await run(1, findsAnotherRun)).toEqual(['11 not running: ALARM']);
  },

  'deadline near': async () => {
    const { cloud, run, skip } = await startAlarmTimeline(dynamo);
    await run(0.25);
    const id = await actAs(cloud, UNKNOWN_REQUESTER).offer({ connection: UNKNOWN_CONNECTION, vlan: 101 });
    await run(0.25);
    skip('P5DT23H');
    expect(await run(2)).toEqual(['41 deadline near: ALARM']);
    await actAs(cloud, RECIPIENT_ACCOUNT).confirm(id, PROD);
    expect(await run(2)).toEqual(['1 deadline near: OK']);
  },

  'request expired': async () => {
    const { cloud, run, skip } = await startAlarmTimeline(dynamo);
    await actAs(cloud, UNKNOWN_REQUESTER).offer({ connection: UNKNOWN_CONNECTION, vlan: 101 });
    await run(0.25);
    skip('P6DT23H30M');
    expect(await run(2)).toEqual(['16 request expired: ALARM', '76 request expired: OK']);
  },

  'confirm failing': async () => {
    const { cloud, run } = await startAlarmTimeline(dynamo);
    await run(1);
    await actAs(cloud, ACME).offer({ connection: ACME_1, vlan: 101 });
    cloud.addFault({ kind: 'serverError', ...CONFIRM, times: 'always' });
    expect(await run(1)).toEqual(['11 confirm failing: ALARM', '31 run failing: ALARM']);
    cloud.clearFaults();
    expect(await run(2)).toEqual(['26 run failing: OK', '46 confirm failing: OK']);
  },

  'accepted but not available': async () => {
    const { cloud, run } = await startAlarmTimeline(dynamo);
    await run(1);
    const id = await actAs(cloud, ACME).offer({ connection: ACME_1, vlan: 101 });
    // Before it could become available.
    await run(1 / 60);
    cloud.forceState(id, 'down');
    expect(await run(3)).toEqual(['121 accepted but not available: ALARM']);
    cloud.forceState(id, 'available');
    expect(await run(2)).toEqual(['56 accepted but not available: OK']);
  },

  'event delivery failing': async () => {
    const { cloud, eventPublisher, run } = await startAlarmTimeline(dynamo);
    await run(1);
    await actAs(cloud, UNKNOWN_REQUESTER).offer({ connection: UNKNOWN_CONNECTION, vlan: 101 });
    eventPublisher.deliverAtMost(0);
    expect(await run(1)).toEqual(['11 event delivery failing: ALARM', '31 run failing: ALARM']);
    eventPublisher.deliverAtMost(10);
    expect(await run(2)).toEqual(['26 run failing: OK', '46 event delivery failing: OK']);
  },

  'watcher not running': async () => {
    const { run } = await startAlarmTimeline(dynamo);
    await run(0.5);
    expect(await run(0.5, () => true, false)).toEqual(['16 watcher not running: ALARM']);
    expect(await run(0.5)).toEqual(['1 watcher not running: OK']);
  },

  'dead letters': async () => {
    const { deadLetters, run } = await startAlarmTimeline(dynamo);
    deadLetters(0);
    expect(await run(1)).toEqual([]);
    deadLetters(1);
    // SQS stops reporting when the queue is unused.
    expect(await run(7)).toEqual(['1 dead letters: ALARM']);
    deadLetters(0);
    expect(await run(1)).toEqual(['1 dead letters: OK']);
  },
};

describe('the alarm', () => {
  it.each(Object.entries(SCENARIOS))(
    '`%s` fires when it should, alone, and is resolved',
    (_, story) => story(),
    LONG,
  );

  it('is tested here, each of them', async () => {
    expect(Object.keys(SCENARIOS).sort()).toEqual((await startAlarmTimeline(dynamo)).names.sort());
  });

  it('`run failing` fires for failed runs among runs that are killed', async () => {
    const { cloud, run } = await startAlarmTimeline(dynamo);
    await run(1);
    cloud.addFault({ kind: 'accessDenied', ...LISTING, times: 'always' });
    expect(await run(3, (n) => n % 3 === 2)).toEqual(['46 run failing: ALARM']);
  });

  it('`not running` fires if nothing ever ran, three intervals after the watcher began', async () => {
    const { run } = await startAlarmTimeline(dynamo);
    expect(await run(1, () => false)).toEqual(['16 not running: ALARM']);
    expect(await run(1)).toEqual(['1 not running: OK']);
  });

  it('`deadline near` stays on while runs fail', async () => {
    const { cloud, run, skip } = await startAlarmTimeline(dynamo);
    await run(0.25);
    await actAs(cloud, UNKNOWN_REQUESTER).offer({ connection: UNKNOWN_CONNECTION, vlan: 101 });
    await run(0.25);
    skip('P6D');
    expect(await run(1)).toEqual(['1 deadline near: ALARM']);
    cloud.addFault({ kind: 'accessDenied', ...LISTING, times: 'always' });
    expect(await run(2)).toEqual(['31 run failing: ALARM']);
  });

  it('`deadline near` does not fire for an unknown earliest expiry, for which an event is published instead', async () => {
    const { cloud, eventPublisher, run } = await startAlarmTimeline(dynamo);
    const id = await actAs(cloud, UNKNOWN_REQUESTER).offer({ connection: UNKNOWN_CONNECTION, vlan: 101 });
    expect(await run(1)).toEqual([]);
    expect(eventPublisher.takePublished()).toContain(`Deadline Near ${id}`);
  });
});

describe('an outage is detected', () => {
  it.each([
    { minutes: 2, failing: 31, silent: 6 },
    { minutes: 5, failing: 31, silent: 11 },
    { minutes: 15, failing: 31, silent: 31 },
    { minutes: 60, failing: 61, silent: 121 },
  ])(
    'after $failing minutes of failing runs, and $silent minutes without runs, at an interval of $minutes',
    async ({ minutes, failing, silent }) => {
      const hours = (5 * minutes) / 60 + 4;
      const { cloud, run } = await startAlarmTimeline(dynamo, { minutes });
      await run(hours);
      cloud.addFault({ kind: 'accessDenied', ...LISTING, times: 'always' });
      expect(await run(hours)).toEqual([`${failing} run failing: ALARM`]);
      cloud.clearFaults();
      await run(hours);
      expect(await run(hours, () => false)).toEqual([`${silent} not running: ALARM`]);
    },
    LONG,
  );
});
