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

/** One request as it really was: of one ID there may be several, one after the other. */
interface Life {
  readonly id: string;
  readonly vlan: number;
  readonly from: number;
  /** when its requester took it back, if that was before it expired */
  readonly to: number;
}

/** A pass that works, fails to list, or is cut short after so many of its writes. */
type Pass =
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

const passes = fc
  .array(
    fc.record({
      pause: fc.oneof(minutes(30), minutes(12 * 60), minutes(6 * 24 * 60)),
      takes: minutes(3),
      does: fc.constantFrom('list', 'list', 'list', 'fail', 'cut'),
      writes: fc.nat(3),
    }),
    { minLength: 1, maxLength: 40 },
  )
  .map((drawn): Pass[] => {
    let at = START;
    return drawn.map(({ pause, takes, does, writes }) => {
      at += pause;
      const pass = {
        at,
        takes,
        clockAhead: 0,
        ...(does === 'cut' ? { does, writes } : { does: does as 'list' }),
      };
      at += takes;
      return pass as Pass;
    });
  });

/** What the API shows at a moment: the request of each ID that is there, confirming. */
function shown(all: readonly Life[], at: number): { life: Life; vif: VirtualInterface }[] {
  return all
    .filter(({ from, to }) => from <= at && at < to)
    .map((life) => ({ life, vif: aVif({ id: life.id, vlan: life.vlan }) }));
}

/** Runs the passes; `check` sees each request of each complete listing with what is known of it. */
function live(
  all: readonly Life[],
  schedule: readonly Pass[],
  seesAt: (pass: Pass) => number,
  check: (life: Life, state: LedgerState, pass: Pass) => void,
): void {
  let state = EMPTY_LEDGER;
  for (const pass of schedule) {
    if (pass.does === 'fail') continue;
    const iso = (at: number): string => new Date(at + pass.clockAhead).toISOString();
    const there = shown(all, seesAt(pass));
    const known = Object.keys(state.observations).filter((id) => !there.some(({ vif }) => vif.id === id));
    const survey = aSnapshot(
      there.map(({ vif }) => vif),
      { absent: known, listedAt: iso(pass.at), seenAt: iso(pass.at + pass.takes) },
    );
    const { changes } = reconcile(state, survey, WEEK / 1000);
    const written = pass.does === 'cut' ? changes.slice(0, pass.writes) : changes;
    const after = changes.reduce(applyLedgerChange, state);
    for (const { life } of there) check(life, after, pass);
    state = written.reduce(applyLedgerChange, state);
  }
}

describe('the reported deadline', () => {
  it('always contains the true expiry, with skipped, failed and interrupted runs and reused IDs', () => {
    let told = 0;
    let exact = 0;
    fc.assert(
      fc.property(lives, passes, fc.double({ min: 0, max: 1, noNaN: true }), (all, schedule, share) => {
        live(
          all,
          schedule,
          ({ at, takes }) => at + share * takes,
          (life, state) => {
            const observation = state.observations[life.id];
            if (observation === undefined) throw new Error(`${life.id} was not remembered`);
            const { earliest, latest } = deadlineOf(observation, WEEK / 1000);
            const expiry = life.from + WEEK;
            expect(Date.parse(latest ?? '')).toBeGreaterThanOrEqual(expiry);
            told += 1;
            if (earliest === null) return;
            exact += 1;
            expect(Date.parse(earliest)).toBeLessThanOrEqual(expiry);
          },
        );
      }),
      { numRuns: 2000 },
    );
    // The property says nothing where nothing was told.
    expect(told).toBeGreaterThan(1000);
    expect(exact / told).toBeGreaterThan(0.3);
  });

  it('is as narrow as possible: from the last complete listing without the request to the first with it', () => {
    fc.assert(
      fc.property(lives, passes, (all, schedule) => {
        const listed = schedule.filter(({ does }) => does === 'list');
        live(
          all,
          listed,
          ({ at, takes }) => at + takes / 2,
          (life, state, pass) => {
            const observation = state.observations[life.id];
            const seen = (at: Pass): boolean => shown([life], at.at + at.takes / 2).length > 0;
            const first = listed.findIndex(seen);
            const before = listed[first - 1];
            expect(observation?.firstSeen).toBe(
              new Date((listed[first] ?? pass).at + (listed[first] ?? pass).takes).toISOString(),
            );
            expect(observation?.notListedAt).toBe(
              before === undefined ? null : new Date(before.at).toISOString(),
            );
          },
        );
      }),
      { numRuns: 500 },
    );
  });

  it('contains it after a clock that ran ahead was corrected, from the first run that can detect it', () => {
    fc.assert(
      fc.property(lives, passes, minutes(20), fc.nat(39), (all, schedule, ahead, turn) => {
        // The clock is ahead up to some pass, and the next one comes before time has caught up with it.
        const wrong = schedule.slice(0, turn).map((pass) => ({ ...pass, clockAhead: ahead }));
        const last = wrong.findLast(({ does }) => does === 'list');
        const next = {
          at: (last?.at ?? START) + (last?.takes ?? 0),
          takes: 10 * MINUTE,
          does: 'list',
          clockAhead: 0,
        } as const;
        const right = schedule.slice(turn).filter(({ at }) => at > next.at);
        const isToldBy = last === undefined || (ahead > last.takes && wrong.at(-1) === last);
        fc.pre(isToldBy);
        live(
          all,
          [...wrong, next, ...right],
          ({ at, takes }) => at + takes / 2,
          (life, state, pass) => {
            if (pass.clockAhead > 0) return;
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
  });

  it('has no earliest expiry if the previous listing is dated after this one began', () => {
    const state = { ...EMPTY_LEDGER, lastListing: '2026-11-10T12:00:03.000Z' };
    const survey = aSnapshot([aVif()], {
      listedAt: '2026-11-10T12:00:00.000Z',
      seenAt: '2026-11-10T12:00:05.000Z',
    });
    const { changes, warnings } = reconcile(state, survey, WEEK / 1000);
    expect(changes.reduce(applyLedgerChange, state).observations[aVif().id]?.notListedAt).toBeNull();
    expect(warnings).toMatchObject([{ code: 'clock' }]);
  });
});
