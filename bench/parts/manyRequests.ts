import { acceptMany } from '../acceptMany.ts';
import type { Lab } from '../environment.ts';
import { growth, type Invocation } from '../invocation.ts';
import { comparisonOf, type Pair, repeated } from '../measure.ts';
import type { Limit, Line } from '../row.ts';
import { SMALL_HEAP } from '../smallHeap.ts';
import type { Population } from '../world/population.ts';

const MANY: Population = {
  regions: ['eu-west-2'],
  owners: 50,
  connectionsPerOwner: 2,
  gateways: 20,
  available: 4500,
  confirming: 500,
};

/** A pass that accepts many among many, against the lower bound of its calls: its time and its memory. */
export async function scale(
  lab: Lab,
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
    await repeated(pairs, () => pair([])),
    await repeated(pairs, () => pair(SMALL_HEAP)),
  ];
  const [freshFree, freshTight] = [await fresh([]), await fresh(SMALL_HEAP)];

  const { available, confirming } = population;
  const what = `${confirming} of ${available + confirming} interfaces to accept, ${latency} ms an answer`;
  const times = comparisonOf(free.map(([ours, bound]) => [ours.ms, bound.ms]));
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
  const growths = pairs.map(([ours, bound]): Pair => [growth(ours), growth(bound)]);
  return { part: 'scale', what: `memory above ${above}`, unit: 'MB', ...comparisonOf(growths), limit };
}
