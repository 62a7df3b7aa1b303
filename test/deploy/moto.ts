import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { setTimeout as pause } from 'node:timers/promises';
import { ACCOUNT, type AwsServer, awsServerAt } from './awsServer.ts';

/** Time limit for the start of the server. */
const START_TIMEOUT_MS = 60_000;

/** A moto server: it creates neither schedules nor alarms, and runs no function. */
export type Moto = AwsServer;

/**
 * Options of `cdk deploy` because of limits of moto: when it executes a change set, it stores no outputs and never completes an
 * update; and it does not store the values of parameters that have a default.
 */
export const MOTO_DEPLOY_OPTIONS = ['--method=direct', '--no-previous-parameters'];

export async function startMoto(): Promise<Moto> {
  const server = spawn('moto_server', ['-H', '127.0.0.1', '-p', '0'], {
    env: { ...process.env, MOTO_ACCOUNT_ID: ACCOUNT },
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  // Stops the server also if the tests are interrupted.
  const stopOnExit = (): boolean => server.kill();
  process.once('exit', stopOnExit);
  const ended = once(server, 'close');
  const logLines: string[] = [];
  const startedOnPort = new Promise<string>((resolve) => {
    createInterface({ input: server.stderr }).on('line', (line) => {
      const [, port] = /Running on http:\/\/127\.0\.0\.1:([0-9]+)/.exec(line) ?? [];
      if (port !== undefined) resolve(port);
      logLines.push(line);
      logLines.splice(0, logLines.length - 200);
    });
  });
  const recentErrors = (): string =>
    logLines
      .filter((line) => !/" [23][0-9]{2} -$/.test(line))
      .slice(-12)
      .join('\n');
  const stop = async (): Promise<void> => {
    process.off('exit', stopOnExit);
    server.kill();
    await ended;
  };
  const port = await Promise.race([
    startedOnPort,
    ended.then(() => null),
    pause(START_TIMEOUT_MS, null, { ref: false }),
  ]);
  if (port === null) {
    await stop();
    throw new Error(`moto_server does not start:\n${recentErrors()}`);
  }
  return awsServerAt(`http://localhost:${port}`, { recentErrors, stop });
}
