import { randomBytes } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { createEvent } from '../../core/events/event.ts';
import { digestOf } from '../../core/json.ts';
import type { LedgerChange } from '../../core/ledgerState.ts';
import { LedgerFailure } from '../../run/portErrors.ts';
import type { Ledger, LedgerSession } from '../../run/ports.ts';
import { rejectionOf } from '../support/apiClients.ts';
import {
  anAcceptance,
  anEndedRequest,
  anIntent,
  anObservation,
  aReceipt,
} from '../support/ledgerBuilders.ts';
import { testClock } from '../support/testClock.ts';
import { STORES, type Store } from './ledgerStores.ts';

const KEY = 'outscale/eu-west-2/012345678901';
const OTHER_KEY = 'aws/eu-west-1/012345678901';
const LEASE_MS = 60_000;
const DAY_MS = 86_400_000;
const EVER = new Date(0);

const ORIGIN = {
  target: 'acme',
  provider: 'outscale',
  region: 'eu-west-2',
  account: '012345678901',
  policy: { digest: 'sha256:0', revision: 'v1' },
} as const;
const NO_ADVICE = { who: '-', why: '-', byWhen: '-', toDo: '-' };
const AT = '2026-11-10T11:00:00.000Z';

function createTestEvent(key: string) {
  return createEvent('Request Held', ORIGIN, AT, [key], { message: 'held', notification: NO_ADVICE });
}

function accepted(id: string, at = AT): LedgerChange {
  return { kind: 'accepted', id, acceptance: anAcceptance({ at }), receipt: aReceipt({ id, at }) };
}

function ended(id: string, endedAt: string): LedgerChange {
  return { kind: 'ended', id, ended: anEndedRequest({ id, endedAt }) };
}

describe.for(STORES)('the ledger in $name', ({ isHere, prepare }) => {
  describe.skipIf(!isHere)('keeps', () => contract(prepare()));
});

function contract(store: ReturnType<Store['prepare']>): void {
  async function begin() {
    const clock = testClock();
    const { reach } = await store.begin(clock);
    return { clock, ledger: reach };
  }

  async function take(ledger: Ledger, key = KEY): Promise<LedgerSession> {
    const session = await ledger.open(key, LEASE_MS);
    if (session === null) throw new Error('the lease was not free');
    return session;
  }

  it('an event that waits for its actor, and the actor in the record of the end', async () => {
    const { ledger } = await begin();
    const id = 'dxvif-1a2b3c4d';
    const end = anEndedRequest({ id, endedAt: AT, as: 'acceptedByOthers' });
    const awaitedActor = { action: 'accept', id, type: 'private', since: AT, until: AT, ended: end } as const;
    const event = createTestEvent('manually');
    const session = await take(ledger());
    await session.write([
      { kind: 'queued', event: { ...event, awaitedActor }, mark: null },
      { kind: 'ended', id, ended: end },
    ]);
    await session.close([]);
    const reopened = await take(ledger());
    expect(reopened.state.outbox).toEqual({ [event.id]: { ...event, awaitedActor } });
    const actor = {
      ...{ operation: 'ConfirmPrivateVirtualInterface', at: AT, identity: 'arn:aws:iam::012345678901:root' },
      ...{ account: '012345678901', source: null, agent: null, gateway: null },
    };
    await reopened.close([{ kind: 'actorResolved', event, ended: { ...end, actor } }]);
    expect((await ledger().readState(KEY)).outbox).toEqual({ [event.id]: event });
    expect((await ledger().readRecords(KEY, EVER)).ended).toEqual([{ ...end, actor }]);
  });

  it('events until they are published', async () => {
    const { ledger } = await begin();
    const session = await take(ledger());
    const [one, two] = [createTestEvent('one'), createTestEvent('two')];
    await session.write([
      { kind: 'observed', id: 'dxvif-1', observation: anObservation() },
      { kind: 'queued', event: one, mark: { of: 'hold', id: 'dxvif-1', codes: ['no-grant'] } },
      { kind: 'queued', event: two, mark: { of: 'deadline', id: 'dxvif-1', threshold: '24' } },
    ]);
    await session.close([{ kind: 'delivered', ids: [one.id] }]);
    const { outbox, observations } = await ledger().readState(KEY);
    expect(outbox).toEqual({ [two.id]: two });
    expect(observations['dxvif-1']?.published).toEqual({ holds: 1, codes: ['no-grant'], thresholds: ['24'] });
  });

  it('the failure of runs until they succeed again', async () => {
    const { ledger } = await begin();
    const failing = { since: AT, codes: ['api'] };
    const session = await take(ledger());
    await session.write([{ kind: 'queued', event: createTestEvent('x'), mark: { of: 'failing', failing } }]);
    expect((await ledger().readState(KEY)).failing).toEqual(failing);
    await session.close([{ kind: 'recovered' }]);
    expect((await ledger().readState(KEY)).failing).toBeNull();
  });

  it('the changes that are written when the lease is released', async () => {
    const { ledger } = await begin();
    const session = await take(ledger());
    await session.close([
      { kind: 'listed', at: AT },
      { kind: 'intended', id: 'dxvif-1', intent: anIntent() },
    ]);
    expect((await take(ledger())).state).toMatchObject({
      lastListing: AT,
      intents: { 'dxvif-1': anIntent() },
    });
  });

  it('receipts for ever and ended requests for 90 days', async () => {
    const { clock, ledger } = await begin();
    const session = await take(ledger());
    await session.close([accepted('dxvif-1'), ended('dxvif-2', AT)]);
    expect(await ledger().readRecords(KEY, EVER)).toEqual({
      receipts: [aReceipt({ id: 'dxvif-1' })],
      ended: [anEndedRequest({ id: 'dxvif-2', endedAt: AT })],
      damaged: [],
    });
    clock.advance(89 * DAY_MS);
    expect((await ledger().readRecords(KEY, EVER)).ended).toHaveLength(1);
    clock.advance(2 * DAY_MS);
    expect(await ledger().readRecords(KEY, EVER)).toMatchObject({ receipts: [{ id: 'dxvif-1' }], ended: [] });
    const next = await take(ledger());
    await next.close([ended('dxvif-3', clock.now().toISOString())]);
    expect(await ledger().readRecords(KEY, EVER)).toMatchObject({
      receipts: [{ id: 'dxvif-1' }],
      ended: [{ id: 'dxvif-3' }],
    });
  });

  it('records in order of time, from any day on, each once even if it was written twice', async () => {
    const { ledger } = await begin();
    const session = await take(ledger());
    const late = '2026-11-10T11:59:59.000Z';
    await session.write([accepted('dxvif-2', late), accepted('dxvif-1')]);
    await session.write([accepted('dxvif-1')]);
    const ids = async (since: Date) => (await ledger().readRecords(KEY, since)).receipts.map(({ id }) => id);
    expect(await ids(EVER)).toEqual(['dxvif-1', 'dxvif-2']);
    expect(await ids(new Date('2026-11-10T11:30:00.000Z'))).toEqual(['dxvif-2']);
  });

  it('records of each target separate', async () => {
    const { ledger } = await begin();
    await (await take(ledger())).close([accepted('dxvif-1')]);
    expect((await ledger().readRecords(OTHER_KEY, EVER)).receipts).toEqual([]);
  });

  it('no record of a run that lost the lease', async () => {
    const { clock, ledger } = await begin();
    const lost = await take(ledger());
    clock.advance(LEASE_MS);
    await take(ledger());
    const ends = [lost.write([accepted('dxvif-1')]), lost.close([accepted('dxvif-1')])].map(rejectionOf);
    for (const failure of await Promise.all(ends)) expect(failure).toBeInstanceOf(LedgerFailure);
    expect((await ledger().readRecords(KEY, EVER)).receipts).toEqual([]);
    expect((await ledger().readState(KEY)).acceptances).toEqual({});
  });

  it('a policy by its digest, of any size', async () => {
    const { ledger } = await begin();
    // Random text cannot be compressed much.
    const text = JSON.stringify({ text: randomBytes(1_000_000).toString('base64') });
    const digest = digestOf(text);
    const session = await take(ledger());
    await session.write([{ kind: 'policyUsed', digest, text }]);
    await session.write([{ kind: 'policyUsed', digest, text }]);
    expect(await ledger().readPolicy(digest)).toBe(text);
    expect(await ledger().readPolicy(digestOf('another'))).toBeNull();
  });

  it('more than fits into one call, and deletes it again', async () => {
    const { ledger } = await begin();
    const session = await take(ledger());
    const held = [{ code: 'no-grant', message: 'x'.repeat(20_000) }];
    const many = Array.from({ length: 120 }, (_, i) => `dxvif-${i}`);
    await session.write(many.map((id) => ({ kind: 'observed', id, observation: anObservation({ held }) })));
    expect(Object.keys((await ledger().readState(KEY)).observations)).toHaveLength(many.length);
    await session.close(many.map((id) => ended(id, AT)));
    expect(await ledger().readState(KEY)).toMatchObject({ observations: {} });
    expect((await ledger().readRecords(KEY, EVER)).ended).toHaveLength(many.length);
  });
}
