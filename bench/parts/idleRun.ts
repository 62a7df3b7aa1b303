import type { Metafile } from 'esbuild';
import { packageName } from '../../scripts/cycloneDx.ts';
import { assertSameCalls } from '../calls/recordedCalls.ts';
import { inSequence } from '../calls/replayPlan.ts';
import type { BenchProcess } from '../childProcess.ts';
import {
  assertAccepted,
  type BenchEnvironment,
  type Invocation,
  readInvocation,
  TARGET,
} from '../environment.ts';
import { comparePairs, type Pair, type ReportLine, repeatInOrder, summarize } from '../report.ts';
import type { Population } from '../world/population.ts';

/** A typical target: no request is pending. */
const IDLE: Population = {
  regions: ['eu-west-2'],
  owners: 10,
  connectionsPerOwner: 1,
  gateways: 4,
  available: 40,
  confirming: 0,
};

/** An idle run of a warm function, compared with a bare loop of the same calls, and with the SDK's clients making them. */
export async function idleRun(
  environment: BenchEnvironment,
  { population = IDLE, latency = 40, pairs = 21 } = {},
): Promise<readonly ReportLine[]> {
  await environment.fill(population, latency);
  const table = await environment.newTable();
  const sides = {
    ours: await environment.startFunction(population, table),
    bare: await environment.startBareLoop(),
    clients: await environment.startSdkClients(population, {}),
  };
  const measure = async (side: BenchProcess, event: object) => {
    const invocation = readInvocation(await side.ask('invoke', event));
    return { ...invocation, recorded: await environment.takeRecordedCalls() };
  };
  const run = async () => {
    const measured = await measure(sides.ours, { target: TARGET });
    assertAccepted(0, measured);
    return measured;
  };
  try {
    // The first run verifies its caller. The tables of the other sides need the same content as its ledger.
    const plans = [[[inSequence((await run()).recorded)]], [[inSequence((await run()).recorded)]]];
    const prepare = async (side: BenchProcess) => {
      const own = await environment.newTable();
      let event = {};
      for (const plan of plans) {
        event = environment.eventFor(plan, table, own);
        await measure(side, event);
      }
      return () => measure(side, event);
    };
    const [bare, clients] = [await prepare(sides.bare), await prepare(sides.clients)];
    const taken = await repeatInOrder(pairs, async () => {
      const measured = { ours: await run(), bare: await bare(), clients: await clients() };
      assertSameCalls(measured.ours.recorded, measured.bare.recorded);
      assertSameCalls(measured.ours.recorded, measured.clients.recorded);
      return measured;
    });
    const compare = (other: 'bare' | 'clients', figure: 'ms' | 'cpu') =>
      comparePairs(taken.map((measured): Pair => [measured.ours[figure], measured[other][figure]]));
    const what = `an idle run, warm, ${latency} ms per answer`;
    const toClients = `${what}, compared with the SDK's clients alone`;
    return [
      { part: 'quiet', what, unit: 'ms', ...compare('bare', 'ms'), limit: { atMost: 1.2 } },
      { part: 'quiet', what: 'of that, CPU time', unit: 'ms', ...compare('bare', 'cpu'), limit: null },
      { part: 'quiet', what: toClients, unit: 'ms', ...compare('clients', 'ms'), limit: { atMost: 1.1 } },
    ];
  } finally {
    await Promise.all(Object.values(sides).map((side) => side.stop()));
  }
}

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
): Promise<readonly ReportLine[]> {
  const lines: ReportLine[] = [];
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
function sizes({ bundled }: BenchEnvironment): ReportLine[] {
  const theirs = packageSizes(bundled.sdkClients);
  return [...packageSizes(bundled.function)].flatMap(([name, bytes]): ReportLine[] => {
    if (bytes < MIN_REPORTED_BYTES) return [];
    const [ours, bound] = [summarize([bytes / 1000]), summarize([(theirs.get(name) ?? 0) / 1000])];
    const what = `bundle: ${name}`;
    return [{ part: 'coldStart', what, unit: 'KB', ours, bound, ratio: null, limit: null }];
  });
}
