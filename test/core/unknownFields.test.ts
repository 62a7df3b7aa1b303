import { describe, expect, it } from 'vitest';
import { applyLedgerChange } from '../../core/applyLedgerChanges.ts';
import { NO_DEADLINE } from '../../core/deadline.ts';
import { decide } from '../../core/decide.ts';
import { reconcile } from '../../core/reconcile.ts';
import {
  aDecisionContext,
  aGrant,
  aLiveVif,
  anOwner,
  aPolicy,
  aVif,
  CONNECTION,
  NOW,
  VGW,
  WEEK_S,
} from '../support/builders.ts';
import { publish, publishInTurn } from '../support/eventFixtures.ts';
import { aLedger, anAcceptance, anObservation, aReceipt, aSnapshot } from '../support/ledgerBuilders.ts';

const ID = 'dxvif-aaaaaaaa';
const OTHER = 'dxvif-bbbbbbbb';
const FUTURE = '2026-12-24T00:00:00.000Z';
const NAMELESS = aVif({ id: '(item 1 of the listing)', readErrors: ['no ID'], state: null });
const LATER = { listedAt: '2026-11-10T13:00:00.000Z', seenAt: '2026-11-10T13:00:05.000Z' };

describe('nothing is concluded', () => {
  it('from an interface whose damaged item may be the intent of a confirm', () => {
    const state = aLedger({ observations: { [ID]: anObservation() }, damaged: { [ID]: 'odd' } });
    const snapshot = aSnapshot([aVif({ state: 'pending', gateway: VGW.prod })]);
    expect(reconcile(state, snapshot, WEEK_S)).toMatchObject({ ended: [], changes: [{ kind: 'listed' }] });
  });

  it('from a recorded acceptance whose gateway the API does not show yet', () => {
    const state = aLedger({ observations: { [ID]: anObservation() }, acceptances: { [ID]: anAcceptance() } });
    const snapshot = aSnapshot([aVif({ state: 'pending', gateway: null })]);
    expect(reconcile(state, snapshot, WEEK_S)).toMatchObject({ ended: [], changes: [{ kind: 'listed' }] });
  });
});

describe('a clock that stepped back', () => {
  it('is reported once, also for an interface that is no longer a request', () => {
    const state = aLedger({
      observations: { [ID]: anObservation({ firstSeen: FUTURE }), [OTHER]: anObservation() },
    });
    const snapshot = aSnapshot([aVif({ state: 'deleting' }), aVif({ id: OTHER })]);
    const next = reconcile(state, snapshot, WEEK_S).changes.reduce(applyLedgerChange, state);
    const again = reconcile(next, { ...snapshot, ...LATER }, WEEK_S);
    expect(again).toMatchObject({ warnings: [], changes: [{ kind: 'listed' }] });
  });

  it('is reported once, also while a listing has an item without an ID', () => {
    const state = aLedger({ lastListing: FUTURE, observations: { [ID]: anObservation() } });
    const snapshot = aSnapshot([NAMELESS, aVif()]);
    const next = reconcile(state, snapshot, WEEK_S).changes.reduce(applyLedgerChange, state);
    expect(next.lastListing).toBeNull();
    expect(reconcile(next, { ...snapshot, ...LATER }, WEEK_S)).toMatchObject({ warnings: [], changes: [] });
  });
});

it('a record that becomes unreadable frees no slot, in any state of its interface', () => {
  const policy = aPolicy({ owners: [anOwner({ grants: [aGrant({ limit: 1 })] })] });
  const live = aLiveVif({ connection: CONNECTION.other });
  const read = aDecisionContext({ interfaces: [aVif(), live], acceptances: { [live.id]: anAcceptance() } });
  const damaged = aDecisionContext({ interfaces: [aVif(), live], damaged: { [live.id]: 'odd' } });
  for (const context of [read, damaged])
    expect(decide(policy, aVif(), context, NO_DEADLINE, NOW)).toMatchObject({
      verdict: 'hold',
      reasons: [{ code: 'grant-limit' }],
    });
});

it('a problem that returns after another one is a new event', () => {
  const state = aLedger({ acceptances: { [OTHER]: anAcceptance() } });
  const found = (problem: 'down' | 'notAvailable') => ({
    followUps: [
      {
        id: OTHER,
        owner: 'acme',
        gateway: VGW.prod,
        acceptedAt: '2026-11-10T11:00:00.000Z',
        problem,
        message: '',
        fix: null,
        connection: null,
      },
    ],
  });
  const ids = publishInTurn(state, found('down'), found('notAvailable'), found('down')).flat();
  expect(new Set(ids.map(({ id }) => id)).size).toBe(3);
});

it('a grant with the name of an inherited property has no ticket', () => {
  const receipt = aReceipt({ grant: 'constructor', grants: ['constructor'] });
  expect(publish(aLedger(), { receipts: [receipt] }).detail.ticket).toBeNull();
});
