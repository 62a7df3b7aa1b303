import { acceptancesPlan } from '../calls/acceptances.ts';
import { mustBeSame } from '../calls/heard.ts';
import type { Child } from '../child.ts';
import { growth, invocationOf, mustAccept } from '../invocation.ts';
import { type Lab, TARGET } from '../lab.ts';
import { comparisonOf, repeated } from '../measure.ts';
import type { Line } from '../row.ts';
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

/** Confirms of one pass under way at the same time. */
const LANES = 4;

/** A pass that accepts many among many, against the lower bound of its calls. Every run has a process, a provider and a table of its own. */
export async function scale(
  lab: Lab,
  { population = MANY, latency = 40, pairs = 3 } = {},
): Promise<readonly Line[]> {
  const pair = async (flags: readonly string[]) => {
    await lab.fill(population, latency);
    const table = await lab.newTable();
    const ours = await asked(lab.startFunction(population, table, { flags }), { target: TARGET });
    mustAccept(population.confirming, ours);
    const heard = await lab.heard();

    await lab.fill(population, latency);
    const bareTable = await lab.newTable();
    const event = lab.eventFor(acceptancesPlan(heard, LANES), table, bareTable);
    const bound = await asked(lab.startBareLoop({ flags }), event);
    mustBeSame(heard, await lab.heard());
    return { ours, bound };
  };
  const free = await repeated(pairs, () => pair([]));
  const tight = await repeated(2, () => pair(SMALL_HEAP));
  const memory = (runs: typeof free) =>
    comparisonOf(runs.map(({ ours, bound }) => [growth(ours), growth(bound)] as const));
  const times = comparisonOf(free.map(({ ours, bound }) => [ours.ms, bound.ms] as const));
  const { available, confirming } = population;
  const what = `${confirming} of ${available + confirming} interfaces to accept, ${latency} ms an answer`;
  const above = 'memory above the idle process';
  return [
    { part: 'scale', what, unit: 'ms', ...times, limit: { atMost: 1.25 } },
    {
      part: 'scale',
      what: `${above}, small heap`,
      unit: 'MB',
      ...memory(tight),
      limit: { atMost: 1.5 },
    },
    { part: 'scale', what: `${above}, V8 left alone`, unit: 'MB', ...memory(free), limit: null },
  ];
}

/** What one call took in a process that then ends. */
async function asked(starting: Promise<Child>, event: object) {
  const child = await starting;
  try {
    return invocationOf(await child.ask('invoke', event));
  } finally {
    await child.stop();
  }
}
