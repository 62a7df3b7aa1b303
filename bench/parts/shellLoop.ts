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
import { type Line, summarize } from '../report.ts';
import { gatewayId, type Population } from '../world/population.ts';

const exec = promisify(execFile);
const SCRIPT = join(import.meta.dirname, '../baseline/accept.sh');

/** One gateway, so that the shell need not look for each. */
const WAITING: Population = {
  regions: ['eu-west-2'],
  owners: 5,
  connectionsPerOwner: 1,
  gateways: 1,
  available: 0,
  confirming: 100,
};

/** Accepting many requests by a function that is not even started, against a shell loop over the AWS CLI. */
export async function shellLoop(
  lab: BenchEnvironment,
  { population = WAITING, latency = 40, runs = 3 } = {},
): Promise<readonly Line[]> {
  const what = `accepting ${population.confirming} requests, ${latency} ms an answer`;
  const env = { ...emulatorKeys('eu-west-2'), AWS_DEFAULT_REGION: 'eu-west-2', PATH: await pathToProgram() };
  const version = await exec('aws', ['--version'], { env }).catch(() => null);
  if (version === null) return [{ part: 'cli', what, why: 'the AWS CLI (`aws`) is not installed' }];

  const ours: number[] = [];
  let heard: readonly RecordedCall[] = [];
  for (let i = 0; i < runs; i += 1) {
    await lab.fill(population, latency);
    const child = await lab.startFunction(population, await lab.newTable(), { event: { target: TARGET } });
    await child.stop();
    assertAccepted(population.confirming, readInvocation(child.first));
    heard = await lab.takeRecordedCalls();
    ours.push(readInvocation(child.first).sinceStart);
  }

  await lab.fill(population, latency);
  const begun = performance.now();
  await exec(SCRIPT, [lab.urls.provider, gatewayId(population, 0, 0)], { env });
  const shell = performance.now() - begun;
  // A shell has no ledger and announces nothing.
  const ofProvider = heard.filter(({ service }) => service !== 'dynamodb' && service !== 'events');
  assertSameCalls(ofProvider, await lab.takeRecordedCalls());
  return [
    {
      part: 'cli',
      what: `${what}, times faster than a shell loop`,
      unit: 'ms',
      ours: summarize(ours),
      bound: summarize([shell]),
      ratio: summarize(ours.map((ms) => shell / ms)),
      limit: { atLeast: 20 },
    },
  ];
}

/** Where pyenv is, `aws` is a script that looks for the program, a tenth of a second each time: that is not held against it. */
async function pathToProgram(): Promise<string> {
  const { PATH = '' } = process.env;
  const found = await exec('pyenv', ['which', 'aws']).catch(() => null);
  return found === null ? PATH : `${dirname(found.stdout.trim())}:${PATH}`;
}
