import { expect, it } from 'vitest';
import { createLease, isLeaseFree } from '../../adapters/ledgers/lease.ts';

const NOW = new Date('2026-11-02T08:00:00Z');
const minutes = (count: number): Date => new Date(NOW.getTime() + count * 60_000);

it.each<[string, Date | null, boolean]>([
  ['no run has', null, true],
  ['ends in a while', minutes(5), false],
  ['ends now', minutes(0), true],
  ['ended', minutes(-1), true],
  ['a fast clock wrote, for longer than any run', minutes(30 * 24 * 60), true],
])('a lease that %s', (_, until, free) => {
  expect(isLeaseFree(until && { token: 'a', until: until.toISOString() }, NOW)).toBe(free);
});

it('has the requested duration', () => {
  expect(createLease(NOW, 60_000, 'a')).toEqual({ token: 'a', until: minutes(1).toISOString() });
});
