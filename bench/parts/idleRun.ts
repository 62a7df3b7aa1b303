import { assertSameCalls } from '../calls/recordedCalls.ts';
import { inSequence } from '../calls/replayPlan.ts';
import { assertAccepted, type BenchEnvironment, readInvocation, TARGET } from '../environment.ts';
import { comparePairs, type Line, repeatInOrder } from '../report.ts';
import type { Population } from '../world/population.ts';

/** A typical target: no request is pending. */
export const IDLE: Population = {
  regions: ['eu-west-2'],
  owners: 10,
  connectionsPerOwner: 1,
  gateways: 4,
  available: 40,
  confirming: 0,
};

/** An idle run of a warm function, compared with a bare loop of the same calls. */
export async function idleRun(
  environment: BenchEnvironment,
  { population = IDLE, latency = 40, pairs = 21 } = {},
): Promise<readonly Line[]> {
  await environment.fill(population, latency);
  const [table, bareTable] = [await environment.newTable(), await environment.newTable()];
  const [ours, bare] = [
    await environment.startFunction(population, table),
    await environment.startBareLoop(),
  ];
  const run = async () => {
    const invocation = readInvocation(await ours.ask('invoke', { target: TARGET }));
    assertAccepted(0, invocation);
    return { ...invocation, recorded: await environment.takeRecordedCalls() };
  };
  const loop = async (event: object) => {
    const invocation = readInvocation(await bare.ask('invoke', event));
    return { ...invocation, recorded: await environment.takeRecordedCalls() };
  };
  try {
    // The first run verifies its caller. The other side's table needs the same content as its ledger.
    const first = [inSequence((await run()).recorded)];
    await loop(environment.eventFor([first], table, bareTable));
    const event = environment.eventFor([[inSequence((await run()).recorded)]], table, bareTable);
    await loop(event);
    const taken = await repeatInOrder(pairs, async () => {
      const [a, b] = [await run(), await loop(event)];
      assertSameCalls(a.recorded, b.recorded);
      return { times: [a.ms, b.ms] as const, work: [a.cpu, b.cpu] as const };
    });
    const what = `an idle run, warm, ${latency} ms per answer`;
    const times = comparePairs(taken.map(({ times: pair }) => pair));
    const work = comparePairs(taken.map(({ work: pair }) => pair));
    return [
      { part: 'quiet', what, unit: 'ms', ...times, limit: { atMost: 1.2 } },
      { part: 'quiet', what: 'of that, CPU time', unit: 'ms', ...work, limit: null },
    ];
  } finally {
    await Promise.all([ours.stop(), bare.stop()]);
  }
}
