import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Readable } from 'node:stream';
import { text } from 'node:stream/consumers';
import { PROJECT_ROOT } from '../../infra/bundledFunction.ts';
import { compilePackage } from '../../scripts/compileTo.ts';
import { assertSameCalls } from '../calls/recordedCalls.ts';
import { inLanes, inSequence } from '../calls/replayPlan.ts';
import { type BenchEnvironment, emulatorKeys, smallHeapFlags } from '../environment.ts';
import { comparePairs, type ReportLine, repeatInOrder } from '../report.ts';
import { connectionsOf, type Population, policyText } from '../world/population.ts';

/** Reports the peak memory of the process when it exits. Short, because it is loaded into the measured process. */
const PEAK_SCRIPT = `
  import fs from 'node:fs';
  const peak = () => {
    try { return fs.readFileSync('/proc/self/status'); }
    catch { return 'VmHWM: ' + process.resourceUsage().maxRSS + ' kB'; }
  };
  process.on('exit', () => fs.writeSync(3, peak()));
`;
const PEAK = `data:text/javascript,${encodeURIComponent(PEAK_SCRIPT)}`;

/** Runs the command line in its own process. Rejects if it fails. @param main its entry point @param flags Node options */
async function runCommand(
  main: string,
  args: readonly string[],
  cwd: string,
  flags: readonly string[] = [],
): Promise<{ ms: number; peak: number; stdout: string }> {
  const begun = performance.now();
  const env = { ...emulatorKeys('eu-west-1'), XDG_STATE_HOME: cwd };
  const child = spawn(process.execPath, [...flags, '--import', PEAK, main, ...args], {
    cwd,
    env,
    stdio: ['ignore', 'pipe', 'pipe', 'pipe'],
  });
  const ended = once(child, 'exit');
  const [stdout, stderr, status] = await Promise.all(child.stdio.slice(1).map(textOf));
  const [code] = await ended;
  const ms = performance.now() - begun;
  if (code !== 0) throw new Error(`${args[0]} ended with ${code}: ${stderr?.slice(-2000)}`);
  const peak = Number(/VmHWM:\s*(\d+) kB/.exec(status ?? '')?.[1]) * 1024;
  return { ms, peak, stdout: stdout ?? '' };
}

function textOf(stream: unknown): Promise<string> {
  return isReadable(stream) ? text(stream) : Promise.resolve('');
}

function isReadable(stream: unknown): stream is Readable {
  return typeof stream === 'object' && stream !== null && 'read' in stream;
}

const SMALL_HEAP = smallHeapFlags(48);

/** Targets that the command processes concurrently. */
const AT_ONCE = 4;

function populationOf(targets: number): Population {
  const regions = Array.from({ length: targets }, (_, i) => `eu-west-${i + 1}`);
  return { regions, owners: 2, connectionsPerOwner: 1, gateways: 1, available: 4, confirming: 1 };
}

/** Many targets in one command, each with a request to accept, compared with the lower bound of the same calls; and its memory. */
export async function manyTargets(
  environment: BenchEnvironment,
  { many = 100, few = 10, latency = 40, pairs = 3 } = {},
): Promise<readonly ReportLine[]> {
  const main = compileCommand(environment.folder);
  const runs = await repeatInOrder(pairs, async () => {
    const { ms, recorded } = await runTargets(main, environment, populationOf(many), latency);
    await environment.fill(populationOf(many), latency);
    const byTarget = [...Map.groupBy(recorded, ({ region }) => region).values()];
    const plan = [inLanes(byTarget.map(inSequence), AT_ONCE)];
    const event = environment.eventFor(plan, 'no table', 'no table');
    const begun = performance.now();
    const bare = await environment.startBareLoop({ event });
    const bound = performance.now() - begun;
    await bare.stop();
    assertSameCalls(recorded, await environment.takeRecordedCalls());
    return [ms, bound] as const;
  });
  const memory = async (count: number): Promise<number> =>
    (await runTargets(main, environment, populationOf(count), latency, SMALL_HEAP)).peak / 2 ** 20;
  const peaks = await repeatInOrder(pairs, async () => [await memory(many), await memory(few)] as const);
  const what = `${many} targets in one command, ${latency} ms per answer`;
  return [
    { part: 'targets', what, unit: 'ms', ...comparePairs(runs), limit: { atMost: 1.5 } },
    {
      part: 'targets',
      what: `peak memory, compared with ${few} targets, small heap`,
      unit: 'MB',
      ...comparePairs(peaks),
      limit: { atMost: 1.25 },
    },
  ];
}

/** Compiles the command line as the npm package has it: Node need not strip types. @returns its entry point */
function compileCommand(folder: string): string {
  const dist = join(folder, 'dist');
  compilePackage(dist);
  symlinkSync(join(PROJECT_ROOT, 'node_modules'), join(folder, 'node_modules'));
  return join(dist, 'cli', 'main.js');
}

/** Runs the command once, with a new ledger. */
async function runTargets(
  main: string,
  environment: BenchEnvironment,
  population: Population,
  latency: number,
  flags: readonly string[] = [],
) {
  await environment.fill(population, latency);
  const folder = mkdtempSync(join(environment.folder, 'targets-'));
  const files = population.regions.map((region, i) => {
    const file = join(folder, `${region}.yaml`);
    writeFileSync(file, policyText(connectionsOf(population, i), region));
    return file;
  });
  const ledger = ['--ledger', join(folder, 'ledger.json')];
  const { stdout, ...taken } = await runCommand(
    main,
    ['run', '--json', '--endpoint', environment.urls.provider, ...ledger, '--policy', ...files],
    folder,
    flags,
  );
  const { runs }: { runs: { counts: { accepted: number } | null }[] } = JSON.parse(stdout);
  const accepted = runs.reduce((sum, { counts }) => sum + (counts?.accepted ?? 0), 0);
  const expected = population.confirming * population.regions.length;
  if (accepted !== expected)
    throw new Error(`the command should accept ${expected} requests and accepted ${accepted}`);
  return { ...taken, recorded: await environment.takeRecordedCalls() };
}
