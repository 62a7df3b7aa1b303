import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import type { AcceptorEvent } from '../../core/events/event.ts';
import { loadPolicy } from '../../core/policy.ts';
import { replayDecision } from '../../core/receipt.ts';
import type { Clock, Ledger } from '../../run/ports.ts';
import { type Dynamo, startDynalite, startMoto } from '../support/dynamo.ts';
import { faultyRuns, KEY } from '../support/faultyRuns.ts';
import { isInstalled } from '../support/installedPrograms.ts';
import { codesOf, subjectOf, withoutRepeats } from '../support/requestTruths.ts';
import { type Schedule, schedules } from '../support/runSchedules.ts';
import { type FaultyStore, inFile, inMemory, inTable } from './faultyStores.ts';

vi.mock(import('node:fs/promises'), async (original) => {
  const { callWithFault } = await import('../support/faultInjection.ts');
  const real = await original();
  const failure = () => Object.assign(new Error('the disk is not available'), { code: 'EIO' });
  const before = (name: string): Promise<void> =>
    callWithFault(`disk ${name}`, () => Promise.resolve(), failure);
  return {
    ...real,
    open: async (...given: Parameters<typeof real.open>) => {
      // The fault is not around the call, because a file that a killed run had opened stays open.
      await before('open');
      return real.open(...given);
    },
    rename: (...given: Parameters<typeof real.rename>) =>
      callWithFault('disk rename', () => real.rename(...given), failure),
  };
});

async function live(schedule: Schedule, begin: (clock: Clock) => Promise<FaultyStore>): Promise<void> {
  const life = await faultyRuns(schedule, begin);
  for (const [i, step] of schedule.steps.entries()) {
    if (i === schedule.rightFrom) await life.setRight();
    if (step.does === 'wait') life.cloud.clock.advance(Math.round(step.hours * 3_600_000));
    else if (step.does === 'run') await life.run(step);
    else await life.truths.happen(step);
    life.cloud.clock.advance('PT1M');
  }
  await life.setRight();
  life.cloud.clock.advance('PT10M');
  // Two listings until an intent is dropped, one to accept, one without changes.
  for (let run = 0; run < 4; run += 1) {
    await life.clean();
    life.cloud.clock.advance('PT5M');
  }
  expect(await life.clean(), 'the last run is complete').toBe(true);
  await checkReceipts(life);
  await checkEvents(life);
}

type RunsWithFaults = Awaited<ReturnType<typeof faultyRuns>>;

/** Checks that each acceptance has one receipt with the same decision on replay, and that there are no others. */
async function checkReceipts({ truths, reader }: RunsWithFaults): Promise<void> {
  const { receipts, ended, damaged } = await reader.readRecords(KEY, new Date(0));
  expect(damaged).toEqual([]);
  expect(receipts.map(({ id }) => id).sort()).toEqual(truths.ours().sort());
  for (const receipt of receipts)
    expect(await isReplayed(receipt.id, reader), `replay of ${receipt.id}`).toBe(true);
  const ids = ended.map(({ id }) => id);
  expect(
    ids.filter((id, i) => ids.indexOf(id) !== i),
    'ended requests recorded twice',
  ).toEqual([]);
  for (const id of truths.endedSeen()) expect(ids).toContain(id);
}

async function isReplayed(id: string, ledger: Ledger): Promise<boolean> {
  const { receipts } = await ledger.readRecords(KEY, new Date(0));
  const receipt = receipts.find((candidate) => candidate.id === id);
  if (receipt === undefined) return false;
  const text = await ledger.readPolicy(receipt.policy.digest);
  const { policy } = loadPolicy(text ?? '', receipt.target);
  return replayDecision(receipt, policy).isSame;
}

async function checkEvents({ truths, reader, publisher }: RunsWithFaults): Promise<void> {
  const { outbox, observations, intents } = await reader.readState(KEY);
  expect([outbox, intents]).toEqual([{}, {}]);
  const published = withoutRepeats(publisher.delivered);
  const of = (id: string, ...types: AcceptorEvent['type'][]) =>
    published.filter((one) => types.includes(one.type) && subjectOf(one) === id);
  for (const id of truths.ours()) expect(of(id, 'Request Accepted'), `accepted ${id}`).toHaveLength(1);
  for (const id of truths.others()) expect(of(id, 'Request Accepted'), `not accepted ${id}`).toEqual([]);
  for (const id of truths.endedSeen())
    expect(of(id, 'Request Ended', 'Request Expired'), `end of ${id}`).toHaveLength(1);
  for (const id of truths.pending()) {
    const held = codesOf(of(id, 'Request Held').at(-1)?.detail.reasons);
    expect(held.sort(), `hold of ${id}`).toEqual([...(observations[id]?.published.codes ?? [])].sort());
    const marks = of(id, 'Deadline Near').map(({ detail }) => String(detail.hours ?? 'unknown'));
    expect(marks.sort(), `marks of ${id}`).toEqual(
      [...(observations[id]?.published.thresholds ?? [])].sort(),
    );
  }
}

describe('with any fault, nothing is accepted twice, lost or reported wrongly, with the ledger in', () => {
  it('memory', () => check(40, 18, async (clock) => inMemory(clock)));
  it('a file', () => check(15, 40, async (clock) => inFile(clock)));
  for (const [name, runs, isHere, startIt] of [
    ['DynamoDB (dynalite)', 12, true, startDynalite],
    ['DynamoDB (moto_server, of pip)', 2, isInstalled('moto_server', '--help'), startMoto],
  ] as const) {
    describe.skipIf(!isHere)('a table:', () => {
      let dynamo: Dynamo;
      beforeAll(async () => {
        dynamo = await startIt();
      });
      afterAll(() => dynamo.close());
      it(name, () => check(runs, 32, async (clock) => inTable(await dynamo.createTable(), dynamo, clock)));
    });
  }
});

async function check(
  numRuns: number,
  calls: number,
  begin: (clock: Clock) => Promise<FaultyStore>,
): Promise<void> {
  // `RUNS=1000` for a long test.
  const runs = Number(process.env.RUNS ?? numRuns);
  await fc.assert(
    fc.asyncProperty(schedules(calls), (schedule) => live(schedule, begin)),
    { numRuns: runs },
  );
}
