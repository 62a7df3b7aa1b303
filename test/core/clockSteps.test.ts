import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { applyLedgerChange } from '../../core/applyLedgerChanges.ts';
import { type Deadline, deadlineOf } from '../../core/deadline.ts';
import { EMPTY_LEDGER, type LedgerState } from '../../core/ledgerState.ts';
import { reconcile } from '../../core/reconcile.ts';
import type { Snapshot } from '../../core/snapshot.ts';
import { aVif, WEEK_S } from '../support/builders.ts';
import { aLedger, anObservation, aSnapshot, storedReasons } from '../support/ledgerBuilders.ts';

const [ID, OTHER] = ['dxvif-aaaaaaaa', 'dxvif-bbbbbbbb'];

function after(state: LedgerState, snapshot: Snapshot): LedgerState {
  return reconcile(state, snapshot, WEEK_S).changes.reduce(applyLedgerChange, state);
}

function warned(state: LedgerState, snapshot: Snapshot): string[] {
  return reconcile(state, snapshot, WEEK_S).warnings.map(({ code }) => code);
}

const late = '2026-12-24T00:00:00.000Z';
const both = aSnapshot([aVif(), aVif({ id: OTHER })]);

describe('a clock that stepped back', () => {
  const observations = { [ID]: anObservation({ failures: 2, held: storedReasons('frozen') }) };
  const early = anObservation({ firstSeen: late, notListedAt: late });

  it.each<[string, LedgerState, Snapshot, boolean]>([
    ['the last listing is later than this one', aLedger({ lastListing: late }), both, true],
    ['a request was first observed later than now', aLedger({ observations: { [ID]: early } }), both, true],
    [
      'a request that was first observed later than now is no longer listed',
      aLedger({ observations: { [ID]: early } }),
      aSnapshot([], { absent: [ID] }),
      true,
    ],
    ['the last listing began at the same time', aLedger({ lastListing: both.listedAt }), both, false],
    ['nothing is later than now', aLedger({ observations }), both, false],
    ['the ledger is empty', EMPTY_LEDGER, both, false],
  ])('is reported when %s', (_, state, snapshot, isReported) => {
    expect(warned(state, snapshot)).toEqual(isReported ? ['clock'] : []);
  });

  it('is reported with its effect and with advice', () => {
    expect(reconcile(aLedger({ lastListing: late }), both, WEEK_S).warnings).toEqual([
      {
        code: 'clock',
        message:
          `the clock stepped back: the ledger has a time later than now, ${both.listedAt}; ` +
          'the earliest expiry of pending requests is no longer known; check the clock',
      },
    ]);
  });

  it('makes the earliest expiry of known and new requests unknown, and changes nothing else', () => {
    const state = aLedger({ lastListing: late, observations });
    expect(after(state, both)).toEqual(
      aLedger({
        lastListing: both.listedAt,
        observations: {
          [ID]: anObservation({ failures: 2, held: storedReasons('frozen'), notListedAt: null }),
          [OTHER]: anObservation({ firstSeen: both.seenAt, notListedAt: null }),
        },
      }),
    );
  });

  it('moves an observation in the future to now, because only that is certain', () => {
    const state = aLedger({ observations: { [ID]: early } });
    expect(after(state, both).observations[ID]).toEqual(
      anObservation({ firstSeen: both.seenAt, notListedAt: null }),
    );
  });

  it('is reported once, because the ledger is corrected, and later requests have correct times', () => {
    const corrected = after(
      aLedger({ lastListing: late, observations: { [ID]: early } }),
      aSnapshot([aVif()]),
    );
    const next = { ...both, listedAt: '2026-11-10T13:00:00.000Z', seenAt: '2026-11-10T13:00:05.000Z' };
    expect(warned(corrected, next)).toEqual([]);
    expect(after(corrected, next).observations).toEqual({
      [ID]: corrected.observations[ID],
      [OTHER]: anObservation({ firstSeen: next.seenAt, notListedAt: both.listedAt }),
    });
  });
});

/** Runs by the minute: before the step the clock is `ahead`, after it the clock is right. */
interface Timeline {
  /** minutes from one run to the next */
  readonly gaps: readonly number[];
  /** the index of the first run after the step */
  readonly rightFrom: number;
  readonly ahead: number;
  /** when each request was made */
  readonly made: readonly number[];
}

describe('the recorded deadline', () => {
  const timelines: fc.Arbitrary<Timeline> = fc.record({
    gaps: fc.array(fc.integer({ min: 1, max: 60 }), { minLength: 2, maxLength: 12 }),
    rightFrom: fc.nat(12),
    // More than any gap: otherwise no listing of the wrong clock is later than one of the right clock, and the step is not detectable.
    ahead: fc.oneof(fc.constant(0), fc.integer({ min: 61, max: 3 * 24 * 60 })),
    made: fc.array(fc.nat(400), { minLength: 1, maxLength: 6 }),
  });
  const timeOf = (minute: number, seconds = 0): string =>
    new Date(Date.UTC(2026, 10, 10) + (minute * 60 + seconds) * 1000).toISOString();

  /** The pending requests after each run with the right clock: when each was made, and its recorded deadline. */
  function deadlinesAfterRuns({
    gaps,
    rightFrom,
    ahead,
    made,
  }: Timeline): { made: number; deadline: Deadline }[] {
    let [state, minute]: [LedgerState, number] = [EMPTY_LEDGER, 0];
    return gaps.flatMap((gap, run) => {
      minute += gap;
      const now = minute + (run < rightFrom ? ahead : 0);
      const there = made.flatMap((at, n) => (at < minute ? [aVif({ id: `dxvif-${n}` })] : []));
      state = after(state, aSnapshot(there, { listedAt: timeOf(now), seenAt: timeOf(now, 5) }));
      if (run < rightFrom) return [];
      return made.flatMap((at, n) => {
        const observation = state.observations[`dxvif-${n}`];
        return observation === undefined ? [] : [{ made: at, deadline: deadlineOf(observation, WEEK_S) }];
      });
    });
  }

  it('contains the true expiry, however far the clock stepped back', () => {
    let known = 0;
    fc.assert(
      fc.property(timelines, (timeline) => {
        for (const { made, deadline } of deadlinesAfterRuns(timeline)) {
          const expires = timeOf(made, WEEK_S);
          expect(deadline.latest === null || expires <= deadline.latest).toBe(true);
          expect(deadline.earliest === null || deadline.earliest <= expires).toBe(true);
          known += deadline.earliest === null ? 0 : 1;
        }
      }),
      { numRuns: 500 },
    );
    expect(known).toBeGreaterThan(500);
  });
});
