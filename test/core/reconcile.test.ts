import { describe, expect, it } from 'vitest';
import { applyLedgerChange } from '../../core/applyLedgerChanges.ts';
import type { LedgerState } from '../../core/ledgerState.ts';
import { reconcile } from '../../core/reconcile.ts';
import type { Snapshot } from '../../core/snapshot.ts';
import { liveLedgerIds } from '../../core/snapshot.ts';
import { aLiveVif, aVif, VGW } from '../support/builders.ts';
import {
  aLedger,
  anAcceptance,
  anIntent,
  anObservation,
  aSnapshot,
  storedReasons,
} from '../support/ledgerBuilders.ts';

/** OUTSCALE's expiry, in seconds */
const WEEK = 7 * 86_400;

const ID = 'dxvif-aaaaaaaa';
const known = aLedger({ observations: { [ID]: anObservation({ held: storedReasons('no-grant') }) } });

function after(state: LedgerState, survey: Snapshot): LedgerState {
  return reconcile(state, survey, WEEK).changes.reduce(applyLedgerChange, state);
}

describe('a request seen for the first time', () => {
  it('is remembered with when it was not there yet', () => {
    expect(after(aLedger(), aSnapshot([aVif()])).observations).toEqual({
      [ID]: anObservation({
        firstSeen: '2026-11-10T12:00:05.000Z', // after the answer
        notListedAt: '2026-11-10T11:00:00.000Z', // before the first call of the listing before
      }),
    });
  });

  it('in the first complete listing of all, was never known not to be there', () => {
    const { observations } = after(aLedger({ lastListing: null }), aSnapshot([aVif()]));
    expect(observations[ID]?.notListedAt).toBeNull();
  });

  it('is written before the listing that showed it, else a crash between would lose its early end', () => {
    const { changes } = reconcile(aLedger(), aSnapshot([aVif()]), WEEK);
    expect(changes.map(({ kind }) => kind)).toEqual(['sighted', 'listed']);
  });

  it('without a proper ID is not remembered', () => {
    const odd = aVif({ id: '(item 1 of the listing)', readErrors: ['no ID'] });
    expect(after(aLedger(), aSnapshot([odd])).observations).toEqual({});
  });

  it('without a state is remembered all the same', () => {
    expect(Object.keys(after(aLedger(), aSnapshot([aVif({ state: null })])).observations)).toEqual([ID]);
  });
});

describe('a request seen again', () => {
  it('changes nothing but the time of the listing', () => {
    const { changes, ...told } = reconcile(known, aSnapshot([aVif()]), WEEK);
    expect(changes).toEqual([{ kind: 'listed', at: '2026-11-10T12:00:00.000Z' }]);
    expect(told).toEqual({ ended: [], warnings: [], failures: [] });
  });
});

describe('an offer of ours to others', () => {
  const outbound = aSnapshot([aVif()], { requests: [], outbound: [aVif()] });
  const { [ID]: first = anObservation() } = known.observations;

  it('is remembered as one, so that nobody is told that a request ended', () => {
    const offered = after(aLedger(), outbound);
    expect(offered.observations[ID]).toMatchObject({ outbound: true, firstSeen: '2026-11-10T12:00:05.000Z' });
    const accepted = reconcile(offered, aSnapshot([aLiveVif({ id: ID, gateway: VGW.lab })]), WEEK);
    expect(accepted.changes).toContainEqual({ kind: 'ended', id: ID, ended: null });
    expect(accepted).toMatchObject({ ended: [], failures: [] });
  });

  it('and a request are told apart anew in each listing, and keep when they were first seen', () => {
    expect(after(known, outbound).observations).toEqual({ [ID]: { ...first, outbound: true } });
    expect(after(after(known, outbound), aSnapshot([aVif()])).observations).toEqual({ [ID]: first });
    expect(reconcile(after(known, outbound), outbound, WEEK).changes).toHaveLength(1);
  });
});

describe('what we accepted', () => {
  const accepted = aLedger({ acceptances: { [ID]: anAcceptance() } });

  it.each([{ state: 'pending' }, { state: 'down' }, { state: 'odd', gateway: VGW.lab }])(
    'stays on record while it lives, whatever becomes of it: %j',
    (given) => {
      const { changes, ended } = reconcile(accepted, aSnapshot([aLiveVif({ id: ID, ...given })]), WEEK);
      expect(changes.map(({ kind }) => kind)).toEqual(['listed']);
      expect(ended).toEqual([]);
    },
  );

  it('is noted as available when it first is, once, without a second receipt', () => {
    const survey = aSnapshot([aLiveVif({ id: ID })]);
    const acceptance = anAcceptance({ availableAt: '2026-11-10T12:00:05.000Z' });
    const { changes, ended } = reconcile(accepted, survey, WEEK);
    expect(changes[0]).toEqual({ kind: 'accepted', id: ID, acceptance, receipt: null });
    expect([changes.length, ended]).toEqual([2, []]);
    const later = { ...survey, seenAt: '2026-11-10T13:00:05.000Z' };
    expect(reconcile(after(accepted, survey), later, WEEK).changes).toHaveLength(1);
  });

  it('is not noted as available on another gateway', () => {
    const survey = aSnapshot([aLiveVif({ id: ID, gateway: VGW.lab })]);
    expect(after(accepted, survey).acceptances).toEqual(accepted.acceptances);
  });

  it.each([
    ['over', aSnapshot([aVif({ state: 'deleted' })])],
    ['unknown', aSnapshot([], { absent: [ID] })],
  ])('is forgotten when it is %s, and that is no end of a request', (_, survey) => {
    expect(after(accepted, survey).acceptances).toEqual({});
    const { changes, ended } = reconcile(accepted, survey, WEEK);
    expect(changes).toContainEqual({ kind: 'ended', id: ID, ended: null });
    expect(ended).toEqual([]);
  });

  it('and a listing that lags behind shows as a request, is no work of others when the listing catches up', () => {
    const lagging = after(accepted, aSnapshot([aVif()]));
    expect(lagging.acceptances).toEqual(accepted.acceptances);
    const survey = aSnapshot([aLiveVif({ id: ID, gateway: VGW.prod })]);
    expect(reconcile(lagging, survey, WEEK).ended).toMatchObject([{ id: ID, as: 'accepted' }]);
    const acceptance = anAcceptance({ availableAt: '2026-11-10T12:00:05.000Z' });
    expect(after(lagging, survey)).toMatchObject({ sightings: {}, acceptances: { [ID]: acceptance } });
    const moved = aSnapshot([aLiveVif({ id: ID, gateway: VGW.lab })]);
    expect(reconcile(lagging, moved, WEEK).ended).toMatchObject([{ id: ID, as: 'acceptedByOthers' }]);
  });
});

describe('what must be found again, or the listing was incomplete', () => {
  it('is all that the ledger holds as live, once', () => {
    const state = aLedger({
      observations: { a: anObservation(), b: anObservation() },
      intents: { b: anIntent(), c: anIntent() },
      acceptances: { c: anAcceptance(), d: anAcceptance() },
    });
    expect(liveLedgerIds(state)).toEqual(['a', 'b', 'c', 'd']);
  });
});

describe('nothing is concluded', () => {
  it.each(['deleting', 'verifying', 'testing', 'unknown'])(
    'of a request that is `%s` on no gateway',
    (state) => {
      const { changes, ended } = reconcile(known, aSnapshot([aVif({ state })]), WEEK);
      expect(changes.map(({ kind }) => kind)).toEqual(['listed']);
      expect(ended).toEqual([]);
    },
  );

  it('of what a listing lacks, when it has an item that cannot be told from others', () => {
    const odd = aVif({ id: '(item 1 of the listing)', readErrors: ['no ID'] });
    const survey = aSnapshot([odd]);
    expect(reconcile(aLedger(), survey, WEEK).changes).toEqual([]);
    expect(reconcile(aLedger({ lastListing: survey.listedAt }), survey, WEEK).changes).toEqual([]);
  });
});
