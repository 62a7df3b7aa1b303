import { describe, expect, it } from 'vitest';
import { ACME, actAs, RECIPIENT_ACCOUNT, UNKNOWN_REQUESTER } from '../support/accounts.ts';
import { ACME_1, PROD, UNKNOWN_CONNECTION } from '../support/cloud.ts';
import { startAlarmTimeline } from './alarmTimeline.ts';

const LISTING = { operation: 'DescribeVirtualInterfaces' } as const;
const CONFIRM = { operation: 'ConfirmPrivateVirtualInterface' } as const;

describe('no alarm sounds', () => {
  it('on a quiet day, with a request accepted and one held', async () => {
    const { cloud, pass } = await startAlarmTimeline();
    await pass(1);
    await actAs(cloud, ACME).offer({ connection: ACME_1, vlan: 101 });
    await actAs(cloud, UNKNOWN_REQUESTER).offer({ connection: UNKNOWN_CONNECTION, vlan: 102 });
    expect(await pass(23)).toEqual([]);
  });

  it('for a bad moment of the API: two passes that fail, and a confirm', async () => {
    const { cloud, pass } = await startAlarmTimeline();
    await pass(1);
    cloud.addFault({ kind: 'accessDenied', ...LISTING, times: 2 });
    expect(await pass(1)).toEqual([]);
    await actAs(cloud, ACME).offer({ connection: ACME_1, vlan: 101 });
    cloud.addFault({ kind: 'serverError', ...CONFIRM, times: 2 });
    expect(await pass(1)).toEqual([]);
  });

  it('for a pass that met another one, or that was killed', async () => {
    const { holdLease, pass } = await startAlarmTimeline();
    await pass(1);
    await holdLease(7);
    expect(await pass(1)).toEqual([]);
    expect(await pass(1, (n) => n % 3 === 0)).toEqual([]);
  });
});

/** What makes each alarm sound, and what ends it. Times are minutes from then on. */
const STORIES: Readonly<Record<string, () => Promise<void>>> = {
  'pass failing': async () => {
    const { cloud, pass } = await startAlarmTimeline();
    await pass(2);
    cloud.addFault({ kind: 'accessDenied', ...LISTING, times: 'always' });
    expect(await pass(3)).toEqual(['30 pass failing: ALARM']);
    cloud.clearFaults();
    expect(await pass(1)).toEqual(['26 pass failing: OK']);
  },

  'not running': async () => {
    const { pass, holdLease } = await startAlarmTimeline();
    await pass(2);
    expect(await pass(2, () => false)).toEqual(['20 not running: ALARM']);
    expect(await pass(1)).toEqual(['1 not running: OK']);
    const meetsAnother = async (): Promise<boolean> => {
      await holdLease(5);
      return true;
    };
    expect(await pass(1, meetsAnother)).toEqual(['20 not running: ALARM']);
  },

  'deadline near': async () => {
    const { cloud, pass, skip } = await startAlarmTimeline();
    await pass(0.25);
    const id = await actAs(cloud, UNKNOWN_REQUESTER).offer({ connection: UNKNOWN_CONNECTION, vlan: 101 });
    await pass(0.25);
    skip('P5DT23H');
    expect(await pass(2)).toEqual(['41 deadline near: ALARM']);
    await actAs(cloud, RECIPIENT_ACCOUNT).confirm(id, PROD);
    expect(await pass(2)).toEqual(['65 deadline near: OK']);
  },

  'request expired': async () => {
    const { cloud, pass, skip } = await startAlarmTimeline();
    await actAs(cloud, UNKNOWN_REQUESTER).offer({ connection: UNKNOWN_CONNECTION, vlan: 101 });
    await pass(0.25);
    skip('P6DT23H30M');
    expect(await pass(2)).toEqual(['16 request expired: ALARM', '76 request expired: OK']);
  },

  'confirm failing': async () => {
    const { cloud, pass } = await startAlarmTimeline();
    await pass(1);
    await actAs(cloud, ACME).offer({ connection: ACME_1, vlan: 101 });
    cloud.addFault({ kind: 'serverError', ...CONFIRM, times: 'always' });
    expect(await pass(1)).toEqual(['11 confirm failing: ALARM', '30 pass failing: ALARM']);
    cloud.clearFaults();
    expect(await pass(2)).toEqual(['26 pass failing: OK', '46 confirm failing: OK']);
  },

  'accepted but not available': async () => {
    const { cloud, pass } = await startAlarmTimeline();
    await pass(1);
    const id = await actAs(cloud, ACME).offer({ connection: ACME_1, vlan: 101 });
    // Before it could come up.
    await pass(1 / 60);
    cloud.forceState(id, 'down');
    expect(await pass(3)).toEqual(['121 accepted but not available: ALARM']);
    cloud.forceState(id, 'available');
    expect(await pass(2)).toEqual(['56 accepted but not available: OK']);
  },

  'announcements failing': async () => {
    const { cloud, announcer, pass } = await startAlarmTimeline();
    await pass(1);
    await actAs(cloud, UNKNOWN_REQUESTER).offer({ connection: UNKNOWN_CONNECTION, vlan: 101 });
    announcer.deliverAtMost(0);
    expect(await pass(1)).toEqual(['11 announcements failing: ALARM', '30 pass failing: ALARM']);
    announcer.deliverAtMost(10);
    expect(await pass(2)).toEqual(['26 pass failing: OK', '46 announcements failing: OK']);
  },

  'dead letters': async () => {
    const { deadLetters, pass } = await startAlarmTimeline();
    deadLetters(0);
    expect(await pass(1)).toEqual([]);
    deadLetters(1);
    // SQS measures no more when nobody touches the queue.
    expect(await pass(12)).toEqual(['1 dead letters: ALARM']);
    deadLetters(0);
    expect(await pass(1)).toEqual(['1 dead letters: OK']);
  },
};

describe('the alarm', () => {
  it.each(Object.entries(STORIES))('`%s` sounds when it should, alone, and ends', (_, story) => story());

  it('has a story here, each of them', async () => {
    expect(Object.keys(STORIES).sort()).toEqual((await startAlarmTimeline()).names.sort());
  });

  it('`pass failing` hears of passes that fail between others which are killed', async () => {
    const { cloud, pass } = await startAlarmTimeline();
    await pass(1);
    cloud.addFault({ kind: 'accessDenied', ...LISTING, times: 'always' });
    expect(await pass(3, (n) => n % 3 === 2)).toEqual(['45 pass failing: ALARM']);
  });

  it('`not running` sounds when nothing ever ran', async () => {
    const { pass } = await startAlarmTimeline();
    expect(await pass(1, () => false)).toEqual(['1 not running: ALARM']);
    expect(await pass(1)).toEqual(['1 not running: OK']);
  });

  it('`deadline near` stands while passes fail, until `pass failing` sounds', async () => {
    const { cloud, pass, skip } = await startAlarmTimeline();
    await pass(0.25);
    await actAs(cloud, UNKNOWN_REQUESTER).offer({ connection: UNKNOWN_CONNECTION, vlan: 101 });
    await pass(0.25);
    skip('P6D');
    expect(await pass(1)).toEqual(['1 deadline near: ALARM']);
    cloud.addFault({ kind: 'accessDenied', ...LISTING, times: 'always' });
    expect(await pass(2)).toEqual(['30 pass failing: ALARM', '65 deadline near: OK']);
  });

  it('`deadline near` knows nothing of an early end that is unknown, which is announced instead', async () => {
    const { cloud, announcer, pass } = await startAlarmTimeline();
    const id = await actAs(cloud, UNKNOWN_REQUESTER).offer({ connection: UNKNOWN_CONNECTION, vlan: 101 });
    expect(await pass(1)).toEqual([]);
    expect(announcer.takePublished()).toContain(`Deadline Near ${id}`);
  });
});

describe('an outage is noticed', () => {
  it.each([
    { minutes: 2, failing: 31, silent: 9 },
    { minutes: 5, failing: 30, silent: 20 },
    { minutes: 15, failing: 30, silent: 60 },
    { minutes: 60, failing: 61, silent: 240 },
  ])(
    'after $failing minutes where passes fail, and $silent where none runs, at an interval of $minutes',
    async ({ minutes, failing, silent }) => {
      const hours = (5 * minutes) / 60 + 4;
      const { cloud, pass } = await startAlarmTimeline({ minutes });
      await pass(hours);
      cloud.addFault({ kind: 'accessDenied', ...LISTING, times: 'always' });
      expect(await pass(hours)).toEqual([`${failing} pass failing: ALARM`]);
      cloud.clearFaults();
      await pass(hours);
      expect(await pass(hours, () => false)).toEqual([`${silent} not running: ALARM`]);
    },
  );
});
