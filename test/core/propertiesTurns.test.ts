import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  type AcceptanceCandidate,
  type OrderContext,
  orderCandidates,
  turnsAfter,
} from '../../core/acceptanceOrder.ts';

const START = Date.parse('2026-11-10T12:00:00.000Z');
const HOUR_MS = 3_600_000;
const iso = (ms: number): string => new Date(ms).toISOString();

const candidates = fc.uniqueArray(
  fc.record({
    id: fc.integer({ min: 1, max: 99 }).map((n) => `dxvif-${n}`),
    owner: fc.constantFrom('a', 'b', 'c'),
    firstSeen: fc.integer({ min: -48, max: 0 }).map((hours) => iso(START + hours * HOUR_MS)),
    failureCount: fc.nat({ max: 2 }),
    due: fc.option(fc.integer({ min: -9, max: 99 }).map((hours) => iso(START + hours * HOUR_MS))),
  }),
  { maxLength: 12, selector: ({ id }) => id },
);

const orderContexts = fc.record({
  at: fc.constant(new Date(START)),
  intervalMs: fc.constantFrom(null, HOUR_MS, 12 * HOUR_MS),
  acceptsPerRun: fc.integer({ min: 1, max: 4 }),
  turns: fc.dictionary(
    fc.constantFrom('a', 'b', 'c'),
    fc.integer({ min: -48, max: 2 }).map((hours) => iso(START + hours * HOUR_MS)),
  ),
});

/** The number of items of each owner. */
function byOwner(items: readonly AcceptanceCandidate[]): Map<string, number> {
  return new Map(
    [...Map.groupBy(items, ({ owner }) => owner)].map(([owner, those]) => [owner, those.length]),
  );
}

describe('the order of acceptance', () => {
  it('is a permutation, and independent of the order of the input', () => {
    const property = fc.property(candidates, orderContexts, (all, context) => {
      const ordered = orderCandidates(all, context);
      expect(ordered.map(({ id }) => id).sort()).toEqual(all.map(({ id }) => id).sort());
      expect(orderCandidates(all.toReversed(), context)).toEqual(ordered);
    });
    fc.assert(property);
  });

  it('lets no waiting owner fall two turns behind among requests that are not urgent', () => {
    let waiting = 0;
    const property = fc.property(candidates, orderContexts, fc.nat({ max: 12 }), (all, context, cut) => {
      const late = all.map((one) => ({ ...one, due: null }));
      const ordered = orderCandidates(late, context);
      const [served, total] = [byOwner(ordered.slice(0, cut)), byOwner(ordered)];
      const most = Math.max(0, ...served.values());
      for (const [owner, wanted] of total) {
        const got = served.get(owner) ?? 0;
        if (got >= wanted) continue;
        waiting += 1;
        expect(most - got).toBeLessThanOrEqual(1);
      }
    });
    fc.assert(property);
    expect(waiting).toBeGreaterThan(20);
  });
});

/** What another owner does before a run: the requests that it withdraws and offers. */
interface Move {
  readonly withdraws: boolean;
  readonly offers: number;
  readonly isUrgent: boolean;
  /** the outcome of its attempts in this run: each except `held` uses one accept of the run */
  readonly end: 'accepted' | 'failed' | 'held';
  /** whether the policy allows its requests in this run: the owner may have exceeded its limit */
  readonly isAllowed: boolean;
}

const moves: fc.Arbitrary<Move> = fc.record({
  withdraws: fc.boolean(),
  offers: fc.nat({ max: 4 }),
  isUrgent: fc.boolean(),
  end: fc.constantFrom('accepted', 'accepted', 'failed', 'held'),
  isAllowed: fc.oneof(
    { weight: 3, arbitrary: fc.constant(true) },
    { weight: 1, arbitrary: fc.constant(false) },
  ),
});

const OTHERS = ['a', 'b', 'c', 'x', 'y', 'z'];
const VICTIM = 'm';
const RUNS = 14;

const lives = fc.record({
  /** for each run, the moves of each other owner */
  runs: fc.array(fc.array(moves, { minLength: 6, maxLength: 6 }), { minLength: RUNS, maxLength: RUNS }),
  acceptsPerRun: fc.integer({ min: 1, max: 7 }),
  /** the run in which the victim's request appears */
  comes: fc.nat({ max: 5 }),
  /** attempts for which a run has time beyond its accepts */
  time: fc.nat({ max: 40 }),
  victimIsUrgent: fc.boolean(),
  urgencyOfOthers: fc.boolean(),
});

type Life = typeof lives extends fc.Arbitrary<infer T> ? T : never;

/** The pending requests, and the ledger's turns. */
interface Target {
  pending: AcceptanceCandidate[];
  turns: OrderContext['turns'];
  offered: number;
}

function offer(target: Target, owner: string, isUrgent: boolean, at: Date): void {
  target.offered += 1;
  const due = isUrgent ? iso(at.getTime() + HOUR_MS) : null;
  const id = `dxvif-${target.offered}`;
  target.pending.push({ id, owner, firstSeen: at.toISOString(), failureCount: 0, due });
}

/** One run: each attempt has the outcome that its owner chose, and those of the victim fail. @returns the owners that had a turn */
function run(target: Target, all: readonly Move[], at: Date, { acceptsPerRun, time }: Life): Set<string> {
  const moveOf = (owner: string): Move | undefined => all[OTHERS.indexOf(owner)];
  const allowed = target.pending.filter(({ owner }) => moveOf(owner)?.isAllowed ?? true);
  const context = { at, intervalMs: HOUR_MS, acceptsPerRun, turns: target.turns };
  const attempted = new Set<string>();
  let accepts = 0;
  for (const one of orderCandidates(allowed, context).slice(0, acceptsPerRun + time)) {
    if (accepts === acceptsPerRun) break;
    attempted.add(one.owner);
    const end = moveOf(one.owner)?.end ?? 'failed';
    if (end !== 'held') accepts += 1;
    const after = end === 'accepted' ? [] : [{ ...one, failures: one.failureCount + 1 }];
    target.pending = target.pending.flatMap((other) => (other === one ? after : [other]));
  }
  target.turns = turnsAfter(target.turns, new Set(allowed.map(({ owner }) => owner)), attempted, at);
  return attempted;
}

/** Applies the moves of the other owners before a run. */
function moved(target: Target, all: readonly Move[], at: Date, { urgencyOfOthers }: Life): void {
  for (const [place, { withdraws, offers, isUrgent }] of all.entries()) {
    const owner = OTHERS[place] ?? '';
    if (withdraws) target.pending = target.pending.filter((one) => one.owner !== owner);
    for (let n = 0; n < offers; n += 1) offer(target, owner, isUrgent && urgencyOfOthers, at);
  }
}

/** The numbers of runs between the victim's turns; the last number counts the runs since the last turn. */
function waits(life: Life): number[] {
  const target: Target = { pending: [], turns: {}, offered: 0 };
  const found: number[] = [];
  let waited = 0;
  for (const [i, all] of life.runs.entries()) {
    const at = new Date(START + i * HOUR_MS);
    moved(target, all, at, life);
    if (i === life.comes) offer(target, VICTIM, life.victimIsUrgent, at);
    const hadTurn = run(target, all, at, life).has(VICTIM);
    waited = i < life.comes ? 0 : waited + 1;
    if (hadTurn) found.push(waited);
    if (hadTurn) waited = 0;
  }
  return [...found, waited];
}

describe('the first request of an owner is attempted within the number of runs that all owners need for one turn each', () => {
  const bound = ({ acceptsPerRun }: Life): number => Math.ceil((OTHERS.length + 1) / acceptsPerRun);

  it.each<[string, Partial<Life>]>([
    ['an urgent one, with urgent requests of others', { victimIsUrgent: true, urgencyOfOthers: true }],
    ['an urgent one among those that are not', { victimIsUrgent: true, urgencyOfOthers: false }],
    ['one that is not urgent, among others like it', { victimIsUrgent: false, urgencyOfOthers: false }],
  ])('%s: repeatedly, while owners withdraw and offer again, and requests fail and are held', (_, given) => {
    const property = fc.property(lives, (drawn) => {
      const life = { ...drawn, ...given };
      for (const runs of waits(life)) expect(runs).toBeLessThanOrEqual(bound(life));
    });
    fc.assert(property, { numRuns: 1000 });
  });
});
