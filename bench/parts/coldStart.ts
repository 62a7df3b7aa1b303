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

/** Bytes of a bundle by package, largest first. Code outside packages is `vif-acceptor`. */
function packageSizes({ outputs }: Metafile): ReadonlyMap<string, number> {
  const sizes = new Map<string, number>();
  for (const { inputs, bytes } of Object.values(outputs)) {
    sizes.set('total', (sizes.get('total') ?? 0) + bytes);
    for (const [input, { bytesInOutput }] of Object.entries(inputs)) {
      const [path] = PACKAGE.exec(input) ?? [];
      const name = path === undefined ? 'vif-acceptor' : packageName(path);
      sizes.set(name, (sizes.get(name) ?? 0) + bytesInOutput);
    }
  }
  return new Map([...sizes].filter(([, bytes]) => bytes > 0).sort(([, a], [, b]) => b - a));
}

/** From the start of a process to the end of its first run, compared with a bundle of only the SDK's clients that makes the same calls. */
export async function coldStart(
  environment: BenchEnvironment,
  { population = IDLE, latencies = [40, 0], pairs = 11 } = {},
): Promise<readonly Line[]> {
  const lines: Line[] = [];
  for (const latency of latencies) {
    await environment.fill(population, latency);
    const taken = await repeatInOrder(pairs, async () => {
      const [table, other] = [await environment.newTable(), await environment.newTable()];
      const ours = await environment.startFunction(population, table, { event: { target: TARGET } });
      await ours.stop();
      assertAccepted(0, readInvocation(ours.first));
      const recorded = await environment.takeRecordedCalls();
      const event = environment.eventFor([[inSequence(recorded)]], table, other);
      const clients = await environment.startSdkClients(population, { event });
      await clients.stop();
      assertSameCalls(recorded, await environment.takeRecordedCalls());
      return [readInvocation(ours.first), readInvocation(clients.first)] as const;
    });
    const compared = (of: (invocation: Invocation) => number) =>
      comparePairs(taken.map(([ours, bound]) => [of(ours), of(bound)] as const));
    const what = `cold start and first idle run, ${latency} ms per answer`;
    // Without latency the result has no limit: a few milliseconds of a busy machine would decide.
    const limit = latency === 0 ? null : { atMost: 1.2 };
    lines.push({ part: 'coldStart', what, unit: 'ms', ...compared(({ sinceStart }) => sinceStart), limit });
    const loading = `of that, until everything is imported, ${latency} ms per answer`;
    lines.push({
      part: 'coldStart',
      what: loading,
      unit: 'ms',
      ...compared(({ imported }) => imported),
      limit: null,
    });
  }
  return [...lines, ...sizes(environment)];
}

/** Smaller packages have no line of their own. */
const MIN_REPORTED_BYTES = 5000;

/** Sizes of the bundled packages, without a limit: a test checks the total. */
function sizes({ bundled }: BenchEnvironment): Line[] {
  const theirs = packageSizes(bundled.sdkClients);
  return [...packageSizes(bundled.function)].flatMap(([name, bytes]): Line[] => {
    if (bytes < MIN_REPORTED_BYTES) return [];
    const [ours, bound] = [summarize([bytes / 1000]), summarize([(theirs.get(name) ?? 0) / 1000])];
    const what = `bundle: ${name}`;
    return [{ part: 'coldStart', what, unit: 'KB', ours, bound, ratio: null, limit: null }];
  });
}
