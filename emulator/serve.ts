import { once } from 'node:events';
import { type Emulator, startEmulator } from './emulator.ts';
import { codeOf, FlagRefused, type FlagValues } from './flags.ts';
import { readFlags } from './readFlags.ts';
import { ScenarioRefused } from './scenarioRefused.ts';
import { isLoopback } from './webPages.ts';

/**
 * Runs an emulator until a signal stops it. Throws `FlagRefused`.
 * @param describe makes the text that is printed once it is ready
 */
export async function serve(values: FlagValues, describe: (emulator: Emulator) => string): Promise<void> {
  const emulator = await start(values);
  if (!isLoopback(emulator.host)) {
    process.stderr.write(
      `warning: --host ${emulator.host} is not loopback: every machine that reaches it can control the emulator and read its data; ` +
        'use only made-up keys, accounts and names\n',
    );
  }
  // Before the text, by which scripts see that the emulator can be used and stopped.
  const stopped = waitForStopRequest();
  process.stdout.write(describe(emulator));
  await stopped;
  await emulator.close();
}

async function start(values: FlagValues): Promise<Emulator> {
  const options = readFlags(values);
  try {
    return await startEmulator(options);
  } catch (error) {
    if (error instanceof ScenarioRefused)
      throw new FlagRefused(`scenario \`${values.scenario}\`: ${error.message}`, { cause: error });
    const why = REFUSED_BY_SYSTEM.get(codeOf(error));
    if (why === undefined) throw error;
    throw new FlagRefused(why(String(options.port), String(options.host)), { cause: error });
  }
}

/** What to do about an address that the operating system does not give, by the code of its error. */
const REFUSED_BY_SYSTEM: ReadonlyMap<string, (port: string, host: string) => string> = new Map([
  ['EADDRINUSE', (port) => `port ${port} is in use; choose another with --port, or 0 for any free one`],
  ['EACCES', (port) => `port ${port} needs more rights; choose one above 1023 with --port`],
  ['EADDRNOTAVAIL', (_, host) => `--host ${host} is no address of this machine; choose 127.0.0.1 or 0.0.0.0`],
  ['ENOTFOUND', (_, host) => `--host ${host} is a name without an address; choose 127.0.0.1 or 0.0.0.0`],
]);

/** How often the parent is compared, in milliseconds. */
const PARENT_CHECK_MS = 250;

/**
 * Resolves when this process should end: on SIGINT or SIGTERM; and, if npm started it, when its parent has changed. npm passes a signal to
 * its shell only, and the shell ends without passing it to the command.
 */
async function waitForStopRequest(): Promise<void> {
  const stop = new AbortController();
  const signals = ['SIGINT', 'SIGTERM'].map((signal) =>
    once(process, signal, { signal: stop.signal }).catch(() => {}),
  );
  await Promise.race([...signals, ...(isStartedByNpm() ? [parentEnd(stop.signal)] : [])]);
  stop.abort();
}

/** Without npm, a process whose parent ends is meant to continue, as with `nohup`. */
function isStartedByNpm(): boolean {
  return process.env.npm_lifecycle_event !== undefined || process.env.npm_execpath !== undefined;
}

function parentEnd(stopped: AbortSignal): Promise<void> {
  const parent = process.ppid;
  return new Promise((resolve) => {
    const timer = setInterval(() => {
      if (process.ppid !== parent) resolve();
    }, PARENT_CHECK_MS);
    stopped.addEventListener('abort', () => clearInterval(timer));
  });
}

/** The first line of a running emulator: scripts read the URL from it. */
export function describeStart({ url, dialect }: Emulator): string {
  return `emulating ${dialect} on ${url}, until you press Ctrl-C\n`;
}

/** How to use it: credentials and example commands. */
export function describeUse({ url }: Emulator): string {
  return `An access key ID of 12 digits identifies that account; its secret is \`secret\`. In another terminal, as any account:

  export AWS_ACCESS_KEY_ID=210987654321 AWS_SECRET_ACCESS_KEY=secret AWS_DEFAULT_REGION=eu-west-2
  aws directconnect create-connection --location PAR1 --bandwidth 1Gbps --connection-name mine --endpoint-url ${url}
  aws directconnect describe-virtual-interfaces --endpoint-url ${url}
`;
}

/** The calls that control it. */
export function describeControls({ url }: Emulator): string {
  return `To control it (docs/emulator.md has every control, and the format of a scenario):

  curl ${url}/_simulator/health                                                 answers when it is ready
  curl -X POST ${url}/_simulator/clock -d '{"advance":"PT6H"}'                  moves only the emulator's clock
  curl -X POST ${url}/_simulator/faults -d '{"kind":"throttle","times":2}'      the next two calls fail; DELETE removes faults
  curl -X POST ${url}/_simulator/latency -d '{"ms":40}'                         delays every answer
  curl -X POST ${url}/_simulator/interfaces/ID -d '{"state":"down"}'            puts an interface into a state
  curl -X POST ${url}/_simulator/gateways/ID -d '{"state":"deleting"}'          puts a gateway into a state
  curl ${url}/_simulator/calls                                                  lists every call so far; DELETE removes them
  curl -X POST ${url}/_simulator/reset                                          restores the initial state, with new IDs
`;
}
