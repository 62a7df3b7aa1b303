import { Agent as HttpAgent } from 'node:http';
import { Agent } from 'node:https';
import type { DirectConnectClientConfig } from '@aws-sdk/client-direct-connect';
import { quoteTrusted } from '../../core/printableText.ts';
import { EndpointRefused, isLoopback } from '../endpoint.ts';

/** `HTTPS_PROXY` is not the URL of a proxy. The message names the setting, never its value, which may contain a password. */
export class ProxyRefused extends Error {
  override readonly name = 'ProxyRefused';
}

/** The proxy for https, as the environment names it. */
export interface ProxySettings {
  /** without user name and password */
  readonly url: string;
  /** the hosts that are reached without it, as in the setting */
  readonly exceptions: string;
  /** the form that Node's agents take */
  readonly env: { readonly https_proxy: string; readonly no_proxy: string };
}

type Environment = Readonly<Record<string, string | undefined>>;

/** Requests to this machine never go through a proxy. */
const LOOPBACK = ['localhost', '127.0.0.0-127.255.255.255', '::1'];

/**
 * Reads the proxy for https from the environment. As in other tools, the lower-case variable takes precedence.
 * @returns `null`: none
 * @throws ProxyRefused
 */
export function readProxySettings(env: Environment): ProxySettings | null {
  const setting = env.https_proxy ? 'https_proxy' : 'HTTPS_PROXY';
  const text = env[setting];
  if (!text) return null;
  // Fail closed: Node silently ignores a proxy that it cannot use, or prints it with its password.
  const url = isUsable(text) ? new URL(text) : null;
  if (url === null)
    throw new ProxyRefused(
      `${setting} must be a URL such as \`http://proxy.example:3128\`; correct or unset it`,
    );
  const exceptions = env.no_proxy || env.NO_PROXY || '';
  const no_proxy = [...exceptions.split(/[\s,]+/).flatMap(withSubdomains), ...LOOPBACK].join(',');
  return { url: url.origin, exceptions, env: { https_proxy: text, no_proxy } };
}

/** In other tools `example.com` includes its subdomains; Node needs an entry of its own for them. */
function withSubdomains(entry: string): string[] {
  if (entry === '') return [];
  // IPv4 addresses and ranges have no letters, IPv6 addresses have colons.
  const isName = /^[a-z0-9-]+(\.[a-z0-9-]+)*$/i.test(entry) && /[a-z]/i.test(entry);
  return isName ? [entry, `.${entry}`] : [entry];
}

function isUsable(text: string): boolean {
  // Node checks the text itself before it parses the URL.
  if (!/^https?:\/\//.test(text) || /\s/.test(text) || !URL.canParse(text)) return false;
  const { username, password } = new URL(text);
  try {
    decodeURIComponent(`${username}:${password}`);
    return true;
  } catch {
    return false;
  }
}

/**
 * The largest body that is read, in bytes: about 10,000 interfaces. What is parsed from it must fit into the memory of
 * the function.
 */
const MAX_BYTES = 4_000_000;

/** The body of an answer exceeds the size limit; the rest of it is not read. */
export class AnswerTooLarge extends Error {
  override readonly name = 'AnswerTooLarge';
  /** the text for messages: the SDK appends lines for its own users to `message` */
  readonly why = `the answer is larger than ${MAX_BYTES / 1_000_000} MB`;
}

/** The stream collector of every SDK client: reads the whole body of an answer, up to a size limit. @throws AnswerTooLarge */
export const readBoundedBody: NonNullable<DirectConnectClientConfig['streamCollector']> = async (
  stream: AsyncIterable<Uint8Array>,
) => {
  const chunks: Uint8Array[] = [];
  let size = 0;
  // Leaving this loop destroys the stream, and with it the connection.
  for await (const chunk of stream) {
    size += chunk.length;
    if (size > MAX_BYTES) throw new AnswerTooLarge();
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
};

type Create = Agent['createConnection'];

/**
 * An agent for connections through a proxy, with Node's own tunnels. Node closes a tunnel only once it carries a
 * request. One that the proxy refuses, or that hangs, would stay open and keep a finished command running, so this
 * agent closes it.
 */
export class TunnelAgent extends Agent {
  readonly #limitMs: number;

  /** @param limitMs how long a tunnel may take to open, in milliseconds */
  constructor({ env }: ProxySettings, limitMs: number) {
    super({ keepAlive: true, maxSockets: 50, proxyEnv: env });
    this.#limitMs = limitMs;
  }

  override createConnection(
    options: Parameters<Create>[0],
    callback: NonNullable<Parameters<Create>[1]>,
  ): ReturnType<Create> {
    let settled = false;
    const socket = super.createConnection(options, (error, stream) => {
      settled = true;
      if (error) socket?.destroy();
      callback(error, stream);
    });
    const end = (): void => {
      if (!settled && !this.#manages(socket)) socket?.destroy();
    };
    // Unreferenced: a connection that hangs keeps the process alive by itself, and with it this timer.
    setTimeout(end, this.#limitMs).unref();
    return socket;
  }

  /** Whether the agent already manages a connection, as it does from the start if no tunnel is needed. */
  #manages(socket: ReturnType<Create>): boolean {
    return [...Object.values(this.sockets), ...Object.values(this.freeSockets)].some((those) =>
      those?.some((one) => one === socket),
    );
  }
}

/**
 * An agent for http that connects to this machine only. Fail closed: the SDK finds the endpoints of some calls by itself, such as that of the STS
 * from which a profile with a role gets its keys. Such a call never leaves this machine unencrypted.
 */
class LoopbackAgent extends HttpAgent {
  constructor() {
    super({ keepAlive: true, maxSockets: 50 });
  }

  override createConnection(
    options: Parameters<HttpAgent['createConnection']>[0],
    callback: NonNullable<Parameters<HttpAgent['createConnection']>[1]>,
  ): ReturnType<HttpAgent['createConnection']> {
    const host = options.host ?? '';
    const url = `http://${host.includes(':') ? `[${host}]` : host}`;
    if (isLoopback(url)) return super.createConnection(options, callback);
    const error = new EndpointRefused(
      `an endpoint must be https, or http on loopback, got ${quoteTrusted(url)}; fix AWS_ENDPOINT_URL and its forms, and \`endpoint_url\` in the AWS configuration`,
    );
    process.nextTick(callback, error);
    return undefined;
  }
}

/** The time limits of a client, in milliseconds. */
export interface HttpTimeouts {
  readonly connectMs: number;
  readonly requestMs: number;
}

/**
 * The request handler options of every SDK client. They set time-outs, because by default a server that hangs blocks a client
 * for ever, and the proxy of the environment, which the SDK ignores by default, and refuse http to other machines.
 * @throws ProxyRefused
 */
export function requestHandlerOptions({ connectMs, requestMs }: HttpTimeouts) {
  const proxy = readProxySettings(process.env);
  return {
    connectionTimeout: connectMs,
    requestTimeout: requestMs,
    socketTimeout: requestMs,
    throwOnRequestTimeout: true,
    httpAgent: new LoopbackAgent(),
    ...(proxy === null ? {} : { httpsAgent: new TunnelAgent(proxy, requestMs) }),
  };
}
