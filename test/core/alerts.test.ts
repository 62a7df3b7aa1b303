import { describe, expect, it } from 'vitest';
import {
  ALERT_CODES,
  ALERTS,
  alertWindowFor,
  deadlineNearFrom,
  findAlerts,
  type RunRecord,
} from '../../core/alerts.ts';
import { RUN_EVENT_TYPES } from '../../core/events/event.ts';
import type { RunFlag, TargetHealth } from '../../core/health.ts';
import { aHealth, minutesBefore, RECORDED_AT } from '../support/healthBuilders.ts';

const NOW = new Date(RECORDED_AT);
const WINDOW = alertWindowFor(5);

/** The codes of the alerts, a number of minutes after the last run. */
function codesOf(
  health: TargetHealth | null,
  { later = 0, minutes = 5, otherSign = null as string | null } = {},
) {
  const record: RunRecord = { health, otherSign };
  const at = new Date(NOW.getTime() + later * 60_000);
  return findAlerts(record, at, alertWindowFor(minutes)).map(({ code }) => code);
}

/** Flags of runs: this one for the newest runs, then none. */
function newest(flag: RunFlag, count: number, of: number): RunFlag[][] {
  return Array.from({ length: of }, (_, i) => (i < count ? [flag] : []));
}

describe('the table of alerts', () => {
  it('has each title and each metric once', () => {
    const definitions = ALERT_CODES.map((code) => ALERTS[code]);
    expect(new Set(definitions.map(({ title }) => title)).size).toBe(ALERT_CODES.length);
    expect(new Set(definitions.map(({ metric }) => metric)).size).toBe(ALERT_CODES.length);
  });

  it('names only events that runs publish', () => {
    const named = ALERT_CODES.map((code) => ALERTS[code].event).filter((event) => event !== null);
    expect([...RUN_EVENT_TYPES, 'Unexpected Routes']).toEqual(expect.arrayContaining(named));
  });
});

describe('the window of alerts', () => {
  it.each([
    { minutes: 2, runs: 30, hours: 1 },
    { minutes: 5, runs: 12, hours: 1 },
    { minutes: 20, runs: 3, hours: 1 },
    { minutes: 30, runs: 3, hours: 1.5 },
    { minutes: 60, runs: 3, hours: 3 },
  ])('has $runs runs in $hours h at an interval of $minutes', ({ minutes, runs, hours }) => {
    expect(alertWindowFor(minutes)).toEqual({
      runs,
      intervalMs: minutes * 60_000,
      durationMs: hours * 3_600_000,
    });
  });
});

describe('a target', () => {
  it('has no alert while its runs complete', () => {
    expect(codesOf(aHealth(newest('failed', 0, 12)))).toEqual([]);
  });

  it('has no alert before it has a run or was watched', () => {
    expect(codesOf(null)).toEqual([]);
    expect(codesOf(aHealth())).toEqual([]);
  });

  it('has its alerts in order of urgency', () => {
    const health = aHealth(newest('failed', 3, 3), { nearFrom: RECORDED_AT });
    expect(codesOf(health)).toEqual(['run-failing', 'deadline-near']);
    expect(codesOf(health, { later: 15 })).toEqual(['not-running', 'run-failing', 'deadline-near']);
  });
});

describe('`not-running`', () => {
  it.each([2, 5, 60])('begins three intervals of %i minutes after the last run', (minutes) => {
    const health = aHealth([[]]);
    expect(codesOf(health, { minutes, later: 3 * minutes - 0.1 })).toEqual([]);
    expect(codesOf(health, { minutes, later: 3 * minutes })).toEqual(['not-running']);
  });

  it('begins also after a run that failed', () => {
    expect(codesOf(aHealth([['failed'], [], []]), { later: 15 })).toContain('not-running');
  });

  it('counts from another sign of a run if that is later', () => {
    const otherSign = minutesBefore(-10);
    expect(codesOf(aHealth([[]]), { later: 24, otherSign })).toEqual([]);
    expect(codesOf(null, { later: 24, otherSign })).toEqual([]);
    expect(codesOf(aHealth([[]]), { later: 25, otherSign })).toEqual(['not-running']);
    expect(codesOf(null, { later: 25, otherSign })).toEqual(['not-running']);
  });

  it('is not hidden by a run that a fast clock dated in the future', () => {
    const ahead = { at: minutesBefore(-600), flags: [] };
    const health = aHealth([], { runs: [ahead, { at: RECORDED_AT, flags: [] }] });
    expect(codesOf(health, { later: 15 })).toEqual(['not-running']);
  });

  it('has the time of the last run', () => {
    const [alert] = findAlerts(
      { health: aHealth([[], []]), otherSign: null },
      new Date(minutesBefore(-20)),
      WINDOW,
    );
    expect(alert).toEqual({ code: 'not-running', since: RECORDED_AT });
  });
});

describe('`run-failing`', () => {
  it.each([
    { failed: 6, of: 12, is: [] },
    { failed: 7, of: 12, is: ['run-failing'] },
    { failed: 1, of: 2, is: [] },
    { failed: 1, of: 1, is: [] },
    { failed: 2, of: 2, is: ['run-failing'] },
    { failed: 2, of: 3, is: ['run-failing'] },
  ])('is $is when $failed of $of runs failed', ({ failed, of, is }) => {
    expect(codesOf(aHealth(newest('failed', failed, of)))).toEqual(is);
  });

  it('evaluates only the runs of the window', () => {
    const runs = [...newest('failed', 0, 12), ...newest('failed', 12, 12)];
    expect(codesOf(aHealth(runs))).toEqual([]);
    expect(codesOf(aHealth([...newest('failed', 7, 12), ...newest('failed', 0, 12)]))).toEqual([
      'run-failing',
    ]);
  });

  it('has the time of the first failed run of the window', () => {
    const record = { health: aHealth(newest('failed', 7, 12)), otherSign: null };
    expect(findAlerts(record, NOW, WINDOW)).toEqual([{ code: 'run-failing', since: minutesBefore(30) }]);
  });
});

describe('`deadline-near`', () => {
  it('begins when the run recorded that a deadline is near, also in the future', () => {
    const health = aHealth([[]], { nearFrom: minutesBefore(-1) });
    expect(codesOf(health)).toEqual([]);
    expect(codesOf(health, { later: 1 })).toEqual(['deadline-near']);
    const record = { health, otherSign: null };
    expect(findAlerts(record, new Date(minutesBefore(-10)), WINDOW)).toEqual([
      { code: 'deadline-near', since: minutesBefore(-1) },
    ]);
  });

  it.each([
    ['24 hours before its earliest expiry', { earliest: -48, seen: 24, from: -24 }],
    ['when it was first observed, if it expires within a day', { earliest: -5, seen: 1, from: 1 }],
    ['before that time only if this time is not known', { earliest: -5, seen: null, from: 19 }],
    ['never, if it is not known when it expires', { earliest: null, seen: 1, from: null }],
  ])('of a request begins %s', (_, { earliest, seen, from }) => {
    const at = (hours: number | null) => (hours === null ? null : minutesBefore(hours * 60));
    const deadline = { earliest: at(earliest), latest: minutesBefore(-3000) };
    expect(deadlineNearFrom({ deadline, firstSeen: at(seen) })).toBe(at(from));
  });

  it('remains while no run finishes, also after the expiry', () => {
    const health = aHealth([[]], { nearFrom: minutesBefore(60) });
    expect(codesOf(health, { later: 600 })).toEqual(['not-running', 'deadline-near']);
  });
});

describe.each([
  ['request-expired', 'expired'],
  ['not-available', 'notAvailable'],
  ['unexpected-routes', 'unexpectedRoutes'],
] as const)('`%s`', (code, flag) => {
  it('begins with one run that reports it, and lasts for one window', () => {
    const health = aHealth([[], [flag], []]);
    expect(codesOf(health)).toEqual([code]);
    expect(codesOf(aHealth([...newest(flag, 0, 12), [flag]]))).toEqual([]);
  });
});

describe.each([
  ['confirm-failing', 'confirmFailed'],
  ['event-delivery-failing', 'undelivered'],
] as const)('`%s`', (code, flag) => {
  it.each([
    { minutes: 5, count: 3 },
    { minutes: 30, count: 2 },
    { minutes: 60, count: 2 },
  ])('begins with $count runs of a window at an interval of $minutes minutes', ({ minutes, count }) => {
    expect(codesOf(aHealth(newest(flag, count - 1, 3)), { minutes })).toEqual([]);
    expect(codesOf(aHealth(newest(flag, count, 3)), { minutes })).toEqual([code]);
  });

  it('counts runs that do not follow each other', () => {
    expect(codesOf(aHealth([[flag], [], [flag], [], [flag]]))).toEqual([code]);
  });
});
