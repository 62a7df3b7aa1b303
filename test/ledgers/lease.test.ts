import { expect, it } from 'vitest';
import { createLease, isLeaseFree } from '../../adapters/ledgers/lease.ts';

const NOW = new Date('2026-11-02T08:00:00Z');
const minutes = (count: number): Date => new Date(NOW.getTime() + count * 60_000);

it.each<[string, Date | null, boolean]>([
  ['nobody holds', null, true],
  ['ends in a while', minutes(5), false],
  ['ends now', minutes(0), true],
  ['ended', minutes(-1), true],
  ['a clock that ran ahead wrote, for longer than any pass', minutes(30 * 24 * 60), true],
])('a lease that %s', (_, until, free) => {
  expect(isLeaseFree(until && { token: 'a', until: until.toISOString() }, NOW)).toBe(free);
});

it('lasts as long as it was asked for', () => {
  expect(createLease(NOW, 60_000, 'a')).toEqual({ token: 'a', until: minutes(1).toISOString() });
});
