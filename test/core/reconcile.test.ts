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

/** OUTSCALE's expiry, in seconds. */
const WEEK = 7 * 86_400;

const ID = 'dxvif-aaaaaaaa';
const known = aLedger({ observations: { [ID]: anObservation({ held: storedReasons('no-grant') }) } });

function after(state: LedgerState, snapshot: Snapshot): LedgerState {
  return reconcile(state, snapshot, WEEK).changes.reduce(applyLedgerChange, state);
}

describe('a request that is observed for the first time', () => {
  it('is recorded with the last listing without it', () => {
    expect(after(aLedger(), aSnapshot([aVif()])).observations).toEqual({
      [ID]: anObservation({
        firstSeen: '2026-11-10T12:00:05.000Z', // after the answer
        notListedAt: '2026-11-10T11:00:00.000Z', // before the first call of the previous listing
      }),
    });
  });

  it('has no last absence if it is in the very first complete listing', () => {
    const { observations } = after(aLedger({ lastListing: null }), aSnapshot([aVif()]));
    expect(observations[ID]?.notListedAt).toBeNull();
  });

  it('is written before its listing, so that a crash between the two does not lose its earliest expiry', () => {
    const { changes } = reconcile(aLedger(), aSnapshot([aVif()]), WEEK);
    expect(changes.map(({ kind }) => kind)).toEqual(['observed', 'listed']);
  });

  it('is not recorded without a valid ID', () => {
    const odd = aVif({ id: '(item 1 of the listing)', readErrors: ['no ID'] });
    expect(after(aLedger(), aSnapshot([odd])).observations).toEqual({});
  });

  it('is recorded even without a state', () => {
    expect(Object.keys(after(aLedger(), aSnapshot([aVif({ state: null })])).observations)).toEqual([ID]);
  });
});

describe('a request that is observed again', () => {
  it('changes nothing but the time of the listing', () => {
    const { changes, ...others } = reconcile(known, aSnapshot([aVif()]), WEEK);
    expect(changes).toEqual([{ kind: 'listed', at: '2026-11-10T12:00:00.000Z' }]);
    expect(others).toEqual({ ended: [], warnings: [], failures: [] });
  });
});

describe('an offer of the recipient to others', () => {
  const outbound = aSnapshot([aVif()], { requests: [], outbound: [aVif()] });
  const { [ID]: first = anObservation() } = known.observations;

  it('is recorded as outbound, so that its end is not reported', () => {
    const offered = after(aLedger(), outbound);
    expect(offered.observations[ID]).toMatchObject({ outbound: true, firstSeen: '2026-11-10T12:00:05.000Z' });
    const accepted = reconcile(offered, aSnapshot([aLiveVif({ id: ID, gateway: VGW.lab })]), WEEK);
    expect(accepted.changes).toContainEqual({ kind: 'ended', id: ID, ended: null });
    expect(accepted).toMatchObject({ ended: [], failures: [] });
  });

  it('is distinguished from a request in each listing, and keeps its first observation', () => {
    expect(after(known, outbound).observations).toEqual({ [ID]: { ...first, outbound: true } });
    expect(after(after(known, outbound), aSnapshot([aVif()])).observations).toEqual({ [ID]: first });
    expect(reconcile(after(known, outbound), outbound, WEEK).changes).toHaveLength(1);
  });
});

describe('an accepted interface', () => {
  const accepted = aLedger({ acceptances: { [ID]: anAcceptance() } });

  it.each([{ state: 'pending' }, { state: 'down' }, { state: 'odd', gateway: VGW.lab }])(
    'stays recorded while it is live, in any state: %j',
    (given) => {
      const { changes, ended } = reconcile(accepted, aSnapshot([aLiveVif({ id: ID, ...given })]), WEEK);
      expect(changes.map(({ kind }) => kind)).toEqual(['listed']);
      expect(ended).toEqual([]);
    },
  );

  it('is recorded as available once, without a second receipt', () => {
    const snapshot = aSnapshot([aLiveVif({ id: ID })]);
    const acceptance = anAcceptance({ availableAt: '2026-11-10T12:00:05.000Z' });
    const { changes, ended } = reconcile(accepted, snapshot, WEEK);
    expect(changes[0]).toEqual({ kind: 'accepted', id: ID, acceptance, receipt: null });
    expect([changes.length, ended]).toEqual([2, []]);
    const later = { ...snapshot, seenAt: '2026-11-10T13:00:05.000Z' };
    expect(reconcile(after(accepted, snapshot), later, WEEK).changes).toHaveLength(1);
  });

  it('is not recorded as available on another gateway', () => {
    const snapshot = aSnapshot([aLiveVif({ id: ID, gateway: VGW.lab })]);
    expect(after(accepted, snapshot).acceptances).toEqual(accepted.acceptances);
  });

  it.each([
    ['ended', aSnapshot([aVif({ state: 'deleted' })])],
    ['unknown', aSnapshot([], { absent: [ID] })],
  ])('is removed when it is %s, and no request ended', (_, snapshot) => {
    expect(after(accepted, snapshot).acceptances).toEqual({});
    const { changes, ended } = reconcile(accepted, snapshot, WEEK);
    expect(changes).toContainEqual({ kind: 'ended', id: ID, ended: null });
    expect(ended).toEqual([]);
  });

  it('is not reported as accepted by others after an outdated listing showed it as a request', () => {
    const lagging = after(accepted, aSnapshot([aVif()]));
    expect(lagging.acceptances).toEqual(accepted.acceptances);
    const snapshot = aSnapshot([aLiveVif({ id: ID, gateway: VGW.prod })]);
    expect(reconcile(lagging, snapshot, WEEK).ended).toMatchObject([{ id: ID, as: 'accepted' }]);
    const acceptance = anAcceptance({ availableAt: '2026-11-10T12:00:05.000Z' });
    expect(after(lagging, snapshot)).toMatchObject({ observations: {}, acceptances: { [ID]: acceptance } });
    const moved = aSnapshot([aLiveVif({ id: ID, gateway: VGW.lab })]);
    expect(reconcile(lagging, moved, WEEK).ended).toMatchObject([{ id: ID, as: 'acceptedByOthers' }]);
  });
});

describe('the IDs that a complete listing must have', () => {
  it('are all live IDs of the ledger, each once', () => {
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
    'from a request that is `%s` without a gateway',
    (state) => {
      const { changes, ended } = reconcile(known, aSnapshot([aVif({ state })]), WEEK);
      expect(changes.map(({ kind }) => kind)).toEqual(['listed']);
      expect(ended).toEqual([]);
    },
  );

  it('from a missing request, if the listing has an item with an unreadable ID', () => {
    const odd = aVif({ id: '(item 1 of the listing)', readErrors: ['no ID'] });
    const snapshot = aSnapshot([odd]);
    expect(reconcile(aLedger(), snapshot, WEEK).changes).toEqual([]);
    expect(reconcile(aLedger({ lastListing: snapshot.listedAt }), snapshot, WEEK).changes).toEqual([]);
  });
});
