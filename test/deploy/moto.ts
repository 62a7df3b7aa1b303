import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { setTimeout as pause } from 'node:timers/promises';
import { RECIPIENT_ACCOUNT } from '../support/accounts.ts';

/** The region of the stack. The targets are in another region, `TARGET_REGION`. */
export const REGION = 'eu-west-3';
export const ACCOUNT = RECIPIENT_ACCOUNT;

/** Time limit for the start of the server. */
const START_TIMEOUT_MS = 60_000;

/** A moto server, which emulates AWS on loopback. */
export interface Moto {
  /**
   * The host is `localhost` and not 127.0.0.1: the CDK CLI sends CloudFormation the URL of the template with this host, and moto
   * would read 127.0.0.1 as the name of a bucket.
   */
  readonly url: string;
  /** for clients of the SDK */
  readonly config: {
    readonly endpoint: string;
    readonly region: string;
    readonly credentials: { readonly accessKeyId: string; readonly secretAccessKey: string };
  };
  /** Calls an API for which no SDK client is installed. @throws Error if the answer is an error */
  call(service: string, request: MotoRequest): Promise<Response>;
  /** the last lines of its log, without successful requests */
  recentErrors(): string;
  stop(): Promise<void>;
}

/** A GET of a path, or a POST of a form or of JSON to the root. */
export interface MotoRequest {
  readonly path?: string;
  readonly form?: Readonly<Record<string, string>>;
  readonly json?: { readonly target: string; readonly body: object };
}

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
  const url = `http://localhost:${port}`;
  return {
    url,
    config: {
      endpoint: url,
      region: REGION,
      credentials: { accessKeyId: ACCOUNT, secretAccessKey: 'secret' },
    },
    call: async (service, request) => {
      const answer = await fetch(`${url}${request.path ?? '/'}`, fetchOptions(service, request));
      if (!answer.ok) throw new Error(`${service} answers ${answer.status}: ${await answer.text()}`);
      return answer;
    },
    recentErrors,
    stop,
  };
}

/** Signs a request. moto reads account, region and service from the signature, and does not verify it. */
function fetchOptions(service: string, { form, json }: MotoRequest): RequestInit {
  const scope = `${ACCOUNT}/20261102/${REGION}/${service}/aws4_request`;
  const authorization = `AWS4-HMAC-SHA256 Credential=${scope}, SignedHeaders=host, Signature=none`;
  if (form !== undefined)
    return { method: 'POST', headers: { authorization }, body: new URLSearchParams(form) };
  if (json === undefined) return { headers: { authorization } };
  const headers = { 'content-type': 'application/x-amz-json-1.0', 'x-amz-target': json.target };
  return { method: 'POST', headers: { authorization, ...headers }, body: JSON.stringify(json.body) };
}
