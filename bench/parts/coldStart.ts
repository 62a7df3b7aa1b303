import { packageSizes } from '../bundleSizes.ts';
import { inSequence } from '../calls/plan.ts';
import { mustBeSame } from '../calls/recordedCalls.ts';
import { type Lab, TARGET } from '../environment.ts';
import { type Invocation, invocationOf, mustAccept } from '../invocation.ts';
import { comparisonOf, repeated, spreadOf } from '../measure.ts';
import type { Line } from '../row.ts';
import { QUIET } from './idleRun.ts';

/** From the start of a process to the end of its first pass, against a bundle of only the SDK's clients making the same calls. */
export async function coldStart(
  lab: Lab,
  { population = QUIET, latencies = [40, 0], pairs = 11 } = {},
): Promise<readonly Line[]> {
  const lines: Line[] = [];
  for (const latency of latencies) {
    await lab.fill(population, latency);
    const taken = await repeated(pairs, async () => {
      const [table, other] = [await lab.newTable(), await lab.newTable()];
      const ours = await lab.startFunction(population, table, { event: { target: TARGET } });
      await ours.stop();
      mustAccept(0, invocationOf(ours.first));
      const heard = await lab.heard();
      const event = lab.eventFor([[inSequence(heard)]], table, other);
      const clients = await lab.startSdkClients(population, { event });
      await clients.stop();
      mustBeSame(heard, await lab.heard());
      return [invocationOf(ours.first), invocationOf(clients.first)] as const;
    });
    const compared = (of: (invocation: Invocation) => number) =>
      comparisonOf(taken.map(([ours, bound]) => [of(ours), of(bound)] as const));
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
function sizes({ bundled }: Lab): Line[] {
  const theirs = packageSizes(bundled.sdkClients);
  return [...packageSizes(bundled.function)].flatMap(([name, bytes]): Line[] => {
    if (bytes < WORTH_TELLING) return [];
    const [ours, bound] = [spreadOf([bytes / 1000]), spreadOf([(theirs.get(name) ?? 0) / 1000])];
    const what = `bundle: ${name}`;
    return [{ part: 'coldStart', what, unit: 'KB', ours, bound, ratio: null, limit: null }];
  });
}
