import { assertSameCalls } from '../calls/recordedCalls.ts';
import { inSequence } from '../calls/replayPlan.ts';
import { assertAccepted, type BenchEnvironment, readInvocation, TARGET } from '../environment.ts';
import { comparePairs, type Line, repeatInOrder } from '../report.ts';
import type { Population } from '../world/population.ts';

/** A target as most are most of the time: nothing waits. */
export const IDLE: Population = {
  regions: ['eu-west-2'],
  owners: 10,
  connectionsPerOwner: 1,
  gateways: 4,
  available: 40,
  confirming: 0,
};

/** A quiet pass of a warm function, against a bare loop of the same calls. */
export async function idleRun(
  lab: BenchEnvironment,
  { population = IDLE, latency = 40, pairs = 21 } = {},
): Promise<readonly Line[]> {
  await lab.fill(population, latency);
  const [table, bareTable] = [await lab.newTable(), await lab.newTable()];
  const [ours, bare] = [await lab.startFunction(population, table), await lab.startBareLoop()];
  const pass = async () => {
    const invocation = readInvocation(await ours.ask('invoke', { target: TARGET }));
    assertAccepted(0, invocation);
    return { ...invocation, heard: await lab.takeRecordedCalls() };
  };
  const loop = async (event: object) => {
    const invocation = readInvocation(await bare.ask('invoke', event));
    return { ...invocation, heard: await lab.takeRecordedCalls() };
  };
  try {
    // The first pass finds out who it is and where. What its ledger holds then, the other's table must hold too.
    const first = [inSequence((await pass()).heard)];
    await loop(lab.eventFor([first], table, bareTable));
    const event = lab.eventFor([[inSequence((await pass()).heard)]], table, bareTable);
    await loop(event);
    const taken = await repeatInOrder(pairs, async () => {
      const [a, b] = [await pass(), await loop(event)];
      assertSameCalls(a.heard, b.heard);
      return { times: [a.ms, b.ms] as const, work: [a.cpu, b.cpu] as const };
    });
    const what = `a quiet pass, warm, ${latency} ms an answer`;
    const times = comparePairs(taken.map(({ times: pair }) => pair));
    const work = comparePairs(taken.map(({ work: pair }) => pair));
    return [
      { part: 'quiet', what, unit: 'ms', ...times, limit: { atMost: 1.2 } },
      { part: 'quiet', what: 'what it takes of a processor', unit: 'ms', ...work, limit: null },
    ];
  } finally {
    await Promise.all([ours.stop(), bare.stop()]);
  }
}
