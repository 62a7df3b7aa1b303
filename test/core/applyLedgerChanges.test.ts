import { describe, expect, it } from 'vitest';
import { applyLedgerChange, applyLedgerChanges } from '../../core/applyLedgerChanges.ts';
import { NOTHING_PUBLISHED } from '../../core/ledgerEntries.ts';
import type { LedgerChange, LedgerState, PublishedMarker } from '../../core/ledgerState.ts';
import { VGW } from '../support/builders.ts';
import {
  aLedger,
  anAcceptance,
  anEndedRequest,
  anIntent,
  anObservation,
  aReceipt,
  storedReasons,
} from '../support/ledgerBuilders.ts';

const AT = '2026-11-10T12:00:00.000Z';
const anEvent = (id: string) => ({ id, type: 'Request Held', at: AT, detail: { id } }) as const;

const b = {
  observations: { b: anObservation({ vlan: 2 }) },
  intents: { b: anIntent({ owner: 'b' }) },
  acceptances: { b: anAcceptance({ owner: 'b' }) },
};

/** A state with an entry of each kind for `a` and for `b`. */
const full = aLedger({
  failing: { since: AT, codes: ['api'] },
  observations: { a: anObservation({ vlan: 1 }), ...b.observations },
  intents: { a: anIntent({ owner: 'a' }), ...b.intents },
  acceptances: { a: anAcceptance({ owner: 'a' }), ...b.acceptances },
  outbox: { x: anEvent('x'), y: anEvent('y') },
  damaged: { d: 'it is odd' },
});

const moved = anAcceptance({ gateway: VGW.lab });
const seen = anObservation({ failures: 3, held: storedReasons('frozen') });
const begun = anIntent({ listings: 1 });
const failing = { since: AT, codes: ['ledger'] };

describe('a change affects only what it names', () => {
  it.each<[string, LedgerChange, Partial<LedgerState>]>([
    ['a listing', { kind: 'listed', at: AT }, { lastListing: AT }],
    [
      'a new observation',
      { kind: 'observed', id: 'c', observation: seen },
      { observations: { ...full.observations, c: seen } },
    ],
    [
      'a known observation',
      { kind: 'observed', id: 'a', observation: seen },
      { observations: { ...full.observations, a: seen } },
    ],
    ['an intent', { kind: 'intended', id: 'a', intent: begun }, { intents: { ...full.intents, a: begun } }],
    ['a dropped intent', { kind: 'intentDropped', id: 'a' }, { intents: b.intents }],
    [
      'an acceptance removes observation and intent',
      { kind: 'accepted', id: 'a', acceptance: moved, receipt: aReceipt() },
      { ...b, acceptances: { ...b.acceptances, a: moved } },
    ],
    [
      'an end removes all entries of one ID and none of another',
      { kind: 'ended', id: 'a', ended: anEndedRequest() },
      b,
    ],
    ['an end of an unknown ID', { kind: 'ended', id: 'c', ended: null }, {}],
    [
      'an event',
      { kind: 'queued', event: anEvent('z'), mark: null },
      { outbox: { ...full.outbox, z: anEvent('z') } },
    ],
    [
      'an event that is queued already',
      { kind: 'queued', event: { ...anEvent('x'), at: '2027-01-01T00:00:00.000Z' }, mark: null },
      { outbox: { ...full.outbox, x: { ...anEvent('x'), at: '2027-01-01T00:00:00.000Z' } } },
    ],
    ['a delivery', { kind: 'delivered', ids: ['x', 'unknown'] }, { outbox: { y: anEvent('y') } }],
    ['a delivery of all events', { kind: 'delivered', ids: ['x', 'y'] }, { outbox: {} }],
    [
      'a failed delivery is counted in the queued event',
      { kind: 'undelivered', ids: ['x', 'unknown'], isRefusal: false },
      { outbox: { ...full.outbox, x: { ...anEvent('x'), triedInVain: 1 } } },
    ],
    [
      'a refusal counts as a failed delivery too',
      { kind: 'undelivered', ids: ['x'], isRefusal: true },
      { outbox: { ...full.outbox, x: { ...anEvent('x'), triedInVain: 1, refusals: 1 } } },
    ],
    [
      'a failed delivery to a further receiver is counted there, apart from that to the main one',
      { kind: 'undelivered', ids: ['x', 'unknown'], isRefusal: true, receiver: '__proto__' },
      {
        outbox: {
          ...full.outbox,
          x: { ...anEvent('x'), receivers: JSON.parse('{"__proto__": {"triedInVain": 1, "refusals": 1}}') },
        },
      },
    ],
    [
      'a delivery to one of several receivers keeps the event in the queue',
      { kind: 'settled', ids: ['x', 'unknown'], receiver: 'slack-1' },
      { outbox: { ...full.outbox, x: { ...anEvent('x'), receivers: { 'slack-1': { isDone: true } } } } },
    ],
    ['a recovery', { kind: 'recovered' }, { failing: null }],
    ['a policy, which is not part of the state', { kind: 'policyUsed', digest: 'sha256:', text: '{}' }, {}],
  ])('%s', (_, change, difference) => {
    const before = structuredClone(full);
    expect(applyLedgerChange(full, change)).toEqual({ ...full, ...difference });
    expect(full).toEqual(before);
  });
});

describe('a marker records what was published', () => {
  const marked = (state: LedgerState, ...marks: readonly PublishedMarker[]): LedgerState =>
    marks.reduce((now, mark) => applyLedgerChange(now, { kind: 'queued', event: anEvent('z'), mark }), state);

  it('a hold: its codes, and the number of holds', () => {
    const once = marked(full, { of: 'hold', id: 'a', codes: ['no-grant'] });
    expect(once.observations.a).toEqual(
      anObservation({ vlan: 1, published: { holds: 1, codes: ['no-grant'], thresholds: [] } }),
    );
    const twice = marked(once, { of: 'hold', id: 'a', codes: ['frozen', 'no-grant'] });
    expect(twice.observations.a?.published).toEqual({
      holds: 2,
      codes: ['frozen', 'no-grant'],
      thresholds: [],
    });
    expect(twice.observations.b?.published).toEqual(NOTHING_PUBLISHED);
  });

  it('a deadline: each crossed threshold', () => {
    const after = marked(
      full,
      { of: 'deadline', id: 'a', threshold: 'unknown' },
      { of: 'deadline', id: 'a', threshold: '24' },
    );
    expect(after.observations.a?.published).toEqual({ holds: 0, codes: [], thresholds: ['unknown', '24'] });
  });

  it('a problem: only the last one', () => {
    const down = marked(full, { of: 'problem', id: 'a', problem: 'down' });
    expect(down.acceptances).toEqual({
      ...full.acceptances,
      a: anAcceptance({ owner: 'a', publishedProblem: 'down', publishedCount: 1 }),
    });
    expect(marked(down, { of: 'problem', id: 'a', problem: 'gone' }).acceptances.a).toMatchObject({
      publishedProblem: 'gone',
      publishedCount: 2,
    });
  });

  it('the event about failing runs', () => {
    expect(marked(full, { of: 'failing', failing })).toEqual({
      ...full,
      failing,
      outbox: { ...full.outbox, z: anEvent('z') },
    });
  });

  it.each<PublishedMarker>([
    { of: 'hold', id: 'gone', codes: ['no-grant'] },
    { of: 'deadline', id: 'gone', threshold: '6' },
    { of: 'problem', id: 'gone', problem: 'gone' },
  ])('is dropped for a deleted entry, and the event is still queued: %j', (mark) => {
    expect(marked(full, mark)).toEqual({ ...full, outbox: { ...full.outbox, z: anEvent('z') } });
  });
});

describe('many changes', () => {
  it('have the same result together as one by one, and do not modify the first state', () => {
    const before = structuredClone(full);
    const changes: LedgerChange[] = [
      { kind: 'ended', id: 'a', ended: null },
      { kind: 'observed', id: 'a', observation: seen },
      { kind: 'queued', event: anEvent('z'), mark: { of: 'hold', id: 'a', codes: ['frozen'] } },
      { kind: 'delivered', ids: ['x', 'z'] },
      { kind: 'accepted', id: 'b', acceptance: moved, receipt: null },
      { kind: 'listed', at: AT },
    ];
    expect(applyLedgerChanges(full, changes)).toEqual(changes.reduce(applyLedgerChange, full));
    expect(full).toEqual(before);
  });

  it('take linear time for thousands of changes', { timeout: 20_000 }, () => {
    const ids = Array.from({ length: 50_000 }, (_, i) => `dxvif-${i}`);
    const changes = ids.map((id): LedgerChange => ({ kind: 'observed', id, observation: seen }));
    expect(Object.keys(applyLedgerChanges(full, changes).observations)).toHaveLength(50_002);
  });
});
