import { describe, expect, it } from 'vitest';
import {
  type AcceptanceCandidate,
  type OrderContext,
  orderCandidates,
  turnsAfter,
} from '../../core/acceptanceOrder.ts';

const NOW = new Date('2026-11-10T12:00:00.000Z');
const HOUR_MS = 3_600_000;

/** The time this many hours from now. */
function inHours(hours: number): string {
  return new Date(NOW.getTime() + hours * HOUR_MS).toISOString();
}

/** `owner due failures firstSeen`, in hours from now, each with its own ID. */
function candidates(...specs: string[]): AcceptanceCandidate[] {
  return specs.map((spec, i) => {
    const [owner = '', due = '', failures = '0', firstSeen = '-1'] = spec.split(' ');
    return {
      id: `dxvif-${i}`,
      owner,
      firstSeen: inHours(Number(firstSeen)),
      failureCount: Number(failures),
      due: due === '-' ? null : inHours(Number(due)),
    };
  });
}

function order(specs: string[], given: Partial<OrderContext> = {}): string[] {
  const context = { at: NOW, intervalMs: null, acceptsPerRun: 10, turns: {}, ...given };
  return orderCandidates(candidates(...specs), context).map(({ id }) => specs[Number(id.slice(6))] ?? '');
}

describe('the order of acceptance', () => {
  it.each<[string, string[], string[]]>([
    ['of one owner the soonest first', ['a 30', 'a 10', 'a 20'], ['a 10', 'a 20', 'a 30']],
    ['what has no deadline last', ['a -', 'a 90'], ['a 90', 'a -']],
    ['of one owner never failed before failed', ['a 10 1', 'a 90 0'], ['a 90 0', 'a 10 1']],
    [
      'of one owner the fewest failures first',
      ['a 10 3', 'a 20 1', 'a 10 2'],
      ['a 20 1', 'a 10 2', 'a 10 3'],
    ],
    ['owners take turns', ['a 10', 'a 20', 'a 30', 'b 80', 'b 90'], ['a 10', 'b 80', 'a 20', 'b 90', 'a 30']],
    ['owners take turns, also after failed attempts', ['a 10', 'a 20', 'b 80 9'], ['a 10', 'b 80 9', 'a 20']],
    [
      'the owner that waits the longest begins',
      ['a 10 0 -1', 'b 20 0 -2', 'a 30'],
      ['b 20 0 -2', 'a 10 0 -1', 'a 30'],
    ],
    ['what may expire within six hours goes before all', ['a 10', 'b 6', 'a 7'], ['b 6', 'a 7', 'a 10']],
    ['also when it failed', ['a 10', 'b 6 5', 'b 10'], ['b 6 5', 'a 10', 'b 10']],
    ['owners take turns among what is urgent', ['a 1', 'a 2', 'b 5', 'b 50'], ['a 1', 'b 5', 'a 2', 'b 50']],
    ['nothing of nothing', [], []],
    ['of two owners what has no deadline last', ['a -', 'a 90', 'b 80'], ['a 90', 'b 80', 'a -']],
  ])('%s', (_, given, expected) => {
    expect(order(given)).toEqual(expected);
    expect(order(given.toReversed())).toEqual(expected);
  });

  it('gives every owner with urgent requests its turn, also if a run cannot accept as many', () => {
    expect(order(['a 1 0 -3', 'a 2 0 -3', 'b 3 0 -2', 'c 4'], { acceptsPerRun: 1 })).toEqual([
      'a 1 0 -3',
      'b 3 0 -2',
      'c 4',
      'a 2 0 -3',
    ]);
  });

  it('is by ID if everything else is equal', () => {
    expect(order(['a 10', 'a 10', 'a 10'])).toHaveLength(3);
    const context = { at: NOW, intervalMs: null, acceptsPerRun: 10, turns: {} };
    const same = candidates('a 10', 'a 10', 'a 10');
    expect(orderCandidates(same.toReversed(), context).map(({ id }) => id)).toEqual([
      'dxvif-0',
      'dxvif-1',
      'dxvif-2',
    ]);
  });

  it.each<[string, Partial<OrderContext>, boolean]>([
    ['a run of every five minutes', { intervalMs: HOUR_MS / 12 }, false],
    ['a run of every four hours: four runs', { intervalMs: 4 * HOUR_MS }, true],
    ['a run of every three hours: four runs', { intervalMs: 3 * HOUR_MS }, false],
    [
      'and more runs if not every owner gets a turn in each',
      { intervalMs: 3 * HOUR_MS, acceptsPerRun: 1 },
      true,
    ],
    ['a clock that stepped back', { intervalMs: -4 * HOUR_MS }, false],
  ])('treats requests as urgent a few runs ahead: %s', (_, given, isUrgent) => {
    const [first] = order(['a 90 0 -9', 'b 14'], given);
    expect(first === 'b 14').toBe(isUrgent);
  });

  it('does not let the urgent requests of one owner fill a run before every owner has had a turn', () => {
    const flood = Array.from({ length: 50 }, (_, i) => `a 1 0 -${i + 1}`);
    expect(order([...flood, 'b 90', 'c 90'], { acceptsPerRun: 3 }).slice(3, 6)).toContain('b 90');
    expect(order([...flood, 'b 90', 'c 90'], { acceptsPerRun: 3 }).slice(3, 6)).toContain('c 90');
  });
});

describe('the owner with the oldest last turn', () => {
  it.each<[string, Record<string, string>, string]>([
    ['begins', { a: inHours(-2), b: inHours(-3) }, 'b'],
    ['begins also before one whose requests are older than its turn', { b: inHours(-2) }, 'a'],
    ['is not the one whose request is younger than a turn', { a: inHours(-5), b: inHours(-6) }, 'b'],
    ['is found without turns in the future', { a: inHours(9), b: inHours(-6) }, 'a'],
    ['is found with a turn at this moment', { a: inHours(0) }, 'b'],
    [
      'is one without a turn, among owners that wait since the same moment',
      { a: inHours(-5), b: inHours(-5), c: inHours(-4) },
      'a',
    ],
  ])('%s', (_, turns, first) => {
    expect(order(['a 90 0 -9', 'b 90 0 -4', 'b 95'], { turns })[0]?.[0]).toBe(first);
  });

  it('is recorded between runs while an owner waits, and cleared when all had a turn', () => {
    const once = turnsAfter({}, new Set(['a', 'b']), new Set(['a']), NOW);
    expect(once).toEqual({ a: NOW.toISOString() });
    const later = new Date(NOW.getTime() + HOUR_MS);
    const twice = turnsAfter(once, new Set(['a', 'b', 'c']), new Set(['b']), later);
    expect(twice).toEqual({ a: NOW.toISOString(), b: later.toISOString() });
    expect(turnsAfter(twice, new Set(['a', 'c']), new Set(['a', 'c']), later)).toEqual({});
  });
});
