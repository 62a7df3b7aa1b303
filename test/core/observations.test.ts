import { describe, expect, it } from 'vitest';
import { applyLedgerChange } from '../../core/applyLedgerChanges.ts';
import type { LedgerState } from '../../core/ledgerState.ts';
import { unlistedSinceChanges } from '../../core/observations.ts';
import { reconcile } from '../../core/reconcile.ts';
import { missingLedgerIds, type Snapshot } from '../../core/snapshot.ts';
import { aVif, WEEK_S } from '../support/builders.ts';
import {
  aLedger,
  anAcceptance,
  anIntent,
  anObservation,
  aSnapshot,
  storedReasons,
} from '../support/ledgerBuilders.ts';

const [ID, OTHER] = ['dxvif-aaaaaaaa', 'dxvif-bbbbbbbb'];

function after(state: LedgerState, snapshot: Snapshot): LedgerState {
  return reconcile(state, snapshot, WEEK_S).changes.reduce(applyLedgerChange, state);
}

it('an observation does not overwrite a damaged ledger item', () => {
  const state = aLedger({ damaged: { [ID]: 'it is odd' } });
  expect(Object.keys(after(state, aSnapshot([aVif(), aVif({ id: OTHER })])).observations)).toEqual([OTHER]);
  const known = aLedger({
    lastListing: '2026-12-24T00:00:00.000Z',
    observations: { [ID]: anObservation() },
    damaged: { [ID]: 'it is odd' },
  });
  expect(after(known, aSnapshot([aVif()])).observations[ID]).toEqual(anObservation());
});

describe('a request with the ID of an earlier one and another VLAN', () => {
  const known = anObservation({ vlan: 99, failures: 1, held: storedReasons('frozen') });
  const snapshot = aSnapshot([aVif()]);

  it('is a new request, and the earlier one ended', () => {
    const state = aLedger({ observations: { [ID]: known } });
    const { changes, ended } = reconcile(state, snapshot, WEEK_S);
    expect(ended).toMatchObject([
      { id: ID, vlan: 99, as: 'vanished', held: storedReasons('frozen'), failures: 1 },
    ]);
    expect(changes).toContainEqual({ kind: 'ended', id: ID, ended: ended[0] });
    expect(after(state, snapshot).observations).toEqual({
      [ID]: anObservation({ firstSeen: snapshot.seenAt, notListedAt: '2026-11-10T11:00:00.000Z' }),
    });
  });

  it('removes only the earlier one if no confirm was begun', () => {
    const state = aLedger({ observations: { [ID]: known } });
    expect(reconcile(state, snapshot, WEEK_S).changes.map(({ kind }) => kind)).toEqual([
      'ended',
      'observed',
      'listed',
    ]);
  });

  it('ends nothing if the ledger item is damaged', () => {
    const state = aLedger({ observations: { [ID]: known }, damaged: { [ID]: 'it is odd' } });
    expect(reconcile(state, snapshot, WEEK_S)).toMatchObject({ ended: [], changes: [{ kind: 'listed' }] });
  });

  it('keeps the intent of a confirm that was begun, which may affect it', () => {
    const state = aLedger({ observations: { [ID]: known }, intents: { [ID]: anIntent() } });
    expect(after(state, snapshot).intents).toEqual({ [ID]: anIntent({ listings: 1 }) });
  });

  it('keeps the intent also while it has an unknown state', () => {
    const state = aLedger({ observations: { [ID]: known }, intents: { [ID]: anIntent() } });
    const odd = aVif({ state: 'approving' });
    expect(after(state, aSnapshot([odd], { requests: [odd] })).intents).toEqual({ [ID]: anIntent() });
  });

  it('ends no request if the earlier one was an outbound offer', () => {
    const state = aLedger({ observations: { [ID]: { ...known, outbound: true } } });
    const { changes, ended } = reconcile(state, snapshot, WEEK_S);
    expect(ended).toEqual([]);
    expect(changes[0]).toEqual({ kind: 'ended', id: ID, ended: null });
  });

  it.each([
    [null, 101],
    [101, null],
  ])('is the same request if either VLAN is unknown: %j, then %j', (vlan, now) => {
    const state = aLedger({ observations: { [ID]: anObservation({ vlan }) } });
    expect(reconcile(state, aSnapshot([aVif({ vlan: now })]), WEEK_S).changes).toHaveLength(1);
  });
});

describe('a request that a listing lacks and no run described', () => {
  const since = '2026-11-10T11:00:05.000Z';
  const waiting = anObservation({ unlistedSince: since });
  const state = aLedger({ observations: { [ID]: waiting, [OTHER]: anObservation() } });
  const marks = (left: string[], described: string[], snapshot: Snapshot) =>
    unlistedSinceChanges(state, left, described, snapshot).map((change) =>
      change.kind === 'observed' ? change.observation.unlistedSince : change.kind,
    );

  it('is recorded as waiting since the first such listing', () => {
    const snapshot = aSnapshot([]);
    expect(marks([ID, OTHER], [], snapshot)).toEqual([snapshot.seenAt]);
    expect(marks(['dxvif-unknown1'], [], snapshot)).toEqual([]);
  });

  it('no longer waits after it is described or listed', () => {
    expect(marks([], [ID, OTHER], aSnapshot([]))).toEqual([null]);
    expect(after(state, aSnapshot([aVif()])).observations[ID]).toEqual(anObservation());
  });

  it('does not wait since a time of a clock that stepped back', () => {
    const ahead = { ...state, lastListing: '2026-12-24T00:00:00.000Z' };
    expect(after(ahead, aSnapshot([])).observations[ID]).toMatchObject({ unlistedSince: null });
  });

  it('is described after possible acceptances, and before requests that no earlier run left out', () => {
    const known = aLedger({
      observations: {
        old: anObservation({ firstSeen: '2026-11-01T00:00:00.000Z' }),
        new: anObservation({ firstSeen: '2026-11-09T00:00:00.000Z' }),
        listed: anObservation(),
        longer: anObservation({ unlistedSince: '2026-11-10T10:00:05.000Z' }),
        waiting,
        begun: anObservation(),
      },
      intents: { begun: anIntent() },
      acceptances: { given: anAcceptance() },
    });
    const { found } = aSnapshot([aVif({ id: 'listed' })]);
    expect(missingLedgerIds(known, found)).toEqual(['begun', 'given', 'longer', 'waiting', 'old', 'new']);
  });
});
