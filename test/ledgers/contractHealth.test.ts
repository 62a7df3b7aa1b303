import { describe, expect, it } from 'vitest';
import { RUN_FLAGS, type TargetHealth } from '../../core/health.ts';
import type { Ledger } from '../../run/ports.ts';
import { aHealth, minutesBefore } from '../support/healthBuilders.ts';
import { testClock } from '../support/testClock.ts';
import { STORES, type Store } from './ledgerStores.ts';

const KEY = 'outscale/eu-west-2/012345678901';
const LISTED = { kind: 'listed', at: '2026-11-10T11:00:00.000Z' } as const;
const HEALTH: TargetHealth = aHealth([[], ['failed'], [...RUN_FLAGS], []], {
  lastFailure: { at: minutesBefore(5), codes: ['api', 'other-gateway'] },
  lastCounts: { at: minutesBefore(0), pending: 4, held: 3, accepted: 1, failed: 0 },
  nearFrom: minutesBefore(-60),
});

describe.for(STORES)('the health in $name', ({ isHere, prepare }) => {
  describe.skipIf(!isHere)('keeps the contract:', () => contract(prepare()));
});

function contract(store: ReturnType<Store['prepare']>): void {
  async function begin() {
    const { reach } = await store.begin(testClock());
    const healthOf = async () => (await reach().readState(KEY)).health;
    return { reach, healthOf };
  }

  async function take(ledger: Ledger) {
    const session = await ledger.open(KEY, 60_000);
    if (session === null) throw new Error('the lease was not free');
    return session;
  }

  it('is recorded when the lease is released, and returned to the next run', async () => {
    const { reach, healthOf } = await begin();
    await (await take(reach())).close([], HEALTH);
    expect(await healthOf()).toEqual(HEALTH);
    expect((await take(reach())).state.health).toEqual(HEALTH);
  });

  it('is recorded with the last changes', async () => {
    const { reach, healthOf } = await begin();
    await (await take(reach())).close([LISTED], HEALTH);
    expect(await healthOf()).toEqual(HEALTH);
    expect((await reach().readState(KEY)).lastListing).toBe(LISTED.at);
  });

  it('is replaced by the next run, and kept by writes that do not record it', async () => {
    const { reach, healthOf } = await begin();
    await (await take(reach())).close([], HEALTH);
    const session = await take(reach());
    await session.write([LISTED]);
    await session.close([]);
    expect(await healthOf()).toEqual(HEALTH);
    await (await take(reach())).close([], aHealth([['failed']]));
    expect(await healthOf()).toEqual(aHealth([['failed']]));
  });

  it('is not recorded by a run that lost the lease', async () => {
    const clock = testClock();
    const { reach } = await store.begin(clock);
    const lost = await take(reach());
    clock.advance(60_000);
    const holder = await take(reach());
    await lost.close([], HEALTH).catch(() => undefined);
    expect((await reach().readState(KEY)).health).toBeNull();
    await holder.close([], aHealth([[]]));
    expect((await reach().readState(KEY)).health).toEqual(aHealth([[]]));
  });

  it('is recorded for each target separately', async () => {
    const { reach } = await begin();
    await (await take(reach())).close([], HEALTH);
    expect((await reach().readState('aws/eu-west-3/012345678901')).health).toBeNull();
  });
}
