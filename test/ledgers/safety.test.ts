import { readdirSync, readFileSync, rmSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { inLock } from '../../lambda/adapters/ledgers/file/lock.ts';
import { replaceFile } from '../../lambda/adapters/ledgers/file/replaceFile.ts';
import { LedgerFailure } from '../../lambda/errors.ts';
import { plant } from '../plant.ts';
import { failureOf } from '../support/apis.ts';

function planted(): string {
  return join(plant({ 'ledger.json': 'old' }), 'ledger.json');
}

afterEach(() => {
  vi.useRealTimers();
});

describe('a lock', () => {
  it('is held by one at a time, and given back also when the work fails', async () => {
    const path = planted();
    const order: string[] = [];
    const work = (name: string, failing = false) =>
      inLock(path, async () => {
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

  it('held for so long that another may have taken it lets nothing be written', async () => {
    const path = planted();
    vi.useFakeTimers({ toFake: ['Date'], now: Date.now() });
    const suspended = inLock(path, async (assertHeld) => {
      assertHeld();
      vi.setSystemTime(Date.now() + 6000);
      await replaceFile(path, 'new', assertHeld);
    });
    expect(await failureOf(suspended)).toBeInstanceOf(LedgerFailure);
    expect(readFileSync(path, 'utf8')).toBe('old');
    expect(readdirSync(dirname(path))).toEqual(['ledger.json']);
  });

  it('that somebody took away does no harm when it is given back', async () => {
    const path = planted();
    await inLock(path, async () => rmSync(`${path}.lock`, { recursive: true }));
    expect(readdirSync(dirname(path))).toEqual(['ledger.json']);
  });
});

describe('replacing a file', () => {
  it('puts the new text in place of the old at once, when it is already safe beside it', async () => {
    const path = planted();
    await replaceFile(path, 'new', () => {
      expect(readFileSync(path, 'utf8')).toBe('old');
      const beside = readdirSync(dirname(path)).filter((name) => name !== 'ledger.json');
      expect(beside.map((name) => readFileSync(join(dirname(path), name), 'utf8'))).toEqual(['new']);
    });
    expect(readFileSync(path, 'utf8')).toBe('new');
    expect(readdirSync(dirname(path))).toEqual(['ledger.json']);
  });

  it('called off at the last moment leaves the old text and nothing else', async () => {
    const path = planted();
    const calledOff = replaceFile(path, 'new', () => {
      throw new Error('called off');
    });
    expect(String(await failureOf(calledOff))).toBe('Error: called off');
    expect(readFileSync(path, 'utf8')).toBe('old');
    expect(readdirSync(dirname(path))).toEqual(['ledger.json']);
  });
});
