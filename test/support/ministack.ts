import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { delimiter, dirname, join } from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout as pause } from 'node:timers/promises';
import { type Client, findPythonClient, installPythonClient } from '../clients/installClient.ts';
import { freePort } from './freePort.ts';

/** The packages of ministack, which emulates AWS. */
const MINISTACK_PACKAGES = [
  'ministack==1.5.33',
  'botocore==1.43.106',
  'defusedxml==0.7.1',
  'graphql-core==3.2.12',
  'h11==0.16.0',
  'h2==4.4.1',
  'hpack==4.2.0',
  'Hypercorn==0.18.0',
  'hyperframe==6.1.0',
  'jmespath==1.1.0',
  'jsonata-python==0.7.1',
  'priority==2.0.0',
  'python-dateutil==2.9.0.post0',
  'PyYAML==6.0.4',
  'six==1.17.0',
  'urllib3==2.8.0',
  'wsproto==1.3.2',
];

export const installMinistack = (): Promise<Client> => installPythonClient('ministack', MINISTACK_PACKAGES);

/** ministack, if an earlier run installed it. */
export const findMinistack = (): Promise<Client> => findPythonClient('ministack', MINISTACK_PACKAGES);

/** A ministack server on loopback. */
export interface Ministack {
  readonly port: number;
  /** the last lines of its log */
  recentLog(): string;
  /** Stops it, and the functions that it runs. */
  stop(): Promise<void>;
}

/** Time limit for the start of the server. */
const START_TIMEOUT_MS = 60_000;

/** Time that the server has to stop by itself. */
const STOP_TIMEOUT_MS = 5000;

/**
 * @param folder of the installation
 * @param settings environment variables of the server, which its functions inherit
 */
export async function startMinistack(
  folder: string,
  settings: Readonly<Record<string, string>>,
): Promise<Ministack> {
  const home = await mkdtemp(join(tmpdir(), 'vif-acceptor-ministack-'));
  const port = await freePort();
  const server = spawn(join(folder, 'bin/python'), ['-m', 'ministack'], {
    cwd: home,
    // Nothing of this machine: it would use a Docker engine, and other folders of fixed names.
    env: {
      // It starts functions with the first `node`, which must be of the version of the function's runtime.
      PATH: [dirname(process.execPath), '/usr/bin', '/bin'].join(delimiter),
      HOME: home,
      TMPDIR: home,
      STATE_DIR: join(home, 'state'),
      S3_DATA_DIR: join(home, 's3'),
      BIND_HOST: '127.0.0.1',
      GATEWAY_PORT: String(port),
      IOT_MTLS_ENABLED: '0',
      SFTP_ENABLED: '0',
      ...settings,
    },
    stdio: ['ignore', 'pipe', 'pipe'],
    // A process group, so that `stop` also reaches the functions.
    detached: true,
  });
  const kill = (signal: NodeJS.Signals): void => {
    try {
      if (server.pid !== undefined) process.kill(-server.pid, signal);
    } catch {
      // All of them have ended.
    }
  };
  // Stops the server also if the tests are interrupted.
  const stopOnExit = (): void => kill('SIGKILL');
  process.once('exit', stopOnExit);
  const ended = once(server, 'close');
  const logLines: string[] = [];
  for (const input of [server.stdout, server.stderr]) {
    createInterface({ input }).on('line', (line) => {
      logLines.push(line);
      logLines.splice(0, logLines.length - 200000);
    });
  }
  const recentLog = (): string => logLines.slice(-30).join('\n');
  const stop = async (): Promise<void> => {
    kill('SIGTERM');
    await Promise.race([ended, pause(STOP_TIMEOUT_MS, null, { ref: false })]);
    kill('SIGKILL');
    await ended;
    process.off('exit', stopOnExit);
    await rm(home, { recursive: true, force: true });
  };
  const started = await Promise.race([
    untilReady(`http://127.0.0.1:${port}/_ministack/health`),
    ended.then(() => false),
    pause(START_TIMEOUT_MS, false, { ref: false }),
  ]);
  if (!started) {
    await stop();
    throw new Error(`ministack does not start:\n${recentLog()}`);
  }
  return { port, recentLog, stop };
}

async function untilReady(url: string): Promise<boolean> {
  const end = Date.now() + START_TIMEOUT_MS;
  while (Date.now() < end) {
    const answer = await fetch(url).catch(() => null);
    await answer?.body?.cancel();
    if (answer?.ok) return true;
    await pause(100);
  }
  return false;
}
