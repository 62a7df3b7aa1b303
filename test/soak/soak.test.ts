import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { CALL_FAULT_KINDS } from './plan/callFaults.ts';

const MAIN = join(import.meta.dirname, 'main.ts');

/** Actions that occur only in some lives. */
const UNUSUAL = [
  'move',
  'joinLag',
  'rename',
  'resize',
  'addSession',
  'showUnknownState',
  'flood',
  'withdrawFlood',
  'renewOffers',
  'moveAllAway',
  'unreadable',
  'eventRefused',
  'order',
  'transitOrder',
  'orderOfOther',
  'copyOfPending',
  'copyOfAccepted',
  'copyOfEnded',
  'keyOfTwo',
  'pinOrder',
  'endOrder',
  'acceptOrderManually',
  'endSession',
  'replaceSession',
  'addOtherSession',
  'renameOwners',
  'deployUnpinned',
  'policyRefused',
];

/** Runs the soak in separate processes, because a life replaces the clock and network of its process. */
function soak(...args: string[]): Promise<{ code: unknown; output: string }> {
  return new Promise((resolve) => {
    execFile(process.execPath, [MAIN, ...args], { timeout: 280_000 }, (error, stdout, stderr) =>
      resolve({ code: error === null ? 0 : error.code, output: stdout + stderr }),
    );
  });
}

it('keeps every invariant in simulated years with all faults', { timeout: 300_000 }, async () => {
  const { code, output } = await soak('--weeks', '120', '--seed', '1', '--jobs', '2');
  expect(output).toContain('\n0 violations\n');
  expect(code).toBe(0);
  const times = (what: string) => Number(new RegExp(`^ +${what} +(\\d+)$`, 'm').exec(output)?.[1] ?? 0);
  // Otherwise the test would prove nothing.
  for (const what of [...CALL_FAULT_KINDS, ...UNUSUAL]) expect(times(what), what).toBeGreaterThan(0);
  expect(Number(/(\d+) accepted/.exec(output)?.[1])).toBeGreaterThan(40);
});

it('gives the same life for the same seed', async () => {
  const [once, again] = [
    await soak('--weeks', '3', '--seed', '77'),
    await soak('--weeks', '3', '--seed', '77'),
  ];
  expect(withoutSeconds(again.output)).toBe(withoutSeconds(once.output));
  expect(once.output).toMatch(/[1-9]\d* requests/);
});

it('ends after the replay of a life with killed runs', async () => {
  const { code, output } = await soak('--seed', '77', '--path', '0');
  expect(output).toContain('no violation');
  expect(code).toBe(0);
});

it('prints its usage when it is called with invalid arguments', async () => {
  const { code, output } = await soak('--weeks', 'many');
  expect(code).toBe(2);
  expect(output).toContain('npm run soak --');
});

function withoutSeconds(output: string): string {
  return output.replace(/in \d+ s/, '');
}
