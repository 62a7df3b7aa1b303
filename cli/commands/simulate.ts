import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { parseScenario, startSimulator } from '../../simulator/index.ts';
import { EXIT, type ExitCode, UsageError } from '../exit.ts';
import { fromCaller } from '../paths.ts';

export interface SimulateOptions {
  readonly port: string;
  readonly dialect: string;
  readonly scenario?: string;
}

/** `simulate`: the emulator, until it is told to stop. */
export async function simulate({ port, dialect, scenario }: SimulateOptions): Promise<ExitCode> {
  if (dialect !== 'outscale' && dialect !== 'aws') {
    throw new UsageError(`--dialect must be \`outscale\` or \`aws\`, got \`${dialect}\``);
  }
  if (!/^\d{1,5}$/.test(port) || Number(port) > 65_535) {
    throw new UsageError(`--port must be a number from 0 to 65535, got \`${port}\``);
  }
  const world = scenario === undefined ? null : readScenario(fromCaller(scenario, process.env));
  const simulator = await startSimulator({ port: Number(port), dialect });
  if (world !== null) simulator.apply(world);
  process.stdout.write(help(simulator.url, dialect));
  const stop = new AbortController();
  await Promise.race(
    ['SIGINT', 'SIGTERM'].map((signal) => once(process, signal, { signal: stop.signal }).catch(() => {})),
  );
  stop.abort();
  await simulator.close();
  return EXIT.done;
}

function readScenario(path: string): ReturnType<typeof parseScenario> {
  let raw: unknown;
  try {
    raw = JSON.parse(readFileSync(path, 'utf8'));
  } catch (cause) {
    throw new UsageError(`scenario \`${path}\` cannot be read as JSON; see examples/scenarios/`, { cause });
  }
  try {
    return parseScenario(raw);
  } catch (cause) {
    throw new UsageError(`scenario \`${path}\`: ${cause instanceof Error ? cause.message : String(cause)}`, {
      cause,
    });
  }
}

function help(url: string, dialect: string): string {
  return `emulating ${dialect} on ${url}, until you press Ctrl-C

An access key ID of 12 digits is that account; its secret is \`secret\`. In another terminal:

  export AWS_ACCESS_KEY_ID=210987654321 AWS_SECRET_ACCESS_KEY=secret AWS_REGION=${dialect === 'aws' ? 'eu-west-1' : 'eu-west-2'}
  aws directconnect describe-virtual-interfaces --endpoint-url ${url}
  curl -X POST ${url}/_simulator/clock -d '{"advance":"PT6H"}'
  curl ${url}/_simulator/calls
`;
}
