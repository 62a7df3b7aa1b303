import { describe, expect, it } from 'vitest';
import { EMPTY_LEDGER, type LedgerChange } from '../../core/ledgerState.ts';
import { LedgerFailure } from '../../run/portErrors.ts';
import type { Ledger, LedgerSession } from '../../run/ports.ts';
import { rejectionOf } from '../support/apiClients.ts';
import {
  anAcceptance,
  anIntent,
  anObservation,
  aRouteFinding,
  aRouteWatch,
  storedReasons,
} from '../support/ledgerBuilders.ts';
import { testClock } from '../support/testClock.ts';
import { STORES, type Store } from './ledgerStores.ts';

const KEY = 'outscale/eu-west-2/012345678901';
const OTHER_KEY = 'outscale/us-east-2/012345678901';
const LEASE_MS = 60_000;
const LISTED = { kind: 'listed', at: '2026-11-10T11:00:00.000Z' } as const;
const { message: _, ...FINDING } = aRouteFinding('0.0.0.0/0');
const ROUTED = anAcceptance({
  grants: ['a', 'b'],
  availableAt: LISTED.at,
  routesSettled: true,
  routes: aRouteWatch({ findings: [FINDING] }),
});
const OBSERVED: LedgerChange = { kind: 'observed', id: 'dxvif-1', observation: anObservation() };

describe.for(STORES)('the ledger in $name', ({ isHere, prepare }) => {
  describe.skipIf(!isHere)('keeps the contract:', () => contract(prepare()));
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

  it('is empty at first, and reading it changes nothing', async () => {
    const { ledger } = await begin();
    expect(await ledger().readState(KEY)).toEqual(EMPTY_LEDGER);
    expect((await take(ledger())).state).toEqual(EMPTY_LEDGER);
  });

  it('gives the lease to one run at a time', async () => {
    const { ledger } = await begin();
    const session = await take(ledger());
    expect(await ledger().open(KEY, LEASE_MS)).toBeNull();
    await session.close([]);
    expect(await ledger().open(KEY, LEASE_MS)).not.toBeNull();
  });

  it('gives the lease to one of many concurrent requests', async () => {
    const { ledger } = await begin();
    const asked = await Promise.all(Array.from({ length: 5 }, () => ledger().open(KEY, LEASE_MS)));
    expect(asked.filter((session) => session !== null)).toHaveLength(1);
  });

  it('is free exactly when the lease has expired', async () => {
    const { clock, ledger } = await begin();
    await take(ledger());
    clock.advance(LEASE_MS - 1);
    expect(await ledger().open(KEY, LEASE_MS)).toBeNull();
    clock.advance(1);
    expect(await ledger().open(KEY, LEASE_MS)).not.toBeNull();
  });

  it('is free when the lease ends later than any valid one, because a clock was fast', async () => {
    const { clock, ledger } = await begin();
    const ahead = 24 * 3_600_000;
    clock.advance(ahead);
    const lost = await take(ledger());
    clock.advance(-ahead);
    const holder = await take(ledger());
    expect(await rejectionOf(lost.write([LISTED]))).toBeInstanceOf(LedgerFailure);
    await holder.write([LISTED]);
  });

  it('can be read while another run has the lease', async () => {
    const { ledger } = await begin();
    const session = await take(ledger());
    await session.write([LISTED]);
    expect(await ledger().readState(KEY)).toEqual({ ...EMPTY_LEDGER, lastListing: LISTED.at });
  });

  it('rejects all writes of a run that lost the lease', async () => {
    const { clock, ledger } = await begin();
    const lost = await take(ledger());
    clock.advance(LEASE_MS);
    const holder = await take(ledger());
    const failure = await rejectionOf(lost.write([LISTED, OBSERVED]));
    expect(failure).toBeInstanceOf(LedgerFailure);
    expect(String(failure)).toContain(`lease on ${KEY}`);
    expect(await ledger().readState(KEY)).toEqual(EMPTY_LEDGER);
    await holder.write([LISTED]);
    expect((await ledger().readState(KEY)).lastListing).toBe(LISTED.at);
  });

  it('rejects writes after the lease was released', async () => {
    const { ledger } = await begin();
    const session = await take(ledger());
    await session.close([]);
    expect(await rejectionOf(session.write([LISTED]))).toBeInstanceOf(LedgerFailure);
    expect(await ledger().readState(KEY)).toEqual(EMPTY_LEDGER);
  });

  it('keeps the lease of the new holder when the old one releases it', async () => {
    const { clock, ledger } = await begin();
    const lost = await take(ledger());
    clock.advance(LEASE_MS);
    const holder = await take(ledger());
    await lost.close([]);
    expect(await ledger().open(KEY, LEASE_MS)).toBeNull();
    await holder.write([LISTED]);
  });

  it('can be closed twice', async () => {
    const { ledger } = await begin();
    const session = await take(ledger());
    await session.close([]);
    await session.close([]);
    expect(await ledger().open(KEY, LEASE_MS)).not.toBeNull();
  });

  it('applies changes in order', async () => {
    const { ledger } = await begin();
    const session = await take(ledger());
    const later = anObservation({ failures: 1 });
    await session.write([OBSERVED, { kind: 'ended', id: 'dxvif-1', ended: null }]);
    expect((await ledger().readState(KEY)).observations).toEqual({});
    await session.write([OBSERVED, { kind: 'observed', id: 'dxvif-1', observation: later }]);
    expect((await ledger().readState(KEY)).observations).toEqual({ 'dxvif-1': later });
  });

  it('returns everything to the next run that opens it', async () => {
    const { ledger } = await begin();
    const session = await take(ledger());
    await session.write([
      OBSERVED,
      {
        kind: 'observed',
        id: 'dxvif-2',
        observation: anObservation({ connection: null, vlan: null, name: null }),
      },
      {
        kind: 'observed',
        id: 'dxvif-3',
        observation: anObservation({ notListedAt: null, held: storedReasons('no-grant') }),
      },
      { kind: 'intended', id: 'dxvif-2', intent: anIntent({ listings: 1 }) },
      { kind: 'accepted', id: 'dxvif-4', acceptance: ROUTED, receipt: null },
      LISTED,
    ]);
    await session.close([]);
    const state = {
      ...EMPTY_LEDGER,
      lastListing: LISTED.at,
      observations: {
        'dxvif-1': anObservation(),
        'dxvif-2': anObservation({ connection: null, vlan: null, name: null }),
        'dxvif-3': anObservation({ notListedAt: null, held: storedReasons('no-grant') }),
      },
      intents: { 'dxvif-2': anIntent({ listings: 1 }) },
      acceptances: { 'dxvif-4': ROUTED },
    };
    expect((await take(ledger())).state).toEqual(state);
    expect(await ledger().readState(KEY)).toEqual(state);
  });

  it('keeps the turns of owners until they are replaced', async () => {
    const { ledger } = await begin();
    const turns = { acme: '2026-11-10T11:00:00.000Z', zeta: '2026-11-10T12:00:00.000Z' };
    const session = await take(ledger());
    await session.write([{ kind: 'turned', turns }]);
    await session.close([LISTED]);
    expect([(await ledger().readState(KEY)).turns, (await take(ledger())).state.turns]).toEqual([
      turns,
      turns,
    ]);
  });

  it('removes turns when there are none left', async () => {
    const { ledger } = await begin();
    const session = await take(ledger());
    await session.write([{ kind: 'turned', turns: { acme: '2026-11-10T11:00:00.000Z' } }]);
    await session.close([{ kind: 'turned', turns: {} }]);
    expect((await ledger().readState(KEY)).turns).toEqual({});
  });

  it('keeps the connection of an accepted interface, and the one where it was reported', async () => {
    const { ledger } = await begin();
    const session = await take(ledger());
    const place = { connection: 'dxcon-11111111', movedTo: 'dxlag-22222222' };
    await session.close([
      { kind: 'accepted', id: 'dxvif-4', acceptance: ROUTED, receipt: null },
      { kind: 'placed', id: 'dxvif-4', place },
    ]);
    expect((await ledger().readState(KEY)).acceptances['dxvif-4']).toEqual({ ...ROUTED, ...place });
  });

  it('accepts any name as an ID', async () => {
    const { ledger } = await begin();
    const observation = anObservation({ name: '"}\u0000\u202e\ud83d`é\n' });
    await (await take(ledger())).write([{ kind: 'observed', id: 'dxvif-1', observation }]);
    expect((await ledger().readState(KEY)).observations).toEqual({ 'dxvif-1': observation });
  });

  it('keeps targets and their leases separate', async () => {
    const { ledger } = await begin();
    const [one, other] = [await take(ledger()), await take(ledger(), OTHER_KEY)];
    await Promise.all([one.write([LISTED]), other.write([OBSERVED])]);
    expect(await ledger().readState(KEY)).toEqual({ ...EMPTY_LEDGER, lastListing: LISTED.at });
    expect(await ledger().readState(OTHER_KEY)).toEqual({
      ...EMPTY_LEDGER,
      observations: { 'dxvif-1': anObservation() },
    });
    await one.close([]);
    expect(await ledger().open(OTHER_KEY, LEASE_MS)).toBeNull();
  });
}
