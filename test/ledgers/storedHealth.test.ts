import { describe, expect, it } from 'vitest';
import { encodeHealth, readHealth } from '../../adapters/ledgers/storedHealth.ts';
import { RUN_FLAGS } from '../../core/health.ts';
import { aHealth, minutesBefore, RECORDED_AT } from '../support/healthBuilders.ts';

const FULL = aHealth([[], ['failed'], [...RUN_FLAGS]], {
  lastFailure: { at: minutesBefore(5), codes: ['api'] },
  lastCounts: { at: RECORDED_AT, pending: 4, held: 3, accepted: 1, failed: 0 },
  nearFrom: minutesBefore(-60),
});

describe('stored health', () => {
  it('has a format, ages in seconds, and a letter for each flag', () => {
    expect(encodeHealth(FULL)).toEqual({
      format: 1,
      at: RECORDED_AT,
      runs: '0 300f 600fcuxnrqw',
      failed: { at: minutesBefore(5), codes: ['api'] },
      counts: { at: RECORDED_AT, pending: 4, held: 3, accepted: 1, failed: 0 },
      near: minutesBefore(-60),
    });
  });

  it.each([FULL, aHealth()])('is read as it was', (health) => {
    expect(readHealth(JSON.parse(JSON.stringify(encodeHealth(health))))).toEqual(health);
  });

  it('is absent if no release stored it', () => {
    expect(readHealth(undefined)).toBeNull();
  });

  it('may have keys and letters of later releases, which are ignored', () => {
    const stored = { ...encodeHealth(FULL), runs: '0z 300zf 600fcuxnrqw', more: 1 };
    expect(readHealth(stored)).toEqual(FULL);
  });

  it.each([
    null,
    'text',
    {},
    { ...encodeHealth(FULL), format: 2 },
    { ...encodeHealth(FULL), runs: '0,300' },
    { ...encodeHealth(FULL), runs: '-5' },
    { ...encodeHealth(FULL), at: 'today' },
    { ...encodeHealth(FULL), counts: { pending: -1 } },
    { ...encodeHealth(FULL), failed: { at: RECORDED_AT, codes: ['\u001b[2J'] } },
  ])('is unreadable otherwise, and no error', (raw) => {
    expect(readHealth(raw)).toBe('unreadable');
  });

  it('is short enough for the item that has the lease: with the rest of it, below 1 KB', () => {
    const runs = Array.from({ length: 45 }, (_, i) => ({
      at: minutesBefore(2 * i),
      flags: i % 2 === 0 ? ['failed' as const, 'confirmFailed' as const] : [],
    }));
    const codes = [
      'wrong-account-or-region',
      'listing-incomplete',
      'confirm-failed',
      'event-delivery',
      'api',
    ];
    const health = { ...FULL, runs, lastFailure: { at: RECORDED_AT, codes } };
    expect(JSON.stringify(encodeHealth(health)).length).toBeLessThan(620);
  });
});
