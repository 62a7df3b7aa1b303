import { describe, expect, it } from 'vitest';
import { STORED_NAMES } from '../../adapters/ledgers/formats/storedNames.ts';
import type { LedgerChange } from '../../core/ledgerState.ts';
import type { Ledger, LedgerSession } from '../../run/ports.ts';
import { anAcceptance, anIntent, anObservation } from '../support/ledgerBuilders.ts';
import { testClock } from '../support/testClock.ts';
import { STORES, type Store } from './ledgerStores.ts';

const KEY = 'outscale/eu-west-2/012345678901';

/** Only a store outside the process can be damaged. */
const LASTING = STORES.filter(({ name }) => name !== 'memory');

describe.for(LASTING)('a damaged item of the ledger in $name', ({ isHere, prepare }) => {
  describe.skipIf(!isHere)('does not affect others:', () => contract(prepare()));
});

const WRITTEN: readonly LedgerChange[] = [
  { kind: 'observed', id: 'dxvif-1', observation: anObservation() },
  { kind: 'observed', id: 'dxvif-2', observation: anObservation() },
  { kind: 'intended', id: 'dxvif-1', intent: anIntent() },
  { kind: 'accepted', id: 'dxvif-3', acceptance: anAcceptance(), receipt: null },
  { kind: 'listed', at: '2026-11-10T11:00:00.000Z' },
];

/** As they are stored. */
const OBSERVATION = { ...Object(STORED_NAMES.sighting.toOld(anObservation())) };
const INTENT = { ...Object(STORED_NAMES.intent.toOld(anIntent())) };
const ACCEPTANCE = { ...Object(STORED_NAMES.acceptance.toOld(anAcceptance())) };

function contract(store: ReturnType<Store['prepare']>): void {
  async function begin(changes = WRITTEN) {
    const { reach, damage } = await store.begin(testClock());
    const session = await take(reach());
    await session.close(changes);
    return { ledger: reach, damage: (name: string, value: unknown) => damage(KEY, name, value) };
  }

  async function take(ledger: Ledger): Promise<LedgerSession> {
    const session = await ledger.open(KEY, 60_000);
    if (session === null) throw new Error('the lease was not free');
    return session;
  }

  it.each<[string, string, unknown, string]>([
    ['an observation', 'sighting/dxvif-1', { ...OBSERVATION, vlan: '101' }, '`vlan` must be a whole number'],
    ['an intent', 'intent/dxvif-1', { ...INTENT, grants: [] }, '`grants` must be a list of at least one'],
    ['an acceptance', 'acceptance/dxvif-1', {}, '`at` must be present'],
    ['a value that is not an object', 'sighting/dxvif-1', 'garbage', 'it must be an object'],
    [
      'an acceptance that would inject a shell command',
      'acceptance/dxvif-1',
      { ...ACCEPTANCE, gateway: 'vgw-12345678; reboot' },
      '`gateway` must be the ID of a gateway',
    ],
    [
      'an observation without a key',
      'sighting/dxvif-1',
      { ...OBSERVATION, told: {} },
      '`told.holds` must be',
    ],
    [
      'an intent with an invalid part',
      'intent/dxvif-1',
      { ...INTENT, grounds: { ...Object(INTENT.grounds), deadline: 3 } },
      '`grounds.deadline` must be an object',
    ],
    [
      'an observation that would control a terminal',
      'sighting/dxvif-1',
      { ...OBSERVATION, held: [{ code: 'no-grant', message: '\u001b[2J' }] },
      '`held[0].message` must be a text in one line',
    ],
  ])('%s is reported with its error, and the others are read', async (_, name, value, what) => {
    const { ledger, damage } = await begin();
    await damage(name, value);
    const { damaged, observations, acceptances, lastListing } = await ledger().readState(KEY);
    expect(damaged).toEqual({ 'dxvif-1': expect.stringContaining(`item \`${name}\``) });
    expect(damaged['dxvif-1']).toContain(what);
    expect(damaged['dxvif-1']).toContain('restore it, or delete it to discard what it records');
    expect(Object.keys(observations)).toContain('dxvif-2');
    expect(Object.keys(acceptances)).toContain('dxvif-3');
    expect(lastListing).toBe('2026-11-10T11:00:00.000Z');
  });

  it.each([
    ['of an unknown kind', 'rumour/dxvif-1', 'dxvif-1'],
    ['with an invalid ID', 'sighting/x', 'x'],
    ['with an ID that is a property of every object', 'intent/constructor', 'constructor'],
    ['with an ID that is a special key of an object', 'sighting/__proto__', '__proto__'],
  ])('an item %s is reported', async (_, name, id) => {
    const { ledger, damage } = await begin();
    await damage(name, OBSERVATION);
    expect(Object.keys((await ledger().readState(KEY)).damaged)).toEqual([id]);
  });

  it('is kept unchanged by writes and by the next run', async () => {
    const { ledger, damage } = await begin();
    await damage('sighting/dxvif-1', 'garbage');
    const { damaged } = await ledger().readState(KEY);
    const session = await take(ledger());
    expect(session.state.damaged).toEqual(damaged);
    await session.write([{ kind: 'observed', id: 'dxvif-4', observation: anObservation() }]);
    await session.close([{ kind: 'ended', id: 'dxvif-2', ended: null }]);
    expect(await ledger().readState(KEY)).toMatchObject({
      damaged,
      observations: { 'dxvif-4': anObservation() },
    });
  });
}
