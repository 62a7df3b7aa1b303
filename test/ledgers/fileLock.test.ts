import { mkdirSync, readdirSync, readFileSync, rmSync, statSync, utimesSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { setTimeout as pause, setImmediate as turn } from 'node:timers/promises';
import fc from 'fast-check';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { replaceFile } from '../../adapters/fileSystem.ts';
import { withFileLock } from '../../adapters/ledgers/file/fileLock.ts';
import { LedgerFailure } from '../../run/portErrors.ts';
import { rejectionOf } from '../support/apiClients.ts';
import { writeTempFiles } from '../support/tempFiles.ts';

const HOUR_MS = 3_600_000;

function planted(): string {
  return join(writeTempFiles({ 'ledger.json': 'old' }), 'ledger.json');
}

afterEach(() => {
  vi.useRealTimers();
});

/** Advances simulated seconds until real work ends. @returns how many */
async function secondsUntil(work: Promise<unknown>): Promise<number> {
  let isOver = false;
  const end = work.finally(() => {
    isOver = true;
  });
  let seconds = 0;
  for (; !isOver; seconds += 1) {
    // A wait of the lock ends before the next second.
    await pause(60);
    vi.advanceTimersByTime(1000);
  }
  await end;
  return seconds;
}

describe('a lock', () => {
  it('has one holder at a time, and is released when the work fails', async () => {
    const path = planted();
    const order: string[] = [];
    const work = (name: string, failing = false) =>
      withFileLock(path, async () => {
        order.push(`${name} begins`);
        await Promise.resolve();
        order.push(`${name} ends`);
        if (failing) throw new Error(`${name} failed`);
      });
    const [one, two] = await Promise.allSettled([work('one', true), work('two')]);
    expect(order.join(', ')).toMatch(/^(\w+) begins, \1 ends, (\w+) begins, \2 ends$/);
    expect([one?.status, two?.status]).toEqual(['rejected', 'fulfilled']);
    expect(readdirSync(dirname(path))).toEqual(['ledger.json']);
  });

  it('that another process may have taken allows no write', async () => {
    const path = planted();
    vi.useFakeTimers({ toFake: ['performance'] });
    const suspended = withFileLock(path, async (assertHeld) => {
      assertHeld();
      vi.advanceTimersByTime(6000);
      await replaceFile(path, 'new', assertHeld);
    });
    expect(await rejectionOf(suspended)).toBeInstanceOf(LedgerFailure);
    expect(readFileSync(path, 'utf8')).toBe('old');
    expect(readdirSync(dirname(path))).toEqual(['ledger.json']);
  });

  it('that is renewed allows writes after any time', async () => {
    const path = planted();
    const lockPath = `${path}.lock`;
    vi.useFakeTimers({ toFake: ['performance', 'setTimeout', 'clearTimeout'] });
    await withFileLock(path, async (assertHeld) => {
      for (let renewal = 0; renewal < 10; renewal += 1) {
        const { ctimeNs } = statSync(lockPath, { bigint: true });
        vi.advanceTimersByTime(2000);
        while (statSync(lockPath, { bigint: true }).ctimeNs === ctimeNs) await turn();
        // Until the next renewal.
        while (vi.getTimerCount() === 0) await turn();
        assertHeld();
      }
      await replaceFile(path, 'new', assertHeld);
    });
    expect(readFileSync(path, 'utf8')).toBe('new');
  });

  it('that was removed can be released without an error', async () => {
    const path = planted();
    await withFileLock(path, async () => rmSync(`${path}.lock`, { recursive: true }));
    expect(readdirSync(dirname(path))).toEqual(['ledger.json']);
  });

  it.each([
    ['removed', () => undefined],
    ['replaced by that of another process', (path: string) => mkdirSync(path)],
  ])('that was %s lets nothing be written', async (_, replace) => {
    const path = planted();
    const robbed = withFileLock(path, async (assertHeld) => {
      rmSync(`${path}.lock`, { recursive: true });
      replace(`${path}.lock`);
      await replaceFile(path, 'new', assertHeld);
    });
    expect(await rejectionOf(robbed)).toBeInstanceOf(LedgerFailure);
    expect(readFileSync(path, 'utf8')).toBe('old');
  });

  it.each([
    ['an hour ago', -HOUR_MS],
    ['in an hour, by a clock that ran ahead', HOUR_MS],
  ])('of a process that died %s is removed when it was seen unchanged for 10 s', async (_, ms) => {
    const path = planted();
    mkdirSync(`${path}.lock`);
    const made = new Date(Date.now() + ms);
    utimesSync(`${path}.lock`, made, made);
    vi.useFakeTimers({ toFake: ['performance'] });
    const seconds = await secondsUntil(withFileLock(path, async () => undefined));
    expect(seconds).toBeGreaterThanOrEqual(10);
    expect(readdirSync(dirname(path))).toEqual(['ledger.json']);
  });

  it('that is renewed is never removed, independent of its time', async () => {
    const path = planted();
    mkdirSync(`${path}.lock`);
    vi.useFakeTimers({ toFake: ['performance'] });
    const refused = rejectionOf(withFileLock(path, async () => undefined));
    let renewals = 0;
    const renewing = setInterval(() => {
      renewals += 1;
      utimesSync(`${path}.lock`, renewals % 2, renewals % 2);
    }, 5);
    await secondsUntil(refused);
    clearInterval(renewing);
    expect(await refused).toBeInstanceOf(LedgerFailure);
    expect(readdirSync(dirname(path)).sort()).toEqual(['ledger.json', 'ledger.json.lock']);
  });
});

describe('when the wall clock is set', () => {
  it('a held lock stays with its holder, who can write', async () => {
    const path = planted();
    const [held, end] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
    vi.useFakeTimers({ toFake: ['Date'], now: Date.now() });
    const order: string[] = [];
    const first = withFileLock(path, async (assertHeld) => {
      held.resolve();
      await end.promise;
      await replaceFile(path, 'first', assertHeld);
      order.push('first');
    });
    await held.promise;
    vi.setSystemTime(Date.now() + HOUR_MS);
    const second = withFileLock(path, async () => {
      order.push('second');
    });
    // Time for several attempts.
    await pause(200);
    end.resolve();
    await Promise.all([first, second]);
    expect(order).toEqual(['first', 'second']);
    expect(readFileSync(path, 'utf8')).toBe('first');
  });

  it('at any time and by any amount, writers take turns and no write is lost', async () => {
    const steps = fc.array(fc.integer({ min: -HOUR_MS, max: HOUR_MS }), { minLength: 6, maxLength: 6 });
    await fc.assert(
      fc.asyncProperty(steps, async (given) => {
        const path = planted();
        writeFileSync(path, '0');
        vi.useFakeTimers({ toFake: ['Date'], now: Date.now() });
        const step = (ms: number) => vi.setSystemTime(Date.now() + ms);
        const increments = given.map((ms) =>
          withFileLock(path, async (assertHeld) => {
            const before = Number(readFileSync(path, 'utf8'));
            step(ms);
            await pause(25);
            await replaceFile(path, String(before + 1), assertHeld);
          }),
        );
        await Promise.all(increments);
        vi.useRealTimers();
        expect(readFileSync(path, 'utf8')).toBe(String(given.length));
      }),
      { numRuns: 5 },
    );
  });
});
