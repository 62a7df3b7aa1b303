import { describe, expect, it } from 'vitest';
import { type Deadline, deadlineOf, NO_DEADLINE, secondsToExpiry } from '../../core/deadline.ts';
import { WEEK_S } from '../support/builders.ts';

describe('a request expires between its last absence and its first observation, each plus the expiry', () => {
  const notListedAt = '2026-11-10T09:00:00.000Z';
  const firstSeen = '2026-11-10T10:00:05.000Z';
  it.each<[string, string | null, number | null, Deadline]>([
    [
      'an hour apart',
      notListedAt,
      WEEK_S,
      { earliest: '2026-11-17T09:00:00.000Z', latest: '2026-11-17T10:00:05.000Z' },
    ],
    [
      'at the same time',
      firstSeen,
      60,
      { earliest: '2026-11-10T10:01:05.000Z', latest: '2026-11-10T10:01:05.000Z' },
    ],
    ['found by the very first run', null, WEEK_S, { earliest: null, latest: '2026-11-17T10:00:05.000Z' }],
    ['if requests never expire', notListedAt, null, NO_DEADLINE],
    [
      'a clock that was ahead at the listing proves nothing',
      '2027-01-01T00:00:00.000Z',
      WEEK_S,
      { earliest: null, latest: '2026-11-17T10:00:05.000Z' },
    ],
  ])('%s', (_, absent, expiry, deadline) => {
    expect(deadlineOf({ firstSeen, notListedAt: absent }, expiry)).toEqual(deadline);
  });
});

describe('the remaining time is measured to the earliest expiry', () => {
  const at = new Date('2026-11-17T08:00:00.000Z');
  const [earliest, latest] = ['2026-11-17T09:00:00.000Z', '2026-11-17T10:00:00.000Z'];
  it.each<[string, Deadline, number | null]>([
    ['which is known', { earliest, latest }, 3600],
    ['which is unknown, so the latest expiry is used', { earliest: null, latest }, 7200],
    ['which is past', { earliest: '2026-11-17T07:59:00.000Z', latest }, -60],
    ['without a deadline', NO_DEADLINE, null],
  ])('%s', (_, deadline, seconds) => {
    expect(secondsToExpiry(deadline, at)).toBe(seconds);
  });
});
