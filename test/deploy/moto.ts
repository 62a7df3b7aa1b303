import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { setTimeout as pause } from 'node:timers/promises';
import { RECIPIENT_ACCOUNT } from '../support/accounts.ts';

/** Where the stack goes; the targets are elsewhere, in `eu-west-2`. */
export const REGION = 'eu-west-3';
export const ACCOUNT = RECIPIENT_ACCOUNT;

/** How long a server may take to come up, in milliseconds. */
const PATIENCE = 60_000;

/** AWS on loopback, as far as moto imitates it. */
export interface Moto {
  /**
   * `localhost`, by name: the CDK CLI tells CloudFormation where its template is by this address, and moto takes 127.0.0.1 for
   * the name of a bucket.
   */
  readonly url: string;
  /** for clients of the SDK */
  readonly config: {
    readonly endpoint: string;
    readonly region: string;
    readonly credentials: { readonly accessKeyId: string; readonly secretAccessKey: string };
  };
  /** An operation of an API that the SDK has no client for here. */
  ask(service: string, request: Asked): Promise<Response>;
  /** the last that it said, which names what it could not do */
  lastWords(): string;
  stop(): Promise<void>;
}

/** By path, or a form or JSON sent to the root. */
export interface Asked {
  readonly path?: string;
  readonly form?: Readonly<Record<string, string>>;
  readonly json?: { readonly target: string; readonly body: object };
}

export async function startMoto(): Promise<Moto> {
  const server = spawn('moto_server', ['-H', '127.0.0.1', '-p', '0'], {
    env: { ...process.env, MOTO_ACCOUNT_ID: ACCOUNT },
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  // Also when the tests are cut short.
  const stopWithUs = (): boolean => server.kill();
  process.once('exit', stopWithUs);
  const ended = once(server, 'close');
  const said: string[] = [];
  const isUp = new Promise<string>((resolve) => {
    createInterface({ input: server.stderr }).on('line', (line) => {
      const [, port] = /Running on http:\/\/127\.0\.0\.1:([0-9]+)/.exec(line) ?? [];
      if (port !== undefined) resolve(port);
      said.push(line);
      said.splice(0, said.length - 200);
    });
  });
  const lastWords = (): string =>
    said
      .filter((line) => !/" [23][0-9]{2} -$/.test(line))
      .slice(-12)
      .join('\n');
  const stop = async (): Promise<void> => {
    process.off('exit', stopWithUs);
    server.kill();
    await ended;
  };
  const outcome = await Promise.race([isUp, ended.then(() => null), pause(PATIENCE, null, { ref: false })]);
  if (outcome === null) {
    await stop();
    throw new Error(`moto_server does not come up:\n${lastWords()}`);
  }
  const url = `http://localhost:${outcome}`;
  return {
    url,
    config: {
      endpoint: url,
      region: REGION,
      credentials: { accessKeyId: ACCOUNT, secretAccessKey: 'secret' },
    },
    ask: async (service, asked) => {
      const answer = await fetch(`${url}${asked.path ?? '/'}`, requestOf(service, asked));
      if (!answer.ok) throw new Error(`${service} answers ${answer.status}: ${await answer.text()}`);
      return answer;
    },
    lastWords,
    stop,
  };
}

/** moto reads from a signature whom it is for, and does not verify it. */
function requestOf(service: string, { form, json }: Asked): RequestInit {
  const scope = `${ACCOUNT}/20261102/${REGION}/${service}/aws4_request`;
  const authorization = `AWS4-HMAC-SHA256 Credential=${scope}, SignedHeaders=host, Signature=none`;
  if (form !== undefined)
    return { method: 'POST', headers: { authorization }, body: new URLSearchParams(form) };
  if (json === undefined) return { headers: { authorization } };
  const headers = { 'content-type': 'application/x-amz-json-1.0', 'x-amz-target': json.target };
  return { method: 'POST', headers: { authorization, ...headers }, body: JSON.stringify(json.body) };
}
