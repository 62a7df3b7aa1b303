import { describe, expect, it } from 'vitest';
import { applyLedgerChange } from '../../core/applyLedgerChanges.ts';
import { type EndCause, endRequest } from '../../core/endedRequest.ts';
import { requestDetailsOf } from '../../core/ledgerEntries.ts';
import type { LedgerState } from '../../core/ledgerState.ts';
import type { VirtualInterface } from '../../core/model.ts';
import { reconcile } from '../../core/reconcile.ts';
import type { Snapshot } from '../../core/snapshot.ts';
import { aLiveVif, aVif, CONNECTION, VGW, WEEK_S } from '../support/builders.ts';
import {
  aLedger,
  anAcceptance,
  anIntent,
  anObservation,
  aSnapshot,
  storedReasons,
} from '../support/ledgerBuilders.ts';

const ID = 'dxvif-aaaaaaaa';
const known = aLedger({
  observations: { [ID]: anObservation({ held: storedReasons('no-grant'), failures: 2 }) },
});

function after(state: LedgerState, snapshot: Snapshot): LedgerState {
  return reconcile(state, snapshot, WEEK_S).changes.reduce(applyLedgerChange, state);
}

describe('a request that ended is reported and recorded with its reasons, and is no longer pending', () => {
  it.each<[string, VirtualInterface | null, EndCause]>([
    ['expired', aVif({ state: 'expired' }), 'expired'],
    ['rejected by its owner', aVif({ state: 'rejected' }), 'rejected'],
    ['deleted', aVif({ state: 'deleted' }), 'deleted'],
    ['no longer listed, and unknown by its ID', null, 'vanished'],
    ['accepted by somebody else', aVif({ state: 'pending', gateway: VGW.lab }), 'acceptedByOthers'],
    [
      'accepted by somebody else, on a gateway of the recipient',
      aVif({ state: 'available', gateway: VGW.prod }),
      'acceptedByOthers',
    ],
    [
      'accepted by somebody else, in a later state than `confirming`',
      aLiveVif({ id: ID, state: 'testing' }),
      'acceptedByOthers',
    ],
  ])('%s', (_, vif, as) => {
    const snapshot = aSnapshot(vif === null ? [] : [vif], { absent: vif === null ? [ID] : [] });
    const { changes, ended, failures } = reconcile(known, snapshot, WEEK_S);
    const end = {
      id: ID,
      connection: CONNECTION.owner,
      vlan: 101,
      name: 'acme-prod-1',
      firstSeen: '2026-11-10T10:00:05.000Z',
      endedAt: '2026-11-10T12:00:05.000Z',
      pendingSeconds: 7200,
      as,
      request: requestDetailsOf(aVif()),
      lastFailure: null,
      held: [{ code: 'no-grant', message: 'because of no-grant' }],
      failures: 2,
    };
    expect(ended).toEqual([end]);
    expect(changes).toContainEqual({ kind: 'ended', id: ID, ended: end });
    expect(failures).toEqual([]);
    expect(after(known, snapshot).observations).toEqual({});
  });

  it('a request with the same ID is new when it returns', () => {
    const gone = after(known, aSnapshot([], { absent: [ID] }));
    const back = after(gone, aSnapshot([aVif()], { seenAt: '2026-11-10T13:00:05.000Z' }));
    expect(back.observations[ID]).toMatchObject({
      firstSeen: '2026-11-10T13:00:05.000Z',
      notListedAt: '2026-11-10T12:00:00.000Z',
      held: [],
      failures: 0,
    });
  });
});

describe('a request that the API no longer knows', () => {
  it.each<[string, string, number | null, EndCause]>([
    ['before its earliest expiry', '2026-11-17T08:59:59.000Z', WEEK_S, 'vanished'],
    ['after it', '2026-11-17T09:00:00.000Z', WEEK_S, 'expired'],
    ['where requests never expire', '2027-11-17T09:00:00.000Z', null, 'vanished'],
  ])('%s', (_, seenAt, expiry, as) => {
    const snapshot = aSnapshot([], { absent: [ID], seenAt });
    expect(reconcile(known, snapshot, expiry).ended).toMatchObject([{ id: ID, as }]);
  });

  it.each<[string, string, EndCause]>([
    ['before that end, and described after it', '2026-11-17T08:59:59.000Z', 'vanished'],
    ['after that end', '2026-11-17T09:00:00.000Z', 'expired'],
    ['later than it was described, by a clock that ran ahead', '2026-11-18T09:00:00.000Z', 'expired'],
  ])('ended according to the first listing that lacked it: %s', (_, unlistedSince, as) => {
    const state = aLedger({ observations: { [ID]: anObservation({ unlistedSince }) } });
    const snapshot = aSnapshot([], { absent: [ID], seenAt: '2026-11-17T09:30:00.000Z' });
    expect(reconcile(state, snapshot, WEEK_S).ended).toMatchObject([{ id: ID, as }]);
  });

  it.each<[string, string, EndCause]>([
    ['before its latest expiry', '2026-11-17T10:00:04.000Z', 'vanished'],
    ['after it', '2026-11-17T10:00:05.000Z', 'expired'],
  ])('ended according to its latest expiry if the earliest is unknown: %s', (_, seenAt, as) => {
    const state = aLedger({ observations: { [ID]: anObservation({ notListedAt: null }) } });
    const snapshot = aSnapshot([], { absent: [ID], seenAt });
    expect(reconcile(state, snapshot, WEEK_S).ended).toMatchObject([{ id: ID, as }]);
  });
});

it('a request was pending from its first observation to its end, and for zero seconds if the clock stepped back', () => {
  const pending = (at: string) => endRequest(ID, anObservation(), 'expired', at).pendingSeconds;
  expect(pending('2026-11-10T10:00:06.400Z')).toBe(1);
  expect(pending('2026-11-10T10:00:04.000Z')).toBe(0);
});

describe('a request that was made and expired while no run was complete', () => {
  const lost = aVif({ state: 'expired' });
  const weekAfter = { listedAt: '2026-11-17T11:00:00.000Z', seenAt: '2026-11-17T11:00:05.000Z' };
  const endsOf = (state: LedgerState, snapshot: Snapshot, expiry: number | null = WEEK_S) =>
    reconcile(state, snapshot, expiry).ended;

  it('is reported once, with what is known', () => {
    const snapshot = aSnapshot([lost], weekAfter);
    expect(endsOf(aLedger(), snapshot)).toEqual([
      {
        id: ID,
        connection: CONNECTION.owner,
        vlan: 101,
        name: 'acme-prod-1',
        firstSeen: null,
        endedAt: '2026-11-17T11:00:05.000Z',
        pendingSeconds: null,
        request: requestDetailsOf(lost),
        lastFailure: null,
        as: 'expired',
        held: [],
        failures: 0,
      },
    ]);
    expect(endsOf(after(aLedger(), snapshot), snapshot)).toEqual([]);
  });

  it.each<[string, Partial<LedgerState>, Partial<Snapshot>, number | null]>([
    [
      'since the last complete listing is not as old as that',
      {},
      { listedAt: '2026-11-17T10:59:59.000Z' },
      WEEK_S,
    ],
    ['since there was no listing before', { lastListing: null }, {}, WEEK_S],
    ['since requests never expire', {}, {}, null],
    ['since it was not offered to us', {}, { expired: [] }, WEEK_S],
    ['since it was followed as accepted', { acceptances: { [ID]: anAcceptance() } }, {}, WEEK_S],
    ['since nothing more is known of it than a confirm', { intents: { [ID]: anIntent() } }, {}, WEEK_S],
  ])('is not assumed %s', (_, state, given, expiry) => {
    expect(endsOf(aLedger(state), aSnapshot([lost], { ...weekAfter, ...given }), expiry)).toEqual([]);
  });

  it('is reported like any other if it was observed', () => {
    expect(endsOf(known, aSnapshot([lost], weekAfter))).toMatchObject([
      { id: ID, as: 'expired', firstSeen: '2026-11-10T10:00:05.000Z' },
    ]);
  });
});
