import { describe, expect, it } from 'vitest';
import { applyLedgerChange } from '../../core/applyLedgerChanges.ts';
import type { LedgerState } from '../../core/ledgerState.ts';
import { reconcile } from '../../core/reconcile.ts';
import type { Snapshot } from '../../core/snapshot.ts';
import { aVif, VGW } from '../support/builders.ts';
import {
  aLedger,
  anAcceptance,
  anIntent,
  anObservation,
  aReceipt,
  aSnapshot,
  theEvidence,
} from '../support/ledgerBuilders.ts';

/** OUTSCALE's expiry, in seconds */
const WEEK = 7 * 86_400;

/** A confirm was begun, and its outcome is unknown. */
const ID = 'dxvif-aaaaaaaa';
const begun = aLedger({ observations: { [ID]: anObservation() }, intents: { [ID]: anIntent() } });

function after(state: LedgerState, ...snapshots: Snapshot[]): LedgerState {
  return snapshots.reduce(
    (now, snapshot) => reconcile(now, snapshot, WEEK).changes.reduce(applyLedgerChange, now),
    state,
  );
}

const confirming = aSnapshot([aVif()]);

describe('an intent keeps its slot', () => {
  it('until two later complete listings still show the request confirming', () => {
    expect(after(begun, confirming).intents).toEqual({ [ID]: anIntent({ listings: 1 }) });
    expect(after(begun, confirming, confirming).intents).toEqual({});
  });

  it('and its request stays pending, with its first observation', () => {
    expect(after(begun, confirming, confirming, confirming).observations).toEqual(begun.observations);
  });

  it('without counting listings that show no state, but counting outbound offers', () => {
    const stateless = aSnapshot([aVif({ state: null })]);
    const outbound = aSnapshot([aVif()], { requests: [], outbound: [aVif()] });
    expect(after(begun, stateless, stateless, stateless).intents).toEqual({ [ID]: anIntent() });
    expect(after(begun, outbound).intents).toEqual({ [ID]: anIntent({ listings: 1 }) });
    expect(after(begun, outbound, outbound, outbound)).toMatchObject({
      intents: {},
      observations: { [ID]: { outbound: true } },
    });
  });

  it('from the beginning when the confirm is begun again', () => {
    const again = applyLedgerChange(after(begun, confirming), {
      kind: 'intended',
      id: ID,
      intent: anIntent(),
    });
    expect(after(again, confirming).intents).toEqual({ [ID]: anIntent({ listings: 1 }) });
  });
});

describe('an intent ends', () => {
  it.each(['pending', 'available', 'down', 'odd'])(
    'as an acceptance found late, when it is %s on the assigned gateway',
    (state) => {
      const snapshot = aSnapshot([aVif({ state, gateway: VGW.prod })]);
      expect(reconcile(begun, snapshot, WEEK)).toMatchObject({
        ended: [{ id: ID, as: 'accepted' }],
        failures: [],
      });
      expect(after(begun, snapshot)).toMatchObject({
        observations: {},
        intents: {},
        acceptances: { [ID]: anAcceptance() },
      });
    },
  );

  it('with a receipt that has the evidence of the confirm and the proof of acceptance', () => {
    const evidence = theEvidence({ skipped: ['ASN conflict: unknown'] });
    const state = aLedger({ observations: begun.observations, intents: { [ID]: anIntent({ evidence }) } });
    const snapshot = aSnapshot([aVif({ state: 'available', gateway: VGW.prod })]);
    const [change] = reconcile(state, snapshot, WEEK).changes;
    expect(change).toEqual({
      kind: 'accepted',
      id: ID,
      acceptance: anAcceptance(),
      receipt: aReceipt({
        skipped: ['ASN conflict: unknown'],
        acceptedAt: '2026-11-10T12:00:05.000Z',
        answer: { by: 'laterRun', state: 'available', doubt: expect.stringContaining('unknown') },
      }),
    });
  });

  it('as an acceptance without the count of listings, which a ledger would refuse to read', () => {
    const { acceptances } = after(
      begun,
      confirming,
      aSnapshot([aVif({ state: 'pending', gateway: VGW.prod })]),
    );
    expect(acceptances).toEqual({ [ID]: anAcceptance() });
  });

  it.each([
    [VGW.lab, `\`${VGW.lab}\``],
    ['vgw-\u001b[2J', '`vgw-\\u{1b}[2J`'],
  ])('with a failure, when it is on another gateway %j', (gateway, quoted) => {
    const snapshot = aSnapshot([aVif({ state: 'available', gateway })]);
    expect(reconcile(begun, snapshot, WEEK)).toMatchObject({
      ended: [{ id: ID, as: 'acceptedByOthers' }],
      failures: [
        { code: 'other-gateway', message: expect.stringContaining(`\`${VGW.prod}\` and is on ${quoted}:`) },
      ],
    });
    expect(after(begun, snapshot)).toMatchObject({ observations: {}, intents: {}, acceptances: {} });
  });

  it('not while the API returns no gateway, which is reported in each run', () => {
    const snapshot = aSnapshot([aVif({ state: 'pending', gateway: null })]);
    const message = `${ID} was to get gateway \`${VGW.prod}\` and is \`pending\`, but the API does not return its gateway; check it with the AWS CLI`;
    expect(reconcile(begun, snapshot, WEEK)).toEqual({
      changes: [{ kind: 'listed', at: snapshot.listedAt }],
      ended: [],
      warnings: [],
      failures: [{ code: 'confirm-failed', message }],
    });
    expect(after(begun, snapshot).intents).toEqual(begun.intents);
  });

  it('without an ended request if there was no observation', () => {
    const snapshot = aSnapshot([aVif({ state: 'available', gateway: VGW.prod })]);
    const { changes, ended } = reconcile(aLedger({ intents: begun.intents }), snapshot, WEEK);
    expect(changes[0]).toMatchObject({ kind: 'accepted', id: ID });
    expect(ended).toEqual([]);
  });

  it.each(['expired', 'rejected', 'deleted'])('as %s, when the confirm was too late', (state) => {
    const snapshot = aSnapshot([aVif({ state })]);
    expect(reconcile(begun, snapshot, WEEK).ended).toMatchObject([{ id: ID, as: state }]);
    expect(after(begun, snapshot)).toMatchObject({ observations: {}, intents: {} });
  });

  it('when the API no longer knows the interface', () => {
    const snapshot = aSnapshot([], { absent: [ID] });
    expect(reconcile(begun, snapshot, WEEK).ended).toMatchObject([{ as: 'vanished' }]);
    expect(after(begun, snapshot)).toMatchObject({ observations: {}, intents: {} });
  });
});
