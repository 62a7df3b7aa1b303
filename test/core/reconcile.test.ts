import { describe, expect, it } from 'vitest';
import { applyChange, type LedgerState } from '../../lambda/core/ledger.ts';
import type { VirtualInterface } from '../../lambda/core/model.ts';
import { type EndedAs, heldAsLive, reconcile, type Survey } from '../../lambda/core/reconcile.ts';
import { aLiveVif, aVif, CONNECTION, VGW } from '../support/builders.ts';
import { aLedger, anAcceptance, anIntent, aSighting, aSurvey } from '../support/ledgerBuilders.ts';

/** OUTSCALE's expiry, in seconds */
const WEEK = 7 * 86_400;

const ID = 'dxvif-aaaaaaaa';
const known = aLedger({ sightings: { [ID]: aSighting({ held: ['no-grant'] }) } });

function after(state: LedgerState, survey: Survey): LedgerState {
  return reconcile(state, survey, WEEK).changes.reduce(applyChange, state);
}

describe('a request seen for the first time', () => {
  it('is remembered with when it was not there yet', () => {
    expect(after(aLedger(), aSurvey([aVif()])).sightings).toEqual({
      [ID]: aSighting({
        firstSeen: '2026-11-10T12:00:05.000Z', // after the answer
        notListedAt: '2026-11-10T11:00:00.000Z', // before the first call of the listing before
      }),
    });
  });

  it('in the first complete listing of all, was never known not to be there', () => {
    const { sightings } = after(aLedger({ lastListing: null }), aSurvey([aVif()]));
    expect(sightings[ID]?.notListedAt).toBeNull();
  });

  it('is written before the listing that showed it, else a crash between would lose its early end', () => {
    const { changes } = reconcile(aLedger(), aSurvey([aVif()]), WEEK);
    expect(changes.map(({ kind }) => kind)).toEqual(['sighted', 'listed']);
  });

  it('without a proper ID is not remembered', () => {
    const odd = aVif({ id: '(item 1 of the listing)', faults: ['no ID'] });
    expect(after(aLedger(), aSurvey([odd])).sightings).toEqual({});
  });

  it('without a state is remembered all the same', () => {
    expect(Object.keys(after(aLedger(), aSurvey([aVif({ state: null })])).sightings)).toEqual([ID]);
  });
});

describe('a request seen again', () => {
  it('changes nothing but the time of the listing', () => {
    const { changes, ended, failures } = reconcile(known, aSurvey([aVif()]), WEEK);
    expect(changes).toEqual([{ kind: 'listed', at: '2026-11-10T12:00:00.000Z' }]);
    expect([ended, failures]).toEqual([[], []]);
  });

  it('that turns out to be an offer of ours to others is forgotten without an end', () => {
    const survey = aSurvey([aVif()], { requests: [] });
    expect(after(known, survey).sightings).toEqual({});
    expect(reconcile(known, survey, WEEK).ended).toEqual([]);
  });
});

describe('a request that ended is told, with why it had been held, and forgotten', () => {
  it.each<[string, VirtualInterface | null, EndedAs]>([
    ['expired', aVif({ state: 'expired' }), 'expired'],
    ['rejected by its owner', aVif({ state: 'rejected' }), 'rejected'],
    ['deleted', aVif({ state: 'deleted' }), 'deleted'],
    ['listed no more, and unknown by its ID', null, 'vanished'],
    ['accepted by somebody else', aVif({ state: 'pending', gateway: VGW.lab }), 'acceptedByOthers'],
    [
      'accepted by somebody else, on a gateway of ours',
      aVif({ state: 'available', gateway: VGW.prod }),
      'acceptedByOthers',
    ],
    [
      'accepted by somebody else, in a state past confirming',
      aLiveVif({ id: ID, state: 'testing' }),
      'acceptedByOthers',
    ],
  ])('%s', (_, vif, as) => {
    const survey = aSurvey(vif === null ? [] : [vif], { absent: vif === null ? [ID] : [] });
    const { ended, failures } = reconcile(known, survey, WEEK);
    expect(ended).toEqual([
      {
        id: ID,
        connection: CONNECTION.owner,
        vlan: 101,
        name: 'acme-prod-1',
        firstSeen: '2026-11-10T10:00:05.000Z',
        as,
        held: ['no-grant'],
      },
    ]);
    expect(failures).toEqual([]);
    expect(after(known, survey).sightings).toEqual({});
  });

  it('and is new when its ID comes back', () => {
    const gone = after(known, aSurvey([], { absent: [ID] }));
    const back = after(gone, aSurvey([aVif()], { seenAt: '2026-11-10T13:00:05.000Z' }));
    expect(back.sightings[ID]).toMatchObject({
      firstSeen: '2026-11-10T13:00:05.000Z',
      notListedAt: '2026-11-10T12:00:00.000Z',
      held: [],
    });
  });
});

describe('what we accepted', () => {
  const accepted = aLedger({ acceptances: { [ID]: anAcceptance() } });

  it('stays on record while it lives, whatever becomes of it', () => {
    for (const given of [{ state: 'available' }, { state: 'down' }, { state: 'odd', gateway: VGW.lab }]) {
      const { changes, ended } = reconcile(accepted, aSurvey([aLiveVif({ id: ID, ...given })]), WEEK);
      expect(changes.map(({ kind }) => kind)).toEqual(['listed']);
      expect(ended).toEqual([]);
    }
  });

  it('is forgotten when it is over, or unknown', () => {
    expect(after(accepted, aSurvey([aVif({ state: 'deleted' })])).acceptances).toEqual({});
    expect(after(accepted, aSurvey([], { absent: [ID] })).acceptances).toEqual({});
  });

  it('and a listing that lags behind shows as a request, is no work of others when the listing catches up', () => {
    const lagging = after(accepted, aSurvey([aVif()]));
    expect(lagging.acceptances).toEqual(accepted.acceptances);
    const survey = aSurvey([aLiveVif({ id: ID, gateway: VGW.prod })]);
    expect(reconcile(lagging, survey, WEEK).ended).toMatchObject([{ id: ID, as: 'accepted' }]);
    expect(after(lagging, survey)).toMatchObject({ sightings: {}, acceptances: accepted.acceptances });
    const moved = aSurvey([aLiveVif({ id: ID, gateway: VGW.lab })]);
    expect(reconcile(lagging, moved, WEEK).ended).toMatchObject([{ id: ID, as: 'acceptedByOthers' }]);
  });
});

describe('what must be found again, or the listing was incomplete', () => {
  it('is all that the ledger holds as live, once', () => {
    const state = aLedger({
      sightings: { a: aSighting(), b: aSighting() },
      intents: { b: anIntent(), c: anIntent() },
      acceptances: { c: anAcceptance(), d: anAcceptance() },
    });
    expect(heldAsLive(state)).toEqual(['a', 'b', 'c', 'd']);
  });
});

describe('a request that the API knows no more', () => {
  it.each<[string, string, number | null, EndedAs]>([
    ['before the early end of its deadline', '2026-11-17T08:59:59.000Z', WEEK, 'vanished'],
    ['after it', '2026-11-17T09:00:00.000Z', WEEK, 'expired'],
    ['where requests never expire', '2027-11-17T09:00:00.000Z', null, 'vanished'],
  ])('%s', (_, seenAt, expiry, as) => {
    const survey = aSurvey([], { absent: [ID], seenAt });
    expect(reconcile(known, survey, expiry).ended).toMatchObject([{ id: ID, as }]);
  });
});

describe('nothing is concluded', () => {
  it.each(['deleting', 'verifying', 'testing', 'unknown'])(
    'of a request that is `%s` on no gateway',
    (state) => {
      const { changes, ended } = reconcile(known, aSurvey([aVif({ state })]), WEEK);
      expect(changes.map(({ kind }) => kind)).toEqual(['listed']);
      expect(ended).toEqual([]);
    },
  );

  it('of what a listing lacks, when it has an item that cannot be told from others', () => {
    const odd = aVif({ id: '(item 1 of the listing)', faults: ['no ID'] });
    expect(reconcile(aLedger(), aSurvey([odd]), WEEK).changes).toEqual([]);
  });
});
