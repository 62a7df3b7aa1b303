import type { Metafile } from 'esbuild';
import { packageName } from '../../scripts/lockfile.ts';
import { assertSameCalls } from '../calls/recordedCalls.ts';
import { inSequence } from '../calls/replayPlan.ts';
import {
  assertAccepted,
  type BenchEnvironment,
  type Invocation,
  readInvocation,
  TARGET,
} from '../environment.ts';
import { comparePairs, type Line, repeatInOrder, summarize } from '../report.ts';
import { IDLE } from './idleRun.ts';

const PACKAGE = /^(?:.*\/)?node_modules\/(?:@[^/]+\/)?[^/]+/;

/** Bytes of a bundle by the package that they come from, the greatest first; what is in none is ours. */
function packageSizes({ outputs }: Metafile): ReadonlyMap<string, number> {
  const sizes = new Map<string, number>();
  for (const { inputs, bytes } of Object.values(outputs)) {
    sizes.set('all of it', (sizes.get('all of it') ?? 0) + bytes);
    for (const [input, { bytesInOutput }] of Object.entries(inputs)) {
      const [path] = PACKAGE.exec(input) ?? [];
      const name = path === undefined ? 'vif-acceptor' : packageName(path);
      sizes.set(name, (sizes.get(name) ?? 0) + bytesInOutput);
    }
  }
  return new Map([...sizes].filter(([, bytes]) => bytes > 0).sort(([, a], [, b]) => b - a));
}

/** From the start of a process to the end of its first pass, against a bundle of only the SDK's clients making the same calls. */
export async function coldStart(
  lab: BenchEnvironment,
  { population = IDLE, latencies = [40, 0], pairs = 11 } = {},
): Promise<readonly Line[]> {
  const lines: Line[] = [];
  for (const latency of latencies) {
    await lab.fill(population, latency);
    const taken = await repeatInOrder(pairs, async () => {
      const [table, other] = [await lab.newTable(), await lab.newTable()];
      const ours = await lab.startFunction(population, table, { event: { target: TARGET } });
      await ours.stop();
      assertAccepted(0, readInvocation(ours.first));
      const heard = await lab.takeRecordedCalls();
      const event = lab.eventFor([[inSequence(heard)]], table, other);
      const clients = await lab.startSdkClients(population, { event });
      await clients.stop();
      assertSameCalls(heard, await lab.takeRecordedCalls());
      return [readInvocation(ours.first), readInvocation(clients.first)] as const;
    });
    const compared = (of: (invocation: Invocation) => number) =>
      comparePairs(taken.map(([ours, bound]) => [of(ours), of(bound)] as const));
    const what = `cold start and first quiet pass, ${latency} ms an answer`;
    // Without the waiting it is told only: a few milliseconds more or less of a busy machine decide it.
    const limit = latency === 0 ? null : { atMost: 1.2 };
    lines.push({ part: 'coldStart', what, unit: 'ms', ...compared(({ sinceStart }) => sinceStart), limit });
    const loading = `of that until everything is imported, ${latency} ms an answer`;
    lines.push({
      part: 'coldStart',
      what: loading,
      unit: 'ms',
      ...compared(({ imported }) => imported),
      limit: null,
    });
  }
  return [...lines, ...sizes(lab)];
}

/** Bytes of a package that has a line of its own. */
const WORTH_TELLING = 5000;

/** Only told: a test holds the whole against its limit. */
function sizes({ bundled }: BenchEnvironment): Line[] {
  const theirs = packageSizes(bundled.sdkClients);
  return [...packageSizes(bundled.function)].flatMap(([name, bytes]): Line[] => {
    if (bytes < WORTH_TELLING) return [];
    const [ours, bound] = [summarize([bytes / 1000]), summarize([(theirs.get(name) ?? 0) / 1000])];
    const what = `bundle: ${name}`;
    return [{ part: 'coldStart', what, unit: 'KB', ours, bound, ratio: null, limit: null }];
  });
}
