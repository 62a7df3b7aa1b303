import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { applyLedgerChange } from '../../core/applyLedgerChanges.ts';
import { deadlineOf } from '../../core/deadline.ts';
import { EMPTY_LEDGER, type LedgerState } from '../../core/ledgerState.ts';
import type { VirtualInterface } from '../../core/model.ts';
import { reconcile } from '../../core/reconcile.ts';
import { aVif } from '../support/builders.ts';
import { aSnapshot } from '../support/ledgerBuilders.ts';

const MINUTE = 60_000;
const WEEK = 7 * 24 * 60 * MINUTE;
const START = Date.parse('2026-11-02T08:00:00.000Z');

/** One request as it really existed. Several requests may use one ID, one after the other. */
interface Life {
  readonly id: string;
  readonly vlan: number;
  readonly from: number;
  /** when its requester withdrew it, if that was before it expired */
  readonly to: number;
}

/** A run that succeeds, fails to list, or is interrupted after a number of its writes. */
type Run =
  | { readonly at: number; readonly takes: number; readonly does: 'list'; readonly clockAhead: number }
  | { readonly at: number; readonly takes: number; readonly does: 'fail'; readonly clockAhead: number }
  | {
      readonly at: number;
      readonly takes: number;
      readonly does: 'cut';
      readonly clockAhead: number;
      readonly writes: number;
    };

const minutes = (max: number) => fc.integer({ min: 0, max }).map((n) => n * MINUTE);

const lives = fc
  .array(
    fc.record({
      id: fc.constantFrom('dxvif-a', 'dxvif-b'),
      pause: minutes(5 * 24 * 60),
      lasts: minutes(9 * 24 * 60),
    }),
    { maxLength: 8 },
  )
  .map((drawn): Life[] => {
    const ends = new Map<string, number>();
    return drawn.map(({ id, pause, lasts }, i) => {
      const from = (ends.get(id) ?? START) + pause + 1;
      const to = from + Math.min(lasts, WEEK);
      ends.set(id, to);
      return { id, vlan: 100 + i, from, to };
    });
  });

const schedules = fc
  .array(
    fc.record({
      pause: fc.oneof(minutes(30), minutes(12 * 60), minutes(6 * 24 * 60)),
      takes: minutes(3),
      does: fc.constantFrom('list', 'list', 'list', 'fail', 'cut'),
      writes: fc.nat(3),
    }),
    { minLength: 1, maxLength: 40 },
  )
  .map((drawn): Run[] => {
    let at = START;
    return drawn.map(({ pause, takes, does, writes }) => {
      at += pause;
      const run = {
        at,
        takes,
        clockAhead: 0,
        ...(does === 'cut' ? { does, writes } : { does: does as 'list' }),
      };
      at += takes;
      return run as Run;
    });
  });

/** What the API shows at a time: the confirming request of each ID. */
function shown(all: readonly Life[], at: number): { life: Life; vif: VirtualInterface }[] {
  return all
    .filter(({ from, to }) => from <= at && at < to)
    .map((life) => ({ life, vif: aVif({ id: life.id, vlan: life.vlan }) }));
}

/** Executes the runs; `check` is called for each request of each complete listing, with the ledger's state. */
function live(
  all: readonly Life[],
  schedule: readonly Run[],
  seesAt: (run: Run) => number,
  check: (life: Life, state: LedgerState, run: Run) => void,
): void {
  let state = EMPTY_LEDGER;
  for (const run of schedule) {
    if (run.does === 'fail') continue;
    const iso = (at: number): string => new Date(at + run.clockAhead).toISOString();
    const there = shown(all, seesAt(run));
    const known = Object.keys(state.observations).filter((id) => !there.some(({ vif }) => vif.id === id));
    const snapshot = aSnapshot(
      there.map(({ vif }) => vif),
      { absent: known, listedAt: iso(run.at), seenAt: iso(run.at + run.takes) },
    );
    const { changes } = reconcile(state, snapshot, WEEK / 1000);
    const written = run.does === 'cut' ? changes.slice(0, run.writes) : changes;
    const after = changes.reduce(applyLedgerChange, state);
    for (const { life } of there) check(life, after, run);
    state = written.reduce(applyLedgerChange, state);
  }
}

describe('the reported deadline', () => {
  it('always contains the true expiry, with skipped, failed and interrupted runs and reused IDs', () => {
    let checked = 0;
    let exact = 0;
    fc.assert(
      fc.property(lives, schedules, fc.double({ min: 0, max: 1, noNaN: true }), (all, schedule, share) => {
        live(
          all,
          schedule,
          ({ at, takes }) => at + share * takes,
          (life, state) => {
            const observation = state.observations[life.id];
            if (observation === undefined) throw new Error(`${life.id} was not recorded`);
            const { earliest, latest } = deadlineOf(observation, WEEK / 1000);
            const expiry = life.from + WEEK;
            expect(Date.parse(latest ?? '')).toBeGreaterThanOrEqual(expiry);
            checked += 1;
            if (earliest === null) return;
            exact += 1;
            expect(Date.parse(earliest)).toBeLessThanOrEqual(expiry);
          },
        );
      }),
      { numRuns: 2000 },
    );
    // The property is meaningless without checked deadlines.
    expect(checked).toBeGreaterThan(1000);
    expect(exact / checked).toBeGreaterThan(0.3);
  });

  it('is as narrow as possible: from the last complete listing without the request to the first with it', () => {
    let checked = 0;
    fc.assert(
      fc.property(lives, schedules, (all, schedule) => {
        const listed = schedule.filter(({ does }) => does === 'list');
        live(
          all,
          listed,
          ({ at, takes }) => at + takes / 2,
          (life, state, run) => {
            checked += 1;
            const observation = state.observations[life.id];
            const seen = (at: Run): boolean => shown([life], at.at + at.takes / 2).length > 0;
            const first = listed.findIndex(seen);
            const before = listed[first - 1];
            expect(observation?.firstSeen).toBe(
              new Date((listed[first] ?? run).at + (listed[first] ?? run).takes).toISOString(),
            );
            expect(observation?.notListedAt).toBe(
              before === undefined ? null : new Date(before.at).toISOString(),
            );
          },
        );
      }),
      { numRuns: 500 },
    );
    expect(checked).toBeGreaterThan(500);
  });

  it('contains it after a clock that ran ahead was corrected, from the first run that can detect it', () => {
    let checked = 0;
    fc.assert(
      fc.property(lives, schedules, minutes(20), fc.nat(39), (all, schedule, ahead, turn) => {
        // The clock is ahead up to one run, and the next run comes before real time has caught up.
        const wrong = schedule.slice(0, turn).map((run) => ({ ...run, clockAhead: ahead }));
        const last = wrong.findLast(({ does }) => does === 'list');
        const next = {
          at: (last?.at ?? START) + (last?.takes ?? 0),
          takes: 10 * MINUTE,
          does: 'list',
          clockAhead: 0,
        } as const;
        const right = schedule.slice(turn).filter(({ at }) => at > next.at);
        const isReportedBy = last === undefined || (ahead > last.takes && wrong.at(-1) === last);
        fc.pre(isReportedBy);
        live(
          all,
          [...wrong, next, ...right],
          ({ at, takes }) => at + takes / 2,
          (life, state, run) => {
            if (run.clockAhead > 0) return;
            checked += 1;
            const observation = state.observations[life.id];
            const { earliest, latest } = deadlineOf(
              observation ?? { firstSeen: '', notListedAt: null },
              WEEK / 1000,
            );
            expect(Date.parse(latest ?? '')).toBeGreaterThanOrEqual(life.from + WEEK);
            if (earliest !== null) expect(Date.parse(earliest)).toBeLessThanOrEqual(life.from + WEEK);
          },
        );
      }),
      { numRuns: 1000 },
    );
    expect(checked).toBeGreaterThan(500);
  });

  it('has no earliest expiry if the previous listing is dated after this one began', () => {
    const state = { ...EMPTY_LEDGER, lastListing: '2026-11-10T12:00:03.000Z' };
    const snapshot = aSnapshot([aVif()], {
      listedAt: '2026-11-10T12:00:00.000Z',
      seenAt: '2026-11-10T12:00:05.000Z',
    });
    const { changes, warnings } = reconcile(state, snapshot, WEEK / 1000);
    expect(changes.reduce(applyLedgerChange, state).observations[aVif().id]?.notListedAt).toBeNull();
    expect(warnings).toMatchObject([{ code: 'clock' }]);
  });
});
