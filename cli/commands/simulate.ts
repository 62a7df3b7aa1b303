import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { describeFileError, readErrorCode } from '../../adapters/fileSystem.ts';
import { PROVIDERS } from '../../core/model.ts';
import { PROVIDER_CHOICES, PROVIDER_TRAITS } from '../../core/providers.ts';
import {
  type DialectName,
  type Emulator,
  type EmulatorOptions,
  InvalidInput,
  MAX_LATENCY_MS,
  readScenario,
  ScenarioRefused,
  startEmulator,
} from '../../emulator/emulator.ts';
import { COMMAND } from '../../language/commandText.ts';
import { EXIT, type ExitCode, UsageError } from '../options.ts';

export interface SimulateOptions {
  readonly port: string;
  readonly dialect: string;
  readonly scenario?: string;
  readonly latency?: string;
}

/** `simulate`: runs the emulator until a signal stops it. */
export async function simulate({
  port,
  dialect: name,
  scenario,
  latency,
}: SimulateOptions): Promise<ExitCode> {
  // This type makes the emulator have a dialect for every provider.
  const dialect: DialectName | undefined = PROVIDERS.find((provider) => provider === name);
  if (dialect === undefined) throw new UsageError(`--dialect must be ${PROVIDER_CHOICES}, got \`${name}\``);
  if (!/^\d{1,5}$/.test(port) || Number(port) > 65_535) {
    throw new UsageError(`--port must be a number from 0 to 65535, got \`${port}\``);
  }
  const options: EmulatorOptions = {
    port: Number(port),
    dialect,
    ...(latency === undefined ? {} : { latency: readLatency(latency) }),
  };
  const emulator = await start(options, scenario).catch((error: unknown) => {
    throw readErrorCode(error) === 'EADDRINUSE'
      ? new UsageError(`port ${port} is in use; choose another with --port, or 0 for any free one`)
      : error;
  });
  process.stdout.write(describeEmulator(emulator.url, dialect));
  const stop = new AbortController();
  await Promise.race(
    ['SIGINT', 'SIGTERM'].map((signal) => once(process, signal, { signal: stop.signal }).catch(() => {})),
  );
  stop.abort();
  await emulator.close();
  return EXIT.done;
}

function readLatency(text: string): number {
  const milliseconds = Number(text);
  if (/^\d+$/.test(text) && milliseconds <= MAX_LATENCY_MS) return milliseconds;
  throw new UsageError(
    `--latency must be a number of milliseconds from 0 to ${MAX_LATENCY_MS}, got \`${text}\``,
  );
}

async function start(options: EmulatorOptions, path: string | undefined): Promise<Emulator> {
  if (path === undefined) return startEmulator(options);
  try {
    return await startEmulator({ ...options, scenario: readScenario(readJson(path)) });
  } catch (error) {
    if (!(error instanceof InvalidInput) && !(error instanceof ScenarioRefused)) throw error;
    throw new UsageError(`scenario \`${path}\`: ${error.message}`, { cause: error });
  }
}

function readJson(path: string): unknown {
  let text: string;
  try {
    text = readFileSync(path, 'utf8');
  } catch (cause) {
    const why =
      readErrorCode(cause) === 'ENOENT'
        ? '(ENOENT): there is no such file; check its path'
        : describeFileError(cause);
    throw new UsageError(`scenario \`${path}\` cannot be read ${why}`, { cause });
  }
  try {
    return JSON.parse(text);
  } catch {
    // No cause: a parser's message quotes the file, which may contain BGP keys.
    throw new UsageError(`scenario \`${path}\` is not JSON; see docs/emulator.md for the format`);
  }
}

/** The banner with example commands. */
function describeEmulator(url: string, dialect: DialectName): string {
  const region = 'eu-west-2';
  return `emulating ${dialect} on ${url}, until you press Ctrl-C

An access key ID of 12 digits identifies that account; its secret is \`secret\`. In another terminal, as any account:

  export AWS_ACCESS_KEY_ID=210987654321 AWS_SECRET_ACCESS_KEY=secret AWS_DEFAULT_REGION=${region}
  aws directconnect create-connection --location PAR1 --bandwidth 1Gbps --connection-name mine --endpoint-url ${url}
  aws directconnect describe-virtual-interfaces --endpoint-url ${url}

As the recipient:

  export OSC_ACCESS_KEY=012345678901 OSC_SECRET_KEY=secret${PROVIDER_TRAITS[dialect].usesAwsConfiguration ? '     (on aws: AWS_ACCESS_KEY_ID=012345678901 …)' : ''}
  ${COMMAND} policy init --provider ${dialect} --region ${region} --account 012345678901 --endpoint ${url}
  ${COMMAND} plan --endpoint ${url}

To control it (docs/emulator.md has every control, and the format of a scenario):

  curl -X POST ${url}/_simulator/clock -d '{"advance":"PT6H"}'                  moves only the emulator's clock: see below
  curl -X POST ${url}/_simulator/faults -d '{"kind":"throttle","times":2}'      the next two calls fail; DELETE removes faults
  curl -X POST ${url}/_simulator/latency -d '{"ms":40}'                         delays every answer
  curl -X POST ${url}/_simulator/interfaces/ID -d '{"state":"down"}'            puts an interface into a state
  curl -X POST ${url}/_simulator/gateways/ID -d '{"state":"deleting"}'          puts a gateway into a state
  curl ${url}/_simulator/calls                                                  lists every call so far; DELETE removes them
  curl -X POST ${url}/_simulator/reset                                          restores the initial state

NOTE: \`run\`, \`status\` and \`doctor\` use the clock of this machine. When you move the emulator's clock, requests expire in the
emulator, but the expiry times that these commands show do not change. In the demo (\`npm start\` in a checkout) both clocks move.
`;
}
