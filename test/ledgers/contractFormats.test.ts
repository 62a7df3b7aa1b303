import { describe, expect, it } from 'vitest';
import { readTurns } from '../../adapters/ledgers/decodeItems.ts';
import { STORED_NAMES } from '../../adapters/ledgers/formats/storedNames.ts';
import { LEDGER_FORMAT, type StoredValue, toStored } from '../../adapters/ledgers/storedForm.ts';
import type { LedgerChange } from '../../core/ledgerState.ts';
import type { Ledger, LedgerSession } from '../../run/ports.ts';
import { aPeer, aVif } from '../support/builders.ts';
import {
  anAcceptance,
  anEndedRequest,
  anIntent,
  anObservation,
  aReceipt,
  theEvidence,
} from '../support/ledgerBuilders.ts';
import { testClock } from '../support/testClock.ts';
import { STORES, type Store } from './ledgerStores.ts';

const KEY = 'outscale/eu-west-2/012345678901';

/** Only a store that outlives its process is read by another release. */
const LASTING = STORES.filter(({ name }) => name !== 'memory');

describe.for(LASTING)('items of other releases in $name', ({ isHere, prepare }) => {
  describe.skipIf(!isHere)('do not lose a request:', () => contract(prepare()));
});

describe('unreadable turns of owners', () => {
  it.each([undefined, null, 'none', ['acme'], { acme: 'yesterday' }, { acme: 3 }])('are empty: %j', (raw) => {
    expect(readTurns(raw)).toEqual({});
  });
});

/** The stored form of a later release that did not change the meaning of earlier keys. */
function later(kind: Parameters<typeof toStored>[0], value: unknown): StoredValue {
  return { ...toStored(kind, value), format: LEDGER_FORMAT + 7 };
}

/** The stored form of a later release that changed the meaning of earlier keys. */
function incomprehensible(kind: Parameters<typeof toStored>[0], value: unknown): StoredValue {
  return { ...later(kind, value), needs: LEDGER_FORMAT + 1 };
}

const FUTURE = { novelty: { inner: [1, { deep: null }] } };

function contract(store: ReturnType<Store['prepare']>): void {
  async function begin(planted: Readonly<Record<string, StoredValue>>) {
    const { reach, plant } = await store.begin(testClock());
    const session = await take(reach());
    await session.close([{ kind: 'observed', id: 'dxvif-other', observation: anObservation() }]);
    for (const [name, stored] of Object.entries(planted)) await plant(KEY, name, stored);
    return reach;
  }

  async function take(ledger: Ledger): Promise<LedgerSession> {
    const session = await ledger.open(KEY, 60_000);
    if (session === null) throw new Error('the lease was not free');
    return session;
  }

  async function write(ledger: Ledger, ...changes: LedgerChange[]): Promise<void> {
    const session = await take(ledger);
    await session.close(changes);
  }

  it('keys of a later release are ignored and kept when the item is written again', async () => {
    const observation = {
      ...anObservation(),
      ...FUTURE,
      published: { ...anObservation().published, ...FUTURE },
      held: [{ code: 'no-grant', message: 'none', ...FUTURE }],
    };
    const reach = await begin({ 'sighting/dxvif-1': later('sighting', observation) });
    const mark = { of: 'hold', id: 'dxvif-1', codes: ['no-grant'] } as const;
    const event = { id: 'a', type: 'Request Held', at: '2026-11-10T12:00:00.000Z', detail: {} };
    await write(reach(), { kind: 'queued', event, mark });
    const { observations, damaged } = await reach().readState(KEY);
    expect(damaged).toEqual({});
    expect(observations['dxvif-1']).toEqual({
      ...observation,
      published: { ...FUTURE, holds: 1, codes: ['no-grant'], thresholds: [] },
    });
  });

  it('missing keys that were added within a format have their default values', async () => {
    const { unlistedSince: _, ...observation } = anObservation();
    const event = { id: 'a', type: 'Request Held', at: '2026-11-10T12:00:00.000Z', detail: {} };
    const reach = await begin({
      'sighting/dxvif-1': toStored('sighting', observation),
      'announcement/a': toStored('announcement', event),
    });
    const { observations, outbox, damaged } = await reach().readState(KEY);
    expect(damaged).toEqual({});
    expect(observations['dxvif-1']).toEqual(anObservation());
    expect(outbox).toEqual({ a: event });
  });

  it('the number of attempts for an event is kept, and an invalid number is damage', async () => {
    const event = { id: 'a', type: 'Request Held', at: '2026-11-10T12:00:00.000Z', detail: {} };
    const odd = { ...event, id: 'b', refusals: 'often' };
    const reach = await begin({ 'announcement/b': toStored('announcement', odd) });
    await write(reach(), { kind: 'queued', event, mark: null });
    await write(reach(), { kind: 'undelivered', ids: ['a'], isRefusal: true });
    const { outbox, damaged } = await reach().readState(KEY);
    expect(outbox).toEqual({ a: { ...event, triedInVain: 1, refusals: 1 } });
    expect(Object.keys(damaged)).toEqual(['b']);
  });

  it('what became of an event at each receiver is kept, with keys of a later release, and an invalid state is damage', async () => {
    const event = { id: 'a', type: 'Request Held', at: '2026-11-10T12:00:00.000Z', detail: {} };
    const receivers = { 'slack-1': { refusals: 2, triedInVain: 3, ...FUTURE }, events: { isDone: true } };
    const reach = await begin({
      'announcement/a': later('announcement', { ...event, receivers }),
      'announcement/b': toStored('announcement', { ...event, id: 'b', receivers: { x: { isDone: 'yes' } } }),
      'announcement/c': toStored('announcement', { ...event, id: 'c', receivers: { x: { refusals: -1 } } }),
      'announcement/d': toStored('announcement', { ...event, id: 'd', receivers: [] }),
    });
    await write(reach(), { kind: 'undelivered', ids: ['a'], isRefusal: true, receiver: 'slack-1' });
    await write(reach(), { kind: 'settled', ids: ['a'], receiver: 'pagerduty-1' });
    const { outbox, damaged } = await reach().readState(KEY);
    expect(outbox.a?.receivers).toEqual({
      ...receivers,
      'slack-1': { refusals: 3, triedInVain: 4, ...FUTURE },
      'pagerduty-1': { isDone: true },
    });
    expect(Object.keys(damaged).sort()).toEqual(['b', 'c', 'd']);
  });

  it('keys of a later release are kept in intents, in their evidence and in acceptances', async () => {
    const evidence = theEvidence({ request: aVif({ peers: [{ ...aPeer(), ...FUTURE }], ...FUTURE }) });
    const intent = { ...anIntent(), evidence: { ...evidence, ...FUTURE }, ...FUTURE };
    const reach = await begin({
      'intent/dxvif-1': later('intent', intent),
      'acceptance/dxvif-2': later('acceptance', { ...anAcceptance(), ...FUTURE }),
    });
    const { intents, acceptances } = (await take(reach())).state;
    expect(intents['dxvif-1']).toEqual(intent);
    expect(acceptances['dxvif-2']).toEqual({ ...anAcceptance(), ...FUTURE });
  });

  it.each([1, LEDGER_FORMAT])(
    'an acceptance of format %s without a connection has an unknown connection',
    async (format) => {
      const { connection: _, movedTo: __, ...value } = anAcceptance();
      const reach = await begin({ 'acceptance/dxvif-2': { ...toStored('acceptance', value), format } });
      const { acceptances, damaged } = await reach().readState(KEY);
      expect(damaged).toEqual({});
      expect(acceptances['dxvif-2']).toEqual({ ...value, connection: null, movedTo: null });
    },
  );

  it('words of a later release are kept', async () => {
    const reach = await begin({
      'sighting/dxvif-1': later(
        'sighting',
        anObservation({ published: { holds: 1, codes: ['new'], thresholds: ['48'] } }),
      ),
      'acceptance/dxvif-2': later('acceptance', anAcceptance({ publishedProblem: 'moved' })),
      'announcement/n': later('announcement', {
        id: 'n',
        type: 'Something New',
        at: '2026-11-10T12:00:00.000Z',
        detail: {},
      }),
    });
    const { observations, acceptances, outbox, damaged } = await reach().readState(KEY);
    expect(damaged).toEqual({});
    expect(observations['dxvif-1']?.published.thresholds).toEqual(['48']);
    expect(acceptances['dxvif-2']?.publishedProblem).toBe('moved');
    expect(outbox.n?.type).toBe('Something New');
  });

  it('an item that only a later release understands is reported, holds its request, and is kept unchanged', async () => {
    const stored = incomprehensible('sighting', { ...anObservation(), vlan: 'of another meaning' });
    const reach = await begin({ 'sighting/dxvif-1': stored });
    const { damaged } = await reach().readState(KEY);
    expect(Object.keys(damaged)).toEqual(['dxvif-1']);
    expect(damaged['dxvif-1']).toContain('`sighting/dxvif-1`');
    expect(damaged['dxvif-1']).toContain(`format ${LEDGER_FORMAT + 1}`);
    expect(damaged['dxvif-1']).toContain('upgrade again');
    await write(reach(), { kind: 'observed', id: 'dxvif-3', observation: anObservation() });
    const after = await reach().readState(KEY);
    expect(after.damaged).toEqual(damaged);
    expect(Object.keys(after.observations).sort()).toEqual(['dxvif-3', 'dxvif-other']);
  });

  it('an item of a later kind is ignored, unless its format must be understood', async () => {
    const reach = await begin({ 'rumour/dxvif-1': later('sighting', FUTURE) });
    expect((await reach().readState(KEY)).damaged).toEqual({});
    const strict = await begin({ 'rumour/dxvif-1': incomprehensible('sighting', FUTURE) });
    expect(Object.keys((await strict().readState(KEY)).damaged)).toEqual(['dxvif-1']);
  });

  it('an unreadable item of a later release is not reported as damaged', async () => {
    const acceptance = { ...anAcceptance(), gateway: 'of a kind that came later' };
    const reach = await begin({ 'acceptance/dxvif-1': later('acceptance', acceptance) });
    const { damaged } = await reach().readState(KEY);
    expect(Object.keys(damaged)).toEqual(['dxvif-1']);
    expect(damaged['dxvif-1']).toContain('upgrade again');
    expect(damaged['dxvif-1']).not.toContain('delete');
  });

  it('a record of a later kind is ignored, and an unreadable one of a later release asks for an upgrade', async () => {
    const { reach, plantRecord } = await store.begin(testClock());
    const at = '2026-11-10T12:00:00.000Z';
    await plantRecord(KEY, 'rumour/dxvif-1', at, later('receipt', FUTURE));
    const receipt = aReceipt();
    await write(reach(), { kind: 'accepted', id: receipt.id, acceptance: anAcceptance(), receipt });
    expect(await reach().readRecords(KEY, new Date(0))).toEqual({
      receipts: [receipt],
      ended: [],
      damaged: [],
    });
    await plantRecord(
      KEY,
      'ended/dxvif-2',
      at,
      later('ended', { ...anEndedRequest(), as: 'of a way that came later' }),
    );
    await plantRecord(KEY, 'rumour/dxvif-2', at, incomprehensible('receipt', FUTURE));
    const { receipts, damaged } = await reach().readRecords(KEY, new Date(0));
    expect(receipts).toEqual([receipt]);
    expect(damaged).toHaveLength(2);
    for (const message of damaged) expect(message).toContain('upgrade again');
    for (const message of damaged) expect(message).not.toContain('delete');
  });

  it('an item that release 0.1.0 has written since has lost only the later keys', async () => {
    const { reach, damage } = await store.begin(testClock());
    const seen = anObservation({ lastFailure: 'the API refused it' });
    await (await take(reach())).close([{ kind: 'observed', id: 'dxvif-1', observation: seen }]);
    expect((await reach().readState(KEY)).observations['dxvif-1']).toEqual(seen);
    const { request: _, lastFailure: __, ...old } = seen;
    await damage(KEY, 'sighting/dxvif-1', STORED_NAMES.sighting.toOld({ ...old, failures: 3 }));
    const { observations, damaged } = await reach().readState(KEY);
    expect(damaged).toEqual({});
    expect(observations['dxvif-1']).toEqual({ ...seen, failures: 3, request: null, lastFailure: null });
  });

  it('a receipt keeps its later keys', async () => {
    const { reach } = await store.begin(testClock());
    const receipt = aReceipt({ request: aVif({ region: 'eu-west-2' }) });
    const change = { kind: 'accepted', id: receipt.id, acceptance: anAcceptance(), receipt } as const;
    await write(reach(), change);
    expect((await reach().readRecords(KEY, new Date(0))).receipts).toEqual([receipt]);
  });
}
