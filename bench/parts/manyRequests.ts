import { assertSameCalls, type RecordedCall } from '../calls/recordedCalls.ts';
import { inSequence, planAcceptances } from '../calls/replayPlan.ts';
import type { BenchProcess } from '../childProcess.ts';
import {
  assertAccepted,
  type BenchEnvironment,
  type Invocation,
  memoryGrowthMb,
  readInvocation,
  type StartOptions,
  smallHeapFlags,
  TARGET,
} from '../environment.ts';
import { comparePairs, type Limit, type Pair, type ReportLine, repeatInOrder } from '../report.ts';
import type { Population } from '../world/population.ts';

const SMALL_HEAP = smallHeapFlags(34);

/** Concurrent confirms of one run. */
const LANES = 4;

/** Conditions of a measurement, the same for each side. */
export interface Conditions {
  readonly population: Population;
  /** of the provider's answers, in milliseconds */
  readonly latency: number;
  /** Node options */
  readonly flags: readonly string[];
  /** whether each process has done an idle run before, like a warm function */
  readonly warm: boolean;
}

/** Measurement of a run that accepts many requests, and how to replay its calls on another side. */
export interface Accepted {
  readonly ours: Invocation;
  /** Replays the calls in the order of the lower bound. */
  again(start: (how: StartOptions) => Promise<BenchProcess>): Promise<Invocation>;
}

/** Measures a run that accepts many requests. Each side has its own process, provider and table. */
async function acceptMany(environment: BenchEnvironment, conditions: Conditions): Promise<Accepted> {
  const { population, latency, flags, warm } = conditions;
  const quiet = { ...population, available: 40, confirming: 0 };
  const worlds = warm ? [quiet, population] : [population];
  const table = await environment.newTable();
  const runs: { readonly world: Population; readonly recorded: readonly RecordedCall[] }[] = [];
  const ours = await lastOf(
    environment.startFunction(population, table, { flags }),
    worlds,
    async (child, world) => {
      await environment.fill(world, latency);
      const invocation = readInvocation(await child.ask('invoke', { target: TARGET }));
      assertAccepted(world.confirming, invocation);
      runs.push({ world, recorded: await environment.takeRecordedCalls() });
      return invocation;
    },
  );
  const again = async (start: (how: StartOptions) => Promise<BenchProcess>): Promise<Invocation> => {
    const instead = await environment.newTable();
    return lastOf(start({ flags }), runs, async (child, { world, recorded }) => {
      await environment.fill(world, latency);
      const plan = world.confirming === 0 ? [[inSequence(recorded)]] : planAcceptances(recorded, LANES);
      const invocation = readInvocation(
        await child.ask('invoke', environment.eventFor(plan, table, instead)),
      );
      assertSameCalls(recorded, await environment.takeRecordedCalls());
      return invocation;
    });
  };
  return { ours, again };
}

/** Sends the inputs to a process, stops it, and returns the measurement of the last one. */
async function lastOf<T>(
  starting: Promise<BenchProcess>,
  asked: readonly T[],
  ask: (child: BenchProcess, of: T) => Promise<Invocation>,
): Promise<Invocation> {
  const child = await starting;
  try {
    let last: Invocation | undefined;
    for (const each of asked) last = await ask(child, each);
    if (last === undefined) throw new Error('the process got no input');
    return last;
  } finally {
    await child.stop();
  }
}

const MANY: Population = {
  regions: ['eu-west-2'],
  owners: 50,
  connectionsPerOwner: 2,
  gateways: 20,
  available: 4500,
  confirming: 500,
};

/** A run that accepts many of many interfaces, compared with the lower bound of its calls and with the SDK's clients: time and memory. */
export async function manyRequests(
  environment: BenchEnvironment,
  { population = MANY, latency = 40, pairs = 3 } = {},
): Promise<readonly ReportLine[]> {
  const measure = async (flags: readonly string[], warm: boolean) => {
    const { ours, again } = await acceptMany(environment, { population, latency, flags, warm });
    const bound = await again(environment.startBareLoop);
    return { ours, bound, clients: await again((how) => environment.startSdkClients(population, how)) };
  };
  const [free, tight] = [
    await repeatInOrder(pairs, () => measure([], true)),
    await repeatInOrder(pairs, () => measure(SMALL_HEAP, true)),
  ];
  const [freshFree, freshTight] = [await measure([], false), await measure(SMALL_HEAP, false)];

  const { available, confirming } = population;
  const what = `${confirming} of ${available + confirming} interfaces to accept, ${latency} ms per answer`;
  const toClients = "compared with the SDK's clients alone";
  const times = (other: 'bound' | 'clients') =>
    comparePairs(free.map((sides): Pair => [sides.ours.ms, sides[other].ms]));
  const part = 'scale';
  return [
    { part, what, unit: 'ms', ...times('bound'), limit: { atMost: 1.25 } },
    { part, what: `${what}, ${toClients}`, unit: 'ms', ...times('clients'), limit: { atMost: 1.15 } },
    memory('the idle process, small heap', toPairs(tight, 'ours', 'bound'), { atMost: 1.5 }),
    memory(`the idle process, small heap, ${toClients}`, toPairs(tight, 'ours', 'clients')),
    memory('the idle process, default heap', toPairs(free, 'ours', 'bound')),
    ...[
      { heap: 'small heap', sides: [freshTight] },
      { heap: 'default heap', sides: [freshFree] },
    ].flatMap(({ heap, sides }) => [
      memory(`a new process, ${heap}`, toPairs(sides, 'ours', 'bound')),
      memory(`a new process, ${heap}, the SDK's clients alone`, toPairs(sides, 'clients', 'bound')),
    ]),
  ];
}

/** The three sides of a comparison. */
interface Sides {
  readonly ours: Invocation;
  readonly bound: Invocation;
  readonly clients: Invocation;
}

function toPairs(all: readonly Sides[], one: keyof Sides, other: keyof Sides) {
  return all.map((sides) => [sides[one], sides[other]] as const);
}

function memory(
  above: string,
  pairs: readonly (readonly [Invocation, Invocation])[],
  limit: Limit | null = null,
): ReportLine {
  const growths = pairs.map(([ours, bound]): Pair => [memoryGrowthMb(ours), memoryGrowthMb(bound)]);
  return { part: 'scale', what: `memory above ${above}`, unit: 'MB', ...comparePairs(growths), limit };
}
