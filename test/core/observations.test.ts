import { describe, expect, it } from 'vitest';
import { applyChange } from '../../core/applyLedgerChanges.ts';
import type { LedgerState } from '../../core/ledgerState.ts';
import { waitingChanges } from '../../core/observations.ts';
import { reconcile } from '../../core/reconcile.ts';
import { missingFrom, type Survey } from '../../core/snapshot.ts';
import { aVif, WEEK_S } from '../support/builders.ts';
import { aLedger, anAcceptance, anIntent, aSighting, aSurvey, heldFor } from '../support/ledgerBuilders.ts';

const [ID, OTHER] = ['dxvif-aaaaaaaa', 'dxvif-bbbbbbbb'];

function after(state: LedgerState, survey: Survey): LedgerState {
  return reconcile(state, survey, WEEK_S).changes.reduce(applyChange, state);
}

it('what cannot be read in the ledger is not written over by a sighting', () => {
  const state = aLedger({ damaged: { [ID]: 'it is odd' } });
  expect(Object.keys(after(state, aSurvey([aVif(), aVif({ id: OTHER })])).sightings)).toEqual([OTHER]);
  const known = aLedger({
    lastListing: '2026-12-24T00:00:00.000Z',
    sightings: { [ID]: aSighting() },
    damaged: { [ID]: 'it is odd' },
  });
  expect(after(known, aSurvey([aVif()])).sightings[ID]).toEqual(aSighting());
});

describe('a request that has another VLAN than the one of its ID before', () => {
  const known = aSighting({ vlan: 99, failures: 1, held: heldFor('frozen') });
  const survey = aSurvey([aVif()]);

  it('is another: that one ended, and this one is new', () => {
    const state = aLedger({ sightings: { [ID]: known } });
    const { changes, ended } = reconcile(state, survey, WEEK_S);
    expect(ended).toMatchObject([{ id: ID, vlan: 99, as: 'vanished', held: heldFor('frozen'), failures: 1 }]);
    expect(changes).toContainEqual({ kind: 'ended', id: ID, ended: ended[0] });
    expect(after(state, survey).sightings).toEqual({
      [ID]: aSighting({ firstSeen: survey.seenAt, notListedAt: '2026-11-10T11:00:00.000Z' }),
    });
  });

  it('forgets nothing but that one, where no confirm was begun', () => {
    const state = aLedger({ sightings: { [ID]: known } });
    expect(reconcile(state, survey, WEEK_S).changes.map(({ kind }) => kind)).toEqual([
      'ended',
      'sighted',
      'listed',
    ]);
  });

  it('ends nothing where what the ledger holds of it cannot be read', () => {
    const state = aLedger({ sightings: { [ID]: known }, damaged: { [ID]: 'it is odd' } });
    expect(reconcile(state, survey, WEEK_S)).toMatchObject({ ended: [], changes: [{ kind: 'listed' }] });
  });

  it('keeps the slot of a confirm that was begun, which may hit it', () => {
    const state = aLedger({ sightings: { [ID]: known }, intents: { [ID]: anIntent() } });
    expect(after(state, survey).intents).toEqual({ [ID]: anIntent({ listings: 1 }) });
  });

  it('keeps it also while it is in a state that nobody has heard of', () => {
    const state = aLedger({ sightings: { [ID]: known }, intents: { [ID]: anIntent() } });
    const odd = aVif({ state: 'approving' });
    expect(after(state, aSurvey([odd], { requests: [odd] })).intents).toEqual({ [ID]: anIntent() });
  });

  it('is no end of a request when it was an offer of ours', () => {
    const state = aLedger({ sightings: { [ID]: { ...known, outbound: true } } });
    const { changes, ended } = reconcile(state, survey, WEEK_S);
    expect(ended).toEqual([]);
    expect(changes[0]).toEqual({ kind: 'ended', id: ID, ended: null });
  });

  it.each([
    [null, 101],
    [101, null],
  ])('is the same one where either is not known: %j, then %j', (vlan, now) => {
    const state = aLedger({ sightings: { [ID]: aSighting({ vlan }) } });
    expect(reconcile(state, aSurvey([aVif({ vlan: now })]), WEEK_S).changes).toHaveLength(1);
  });
});

describe('a request that a listing lacks and no run described', () => {
  const since = '2026-11-10T11:00:05.000Z';
  const waiting = aSighting({ unlistedSince: since });
  const state = aLedger({ sightings: { [ID]: waiting, [OTHER]: aSighting() } });
  const marks = (left: string[], described: string[], survey: Survey) =>
    waitingChanges(state, left, described, survey).map((change) =>
      change.kind === 'sighted' ? change.sighting.unlistedSince : change.kind,
    );

  it('is remembered as waiting since the first such listing', () => {
    const survey = aSurvey([]);
    expect(marks([ID, OTHER], [], survey)).toEqual([survey.seenAt]);
    expect(marks(['dxvif-unknown1'], [], survey)).toEqual([]);
  });

  it('waits no more once it is described or listed', () => {
    expect(marks([], [ID, OTHER], aSurvey([]))).toEqual([null]);
    expect(after(state, aSurvey([aVif()])).sightings[ID]).toEqual(aSighting());
  });

  it('does not wait since an instant of a clock that stepped back', () => {
    const ahead = { ...state, lastListing: '2026-12-24T00:00:00.000Z' };
    expect(after(ahead, aSurvey([])).sightings[ID]).toMatchObject({ unlistedSince: null });
  });

  it('is described after what we may have accepted, and before what no run had to leave', () => {
    const known = aLedger({
      sightings: {
        old: aSighting({ firstSeen: '2026-11-01T00:00:00.000Z' }),
        new: aSighting({ firstSeen: '2026-11-09T00:00:00.000Z' }),
        listed: aSighting(),
        longer: aSighting({ unlistedSince: '2026-11-10T10:00:05.000Z' }),
        waiting,
        begun: aSighting(),
      },
      intents: { begun: anIntent() },
      acceptances: { given: anAcceptance() },
    });
    const { found } = aSurvey([aVif({ id: 'listed' })]);
    expect(missingFrom(known, found)).toEqual(['begun', 'given', 'longer', 'waiting', 'old', 'new']);
  });
});
