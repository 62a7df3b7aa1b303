import { expect, it } from 'vitest';
import { decodeAcceptance } from '../../adapters/ledgers/decodeItems.ts';
import { anAcceptance, aRouteWatch } from '../support/ledgerBuilders.ts';

it('an acceptance without routes, as earlier releases store it, has none', () => {
  const { routes: _, ...stored } = anAcceptance();
  expect(decodeAcceptance(stored, '')).toEqual({ ...stored, routes: null });
});

it('unreadable routes are read as none, because they decide nothing, and the acceptance stays', () => {
  for (const routes of [
    7,
    [],
    {},
    { ...aRouteWatch(), prefixes: 'all' },
    { ...aRouteWatch(), triedAt: 'today' },
  ])
    expect(decodeAcceptance({ ...anAcceptance(), routes }, '')).toEqual(anAcceptance());
});

it('routes with keys and words of a later release keep them', () => {
  const routes = { ...aRouteWatch({ unread: ['a-later-word'] }), later: 1 };
  expect(decodeAcceptance({ ...anAcceptance(), routes }, '').routes).toEqual(routes);
});
