import { assertSameCalls, type RecordedCall } from '../calls/recordedCalls.ts';
import { inSequence, planAcceptances } from '../calls/replayPlan.ts';
import type { BenchProcess } from '../childProcess.ts';
import {
  assertAccepted,
  type BenchEnvironment,
  type Invocation,
  memoryGrowthMb,
  readInvocation,
  SMALL_HEAP_FLAGS,
  type StartOptions,
  TARGET,
} from '../environment.ts';
import { comparePairs, type Limit, type Line, type Pair, repeatInOrder } from '../report.ts';
import type { Population } from '../world/population.ts';

/** Confirms of one pass under way at the same time. */
const LANES = 4;

/** Under what every side is measured. */
export interface Conditions {
  readonly population: Population;
  /** of the provider's answers, in milliseconds */
  readonly latency: number;
  /** of Node */
  readonly flags: readonly string[];
  /** whether each process has made a quiet pass before, as a function that is not new has */
  readonly warm: boolean;
}

/** What the function took for a pass that accepts many, and how to have its calls made by another side. */
export interface Accepted {
  readonly ours: Invocation;
  /** In the order of the lower bound. @returns what it took */
  again(start: (how: StartOptions) => Promise<BenchProcess>): Promise<Invocation>;
}

/** A pass that accepts many. Every side has a process, a provider and a table of its own. */
async function acceptMany(lab: BenchEnvironment, conditions: Conditions): Promise<Accepted> {
  const { population, latency, flags, warm } = conditions;
  const quiet = { ...population, available: 40, confirming: 0 };
  const worlds = warm ? [quiet, population] : [population];
  const table = await lab.newTable();
  const passes: { readonly world: Population; readonly heard: readonly RecordedCall[] }[] = [];
  const ours = await lastOf(lab.startFunction(population, table, { flags }), worlds, async (child, world) => {
    await lab.fill(world, latency);
    const invocation = readInvocation(await child.ask('invoke', { target: TARGET }));
    assertAccepted(world.confirming, invocation);
    passes.push({ world, heard: await lab.takeRecordedCalls() });
    return invocation;
  });
  const again = async (start: (how: StartOptions) => Promise<BenchProcess>): Promise<Invocation> => {
    const instead = await lab.newTable();
    return lastOf(start({ flags }), passes, async (child, { world, heard }) => {
      await lab.fill(world, latency);
      const plan = world.confirming === 0 ? [[inSequence(heard)]] : planAcceptances(heard, LANES);
      const invocation = readInvocation(await child.ask('invoke', lab.eventFor(plan, table, instead)));
      assertSameCalls(heard, await lab.takeRecordedCalls());
      return invocation;
    });
  };
  return { ours, again };
}

/** What a process, which then ends, takes for the last of what it is asked. */
async function lastOf<T>(
  starting: Promise<BenchProcess>,
  asked: readonly T[],
  ask: (child: BenchProcess, of: T) => Promise<Invocation>,
): Promise<Invocation> {
  const child = await starting;
  try {
    let last: Invocation | undefined;
    for (const each of asked) last = await ask(child, each);
    if (last === undefined) throw new Error('a process was asked nothing');
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

/** A pass that accepts many among many, against the lower bound of its calls: its time and its memory. */
export async function manyRequests(
  lab: BenchEnvironment,
  { population = MANY, latency = 40, pairs = 3 } = {},
): Promise<readonly Line[]> {
  const pair = async (flags: readonly string[]) => {
    const { ours, again } = await acceptMany(lab, { population, latency, flags, warm: true });
    return [ours, await again(lab.startBareLoop)] as const;
  };
  const fresh = async (flags: readonly string[]) => {
    const { ours, again } = await acceptMany(lab, { population, latency, flags, warm: false });
    const bound = await again(lab.startBareLoop);
    return { ours, bound, clients: await again((how) => lab.startSdkClients(population, how)) };
  };
  const [free, tight] = [
    await repeatInOrder(pairs, () => pair([])),
    await repeatInOrder(pairs, () => pair(SMALL_HEAP_FLAGS)),
  ];
  const [freshFree, freshTight] = [await fresh([]), await fresh(SMALL_HEAP_FLAGS)];

  const { available, confirming } = population;
  const what = `${confirming} of ${available + confirming} interfaces to accept, ${latency} ms an answer`;
  const times = comparePairs(free.map(([ours, bound]) => [ours.ms, bound.ms]));
  return [
    { part: 'scale', what, unit: 'ms', ...times, limit: { atMost: 1.25 } },
    memory('the idle process, small heap', tight, { atMost: 1.5 }),
    memory('the idle process, V8 left alone', free),
    ...[
      { heap: 'small heap', sides: freshTight },
      { heap: 'V8 left alone', sides: freshFree },
    ].flatMap(({ heap, sides: { ours, bound, clients } }) => [
      memory(`a new process, ${heap}`, [[ours, bound]]),
      memory(`a new process, ${heap}, the SDK's clients alone`, [[clients, bound]]),
    ]),
  ];
}

function memory(
  above: string,
  pairs: readonly (readonly [Invocation, Invocation])[],
  limit: Limit | null = null,
): Line {
  const growths = pairs.map(([ours, bound]): Pair => [memoryGrowthMb(ours), memoryGrowthMb(bound)]);
  return { part: 'scale', what: `memory above ${above}`, unit: 'MB', ...comparePairs(growths), limit };
}
