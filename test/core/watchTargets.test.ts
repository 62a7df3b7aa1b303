import { describe, expect, it } from 'vitest';
import { alertWindowFor } from '../../core/alerts.ts';
import {
  EMPTY_WATCH_STATE,
  recordPublished,
  type WatchedTarget,
  type WatchState,
  watchTargets,
} from '../../core/watchTargets.ts';
import { ORIGIN } from '../support/eventFixtures.ts';
import { aHealth, minutesBefore } from '../support/healthBuilders.ts';

const KEY = 'outscale/eu-west-2/012345678901';
const WINDOW = alertWindowFor(5);

function aTarget(given: Partial<WatchedTarget> = {}): WatchedTarget {
  return { origin: ORIGIN, health: aHealth([[], [], []]), listedAt: null, isRefused: false, ...given };
}

/** What the watcher finds a number of minutes after the last run of `aHealth`. */
function watch(later: number, target: WatchedTarget = aTarget(), state: WatchState = EMPTY_WATCH_STATE) {
  const now = new Date(minutesBefore(-later));
  const result = watchTargets([target], state, now, WINDOW);
  return {
    alerts: result.alerts.map(({ alert }) => alert.code),
    changes: result.changes.map(({ change }) => `${change.code} ${change.status}`),
    /** without the changes */
    state: result.state,
    /** with the changes */
    published: recordPublished(result.state, result.changes),
  };
}

const FAILING = aTarget({
  health: aHealth([['failed'], ['failed'], []], {
    lastFailure: { at: minutesBefore(0), codes: ['api'] },
  }),
});

describe('the watcher', () => {
  it('finds nothing while runs complete, and keeps nothing', () => {
    const { alerts, changes, published } = watch(1);
    expect([alerts, changes, published]).toEqual([[], [], EMPTY_WATCH_STATE]);
  });

  it('publishes an alert once when it is raised, and once when it is resolved', () => {
    const raised = watch(15);
    expect([raised.alerts, raised.changes]).toEqual([['not-running'], ['not-running raised']]);
    const later = watch(16, aTarget(), raised.published);
    expect([later.alerts, later.changes]).toEqual([['not-running'], []]);
    const resolved = watch(1, aTarget(), later.published);
    expect([resolved.alerts, resolved.changes]).toEqual([[], ['not-running resolved']]);
    expect(watch(2, aTarget(), resolved.published).changes).toEqual([]);
    expect(resolved.published).toEqual(EMPTY_WATCH_STATE);
  });

  it('publishes again what could not be published', () => {
    expect(watch(16, aTarget(), watch(15).state).changes).toEqual(['not-running raised']);
  });

  it('publishes only alerts that no event of a run names', () => {
    const health = aHealth([['expired', 'notAvailable', 'unexpectedRoutes']], {
      nearFrom: minutesBefore(60),
    });
    const { alerts, changes } = watch(1, aTarget({ health }));
    expect(alerts).toEqual(['deadline-near', 'request-expired', 'not-available', 'unexpected-routes']);
    expect(changes).toEqual([]);
  });

  it('publishes the cause of failing runs', () => {
    const { changes } = watchTargets([FAILING], EMPTY_WATCH_STATE, new Date(minutesBefore(-1)), WINDOW);
    expect(changes).toEqual([
      {
        target: FAILING,
        change: {
          code: 'run-failing',
          status: 'raised',
          since: minutesBefore(5),
          lastRun: minutesBefore(0),
          failureCodes: ['api'],
          cause: null,
        },
      },
    ]);
  });

  it('does not publish that failing runs are resolved while no run finishes', () => {
    const failing = watch(1, FAILING);
    const silent = watch(90, FAILING, failing.published);
    expect([silent.alerts, silent.changes]).toEqual([['not-running', 'run-failing'], ['not-running raised']]);
    const resolved = watch(1, aTarget(), silent.published);
    expect([resolved.alerts, resolved.changes]).toEqual([
      [],
      ['not-running resolved', 'run-failing resolved'],
    ]);
  });

  it('does not publish that failing runs are resolved when the first run after a silence failed', () => {
    const silent = watch(90, FAILING, watch(1, FAILING).published);
    const failed = watch(1, aTarget({ health: aHealth([['failed']]) }), silent.published);
    expect([failed.alerts, failed.changes]).toEqual([['run-failing'], ['not-running resolved']]);
  });

  it.each([
    { what: 'is not known', health: null },
    { what: 'has no attended run', health: aHealth([['unattended']]) },
    {
      what: 'has no attended run in the window',
      health: aHealth([], { runs: [{ at: minutesBefore(120), flags: [] }] }),
    },
  ])('publishes no resolution while the health $what', ({ health }) => {
    const failing = watch(1, FAILING).published;
    const raised = recordPublished(failing, [
      {
        target: FAILING,
        change: {
          ...{ code: 'not-running', status: 'raised', since: minutesBefore(9) },
          ...{ lastRun: null, failureCodes: [], cause: null },
        },
      },
    ]);
    // A listing by a release that records no health, and the first watch, delay the alert.
    const target = aTarget({ health, listedAt: minutesBefore(0) });
    const { alerts, changes } = watch(1, target, raised);
    expect([alerts, changes]).toEqual([['not-running', 'run-failing'], []]);
  });

  it('does not publish that confirms succeed again while runs fail for another cause', () => {
    const confirms = aTarget({ health: aHealth([['confirmFailed'], ['confirmFailed'], ['confirmFailed']]) });
    const { published } = watch(1, confirms);
    const failing = aTarget({ health: aHealth([['failed']]) });
    expect(watch(1, failing, published).changes).toEqual([]);
    expect(watch(1, aTarget(), published).changes).toEqual(['confirm-failing resolved']);
  });

  it('resolves the alerts of a target that was removed from the deployment, and then forgets it', () => {
    const other = aTarget({ origin: { ...ORIGIN, account: '999999999999' } });
    const { published } = watch(15);
    const removed = watchTargets([other], published, new Date(minutesBefore(-1)), WINDOW);
    expect(removed.changes).toEqual([
      {
        target: { origin: ORIGIN, health: null, listedAt: null, isRefused: false },
        change: {
          ...{ code: 'not-running', status: 'resolved', since: minutesBefore(0), lastRun: null },
          ...{ failureCodes: [], cause: 'removed' },
        },
      },
    ]);
    // It is published again if it could not be published.
    expect(watch(2, other, removed.state).changes).toEqual(['not-running resolved']);
    expect(recordPublished(removed.state, removed.changes)).toEqual(EMPTY_WATCH_STATE);
  });

  it('publishes at once that a target does not run if its policy is refused, until it is not', () => {
    const refused = aTarget({ isRefused: true });
    const now = new Date(minutesBefore(-1));
    const { changes } = watchTargets([refused], EMPTY_WATCH_STATE, now, WINDOW);
    expect(changes.map(({ change }) => change)).toEqual([
      {
        ...{ code: 'not-running', status: 'raised', since: minutesBefore(0), lastRun: minutesBefore(0) },
        ...{ failureCodes: [], cause: 'policy-refused' },
      },
    ]);
    const { published } = watch(1, refused);
    expect(watch(2, refused, published).changes).toEqual([]);
    expect(watch(3, aTarget(), published).changes).toEqual(['not-running resolved']);
  });

  it('does not resolve the alerts of a target whose policy cannot be read', () => {
    const { published } = watch(15);
    const result = watchTargets([], published, new Date(minutesBefore(-1)), WINDOW, [ORIGIN.target]);
    expect([result.changes, result.state]).toEqual([[], published]);
  });

  it('keeps what a later release raised', () => {
    const state = { ...EMPTY_WATCH_STATE, raised: { [KEY]: { 'later-alert': minutesBefore(0) } } };
    expect(watch(1, aTarget(), state).published).toEqual(state);
    expect(watch(15, aTarget(), state).published.raised).toEqual({
      [KEY]: { 'later-alert': minutesBefore(0), 'not-running': minutesBefore(0) },
    });
  });
});

describe('a target that records no run', () => {
  const silent = aTarget({ health: null });

  it('counts from the first time that it is watched', () => {
    const first = watch(0, silent);
    expect([first.alerts, first.state.firstWatched]).toEqual([[], { [KEY]: minutesBefore(0) }]);
    const second = watch(14, silent, first.state);
    expect([second.alerts, second.state]).toEqual([[], first.state]);
    expect(watch(15, silent, second.state).alerts).toEqual(['not-running']);
  });

  it('counts from its last run as soon as it has one', () => {
    const first = watch(0, silent);
    expect(watch(10, aTarget(), first.state).state.firstWatched).toEqual({});
  });

  it('counts from a listing by a release that records no health', () => {
    const { state } = watch(0, silent);
    const listed = { ...silent, listedAt: minutesBefore(-10) };
    expect(watch(24, listed, state).alerts).toEqual([]);
    expect(watch(25, listed, state).alerts).toEqual(['not-running']);
  });

  it('counts from its first watch if that listing is later than its health, after a rollback and an upgrade', () => {
    const listed = (minute: number) => aTarget({ listedAt: minutesBefore(-minute) });
    const first = watch(600, listed(590));
    expect(first.alerts).toEqual([]);
    expect(watch(614, listed(610), first.state).alerts).toEqual([]);
    expect(watch(615, listed(610), first.state).alerts).toEqual(['not-running']);
  });

  it('does not count from a listing by an unattended run, which is recorded', () => {
    const runs = [
      { at: minutesBefore(-178), flags: ['unattended' as const] },
      { at: minutesBefore(0), flags: [] },
    ];
    const listedAt = '2026-11-10T14:58:00.900Z';
    const target = aTarget({ health: aHealth([], { runs }), listedAt });
    expect(watch(180, target).alerts).toEqual(['not-running']);
  });

  it('is counted from its first watch until an attended run finishes after it', () => {
    const first = watch(0, silent);
    const older = aTarget({ health: aHealth([], { runs: [{ at: minutesBefore(1), flags: [] }] }) });
    const second = watch(5, older, first.state);
    expect(second.state).toEqual(first.state);
    expect(watch(15, silent, second.state).alerts).toEqual(['not-running']);
  });

  it('is also one whose runs publish no events, such as those of a person', () => {
    const health = aHealth([['unattended'], ['unattended']]);
    const first = watch(0, aTarget({ health }));
    expect(first.state.firstWatched).toEqual({ [KEY]: minutesBefore(0) });
    expect(watch(15, aTarget({ health }), first.state).alerts).toEqual(['not-running']);
  });

  it('is also one whose only run is dated in the future', () => {
    const health = aHealth([], { runs: [{ at: minutesBefore(-6000), flags: [] }] });
    const first = watch(0, aTarget({ health }));
    expect(watch(15, aTarget({ health }), first.state).alerts).toEqual(['not-running']);
  });
});

it('runs of a person do not count as failing runs of a deployment', () => {
  const health = aHealth([['failed', 'unattended'], ['failed', 'unattended'], []]);
  expect(watch(0, aTarget({ health })).alerts).toEqual([]);
});
