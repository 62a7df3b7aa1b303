import { describe, expect, it } from 'vitest';
import { EMPTY_LEDGER, type LedgerChange } from '../../core/ledgerState.ts';
import { LedgerFailure } from '../../run/portErrors.ts';
import type { Ledger, LedgerSession } from '../../run/ports.ts';
import { rejectionOf } from '../support/apiClients.ts';
import { anAcceptance, anIntent, anObservation, storedReasons } from '../support/ledgerBuilders.ts';
import { testClock } from '../support/testClock.ts';
import { STORES, type Store } from './ledgerStores.ts';

const KEY = 'outscale/eu-west-2/012345678901';
const OTHER_KEY = 'outscale/us-east-2/012345678901';
const LEASE_MS = 60_000;
const LISTED = { kind: 'listed', at: '2026-11-10T11:00:00.000Z' } as const;
const ROUTED = anAcceptance({ grants: ['a', 'b'], availableAt: LISTED.at, routesSettled: true });
const SIGHTED: LedgerChange = { kind: 'sighted', id: 'dxvif-1', observation: anObservation() };

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

  it('holds nothing at first, and peeking leaves no trace', async () => {
    const { ledger } = await begin();
    expect(await ledger().readState(KEY)).toEqual(EMPTY_LEDGER);
    expect((await take(ledger())).state).toEqual(EMPTY_LEDGER);
  });

  it('is open to one at a time', async () => {
    const { ledger } = await begin();
    const session = await take(ledger());
    expect(await ledger().open(KEY, LEASE_MS)).toBeNull();
    await session.close([]);
    expect(await ledger().open(KEY, LEASE_MS)).not.toBeNull();
  });

  it('is given to one of many that ask at once', async () => {
    const { ledger } = await begin();
    const asked = await Promise.all(Array.from({ length: 5 }, () => ledger().open(KEY, LEASE_MS)));
    expect(asked.filter((session) => session !== null)).toHaveLength(1);
  });

  it('is free again when the lease has run out, not a moment before', async () => {
    const { clock, ledger } = await begin();
    await take(ledger());
    clock.advance(LEASE_MS - 1);
    expect(await ledger().open(KEY, LEASE_MS)).toBeNull();
    clock.advance(1);
    expect(await ledger().open(KEY, LEASE_MS)).not.toBeNull();
  });

  it('is free when the lease ends later than any could, by a clock that ran ahead', async () => {
    const { clock, ledger } = await begin();
    const ahead = 24 * 3_600_000;
    clock.advance(ahead);
    const lost = await take(ledger());
    clock.advance(-ahead);
    const holder = await take(ledger());
    expect(await rejectionOf(lost.write([LISTED]))).toBeInstanceOf(LedgerFailure);
    await holder.write([LISTED]);
  });

  it('can be peeked at while somebody holds it', async () => {
    const { ledger } = await begin();
    const session = await take(ledger());
    await session.write([LISTED]);
    expect(await ledger().readState(KEY)).toEqual({ ...EMPTY_LEDGER, lastListing: LISTED.at });
  });

  it('refuses the writes of whoever lost the lease, and takes none of them', async () => {
    const { clock, ledger } = await begin();
    const lost = await take(ledger());
    clock.advance(LEASE_MS);
    const holder = await take(ledger());
    const failure = await rejectionOf(lost.write([LISTED, SIGHTED]));
    expect(failure).toBeInstanceOf(LedgerFailure);
    expect(String(failure)).toContain(`lease on ${KEY}`);
    expect(await ledger().readState(KEY)).toEqual(EMPTY_LEDGER);
    await holder.write([LISTED]);
    expect((await ledger().readState(KEY)).lastListing).toBe(LISTED.at);
  });

  it('refuses the writes of whoever gave the lease back', async () => {
    const { ledger } = await begin();
    const session = await take(ledger());
    await session.close([]);
    expect(await rejectionOf(session.write([LISTED]))).toBeInstanceOf(LedgerFailure);
    expect(await ledger().readState(KEY)).toEqual(EMPTY_LEDGER);
  });

  it('leaves the lease with its new holder when the old one gives it back', async () => {
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

  it('applies changes in their order', async () => {
    const { ledger } = await begin();
    const session = await take(ledger());
    const later = anObservation({ failures: 1 });
    await session.write([SIGHTED, { kind: 'ended', id: 'dxvif-1', ended: null }]);
    expect((await ledger().readState(KEY)).observations).toEqual({});
    await session.write([SIGHTED, { kind: 'sighted', id: 'dxvif-1', observation: later }]);
    expect((await ledger().readState(KEY)).observations).toEqual({ 'dxvif-1': later });
  });

  it('remembers everything for the next one who opens it', async () => {
    const { ledger } = await begin();
    const session = await take(ledger());
    await session.write([
      SIGHTED,
      {
        kind: 'sighted',
        id: 'dxvif-2',
        observation: anObservation({ connection: null, vlan: null, name: null }),
      },
      {
        kind: 'sighted',
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

  it('keeps when owners had their turns, until others come in their place', async () => {
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

  it('forgets turns when there are none any more', async () => {
    const { ledger } = await begin();
    const session = await take(ledger());
    await session.write([{ kind: 'turned', turns: { acme: '2026-11-10T11:00:00.000Z' } }]);
    await session.close([{ kind: 'turned', turns: {} }]);
    expect((await ledger().readState(KEY)).turns).toEqual({});
  });

  it('keeps where an accepted interface belongs, and where it was reported', async () => {
    const { ledger } = await begin();
    const session = await take(ledger());
    const place = { connection: 'dxcon-11111111', movedTo: 'dxlag-22222222' };
    await session.close([
      { kind: 'accepted', id: 'dxvif-4', acceptance: ROUTED, receipt: null },
      { kind: 'placed', id: 'dxvif-4', place },
    ]);
    expect((await ledger().readState(KEY)).acceptances['dxvif-4']).toEqual({ ...ROUTED, ...place });
  });

  it('takes names as they come', async () => {
    const { ledger } = await begin();
    const observation = anObservation({ name: '"}\u0000\u202e\ud83d`é\n' });
    await (await take(ledger())).write([{ kind: 'sighted', id: 'dxvif-1', observation }]);
    expect((await ledger().readState(KEY)).observations).toEqual({ 'dxvif-1': observation });
  });

  it('keeps targets apart, their leases too', async () => {
    const { ledger } = await begin();
    const [one, other] = [await take(ledger()), await take(ledger(), OTHER_KEY)];
    await Promise.all([one.write([LISTED]), other.write([SIGHTED])]);
    expect(await ledger().readState(KEY)).toEqual({ ...EMPTY_LEDGER, lastListing: LISTED.at });
    expect(await ledger().readState(OTHER_KEY)).toEqual({
      ...EMPTY_LEDGER,
      observations: { 'dxvif-1': anObservation() },
    });
    await one.close([]);
    expect(await ledger().open(OTHER_KEY, LEASE_MS)).toBeNull();
  });
}
