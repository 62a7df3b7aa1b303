import { execFile } from 'node:child_process';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { assertSameCalls, type RecordedCall } from '../calls/recordedCalls.ts';
import {
  assertAccepted,
  type BenchEnvironment,
  emulatorKeys,
  readInvocation,
  TARGET,
} from '../environment.ts';
import { type ReportLine, summarize } from '../report.ts';
import { gatewayIdOf, type Population } from '../world/population.ts';

const exec = promisify(execFile);
const SCRIPT = join(import.meta.dirname, '../baseline/accept.sh');

/** One gateway, so that the shell script needs no lookup. */
const WAITING: Population = {
  regions: ['eu-west-2'],
  owners: 5,
  connectionsPerOwner: 1,
  gateways: 1,
  available: 0,
  confirming: 100,
};

/** Compares a cold function that accepts many requests with a shell loop over the AWS CLI. */
export async function shellLoop(
  environment: BenchEnvironment,
  { population = WAITING, latency = 40, runs = 3 } = {},
): Promise<readonly ReportLine[]> {
  const what = `accepting ${population.confirming} requests, ${latency} ms an answer`;
  const env = { ...emulatorKeys('eu-west-2'), AWS_DEFAULT_REGION: 'eu-west-2', PATH: await pathToProgram() };
  const version = await exec('aws', ['--version'], { env }).catch(() => null);
  if (version === null) return [{ part: 'cli', what, why: 'the AWS CLI (`aws`) is not installed' }];

  const ours: number[] = [];
  let recorded: readonly RecordedCall[] = [];
  for (let i = 0; i < runs; i += 1) {
    await environment.fill(population, latency);
    const child = await environment.startFunction(population, await environment.newTable(), {
      event: { target: TARGET },
    });
    await child.stop();
    assertAccepted(population.confirming, readInvocation(child.first));
    recorded = await environment.takeRecordedCalls();
    ours.push(readInvocation(child.first).sinceStart);
  }

  await environment.fill(population, latency);
  const begun = performance.now();
  await exec(SCRIPT, [environment.urls.provider, gatewayIdOf(population, 0, 0)], { env });
  const shell = performance.now() - begun;
  // The shell loop has no ledger and publishes no events.
  const ofProvider = recorded.filter(({ service }) => service !== 'dynamodb' && service !== 'events');
  assertSameCalls(ofProvider, await environment.takeRecordedCalls());
  return [
    {
      part: 'cli',
      what: `${what}, times faster than a shell loop`,
      unit: 'ms',
      ours: summarize(ours),
      bound: summarize([shell]),
      ratio: summarize(ours.map((ms) => shell / ms)),
      limit: { atLeast: 50 },
    },
  ];
}

/** With pyenv, `aws` is a wrapper that takes a tenth of a second to find the program. The measurement excludes that. */
async function pathToProgram(): Promise<string> {
  const { PATH = '' } = process.env;
  const found = await exec('pyenv', ['which', 'aws']).catch(() => null);
  return found === null ? PATH : `${dirname(found.stdout.trim())}:${PATH}`;
}
