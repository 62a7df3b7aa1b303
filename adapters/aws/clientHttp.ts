import { Agent } from 'node:https';
import type { DirectConnectClientConfig } from '@aws-sdk/client-direct-connect';

/** `HTTPS_PROXY` is set to what is no proxy; the message names the setting, and never its value: a password may stand in it. */
export class ProxyRefused extends Error {
  override readonly name = 'ProxyRefused';
}

/** The way out of a network that has no other. */
export interface ProxySettings {
  /** without user name and password */
  readonly url: string;
  /** hosts that are reached without it, as they were given */
  readonly exceptions: string;
  /** for Node's agents */
  readonly env: { readonly https_proxy: string; readonly no_proxy: string };
}

type Environment = Readonly<Record<string, string | undefined>>;

/** What stays on this machine is never sent through a proxy. */
const LOOPBACK = ['localhost', '127.0.0.0-127.255.255.255', '::1'];

/**
 * The proxy that the environment names for https; as with other tools, lower case goes first.
 * @returns `null`: none
 * @throws ProxyRefused
 */
export function readProxySettings(env: Environment): ProxySettings | null {
  const setting = env.https_proxy ? 'https_proxy' : 'HTTPS_PROXY';
  const text = env[setting];
  if (!text) return null;
  // Fail closed: what Node cannot use it passes over in silence, or repeats with its password.
  const url = isUsable(text) ? new URL(text) : null;
  if (url === null)
    throw new ProxyRefused(
      `${setting} must be a URL such as \`http://proxy.example:3128\`; mend or unset it`,
    );
  const exceptions = env.no_proxy || env.NO_PROXY || '';
  const no_proxy = [...exceptions.split(/[\s,]+/).flatMap(withSubdomains), ...LOOPBACK].join(',');
  return { url: url.origin, exceptions, env: { https_proxy: text, no_proxy } };
}

/** Elsewhere `example.com` excepts what is below it too; Node wants that said. */
function withSubdomains(entry: string): string[] {
  if (entry === '') return [];
  // Addresses and their ranges have no letters, or colons too.
  const isName = /^[a-z0-9-]+(\.[a-z0-9-]+)*$/i.test(entry) && /[a-z]/i.test(entry);
  return isName ? [entry, `.${entry}`] : [entry];
}

function isUsable(text: string): boolean {
  // Node looks at the text before it looks at the URL.
  if (!/^https?:\/\//.test(text) || /\s/.test(text) || !URL.canParse(text)) return false;
  const { username, password } = new URL(text);
  try {
    decodeURIComponent(`${username}:${password}`);
    return true;
  } catch {
    return false;
  }
}

/** Bytes. Ten thousand interfaces are as much; and what comes of it must fit into the memory of the function. */
const LARGEST = 4_000_000;

/** The answer goes on and on: it is read no further. */
export class AnswerTooLarge extends Error {
  override readonly name = 'AnswerTooLarge';
  /** for people: to `message` the SDK adds lines for its own users */
  readonly why = `the answer is larger than ${LARGEST / 1_000_000} MB`;
}

/** How clients read the body of an answer: all of it, up to a size. @throws AnswerTooLarge */
export const readBoundedBody: NonNullable<DirectConnectClientConfig['streamCollector']> = async (
  stream: AsyncIterable<Uint8Array>,
) => {
  const chunks: Uint8Array[] = [];
  let size = 0;
  // Whoever leaves this loop ends the stream, and with it the connection.
  for await (const chunk of stream) {
    size += chunk.length;
    if (size > LARGEST) throw new AnswerTooLarge();
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
};

type Create = Agent['createConnection'];

/**
 * Connections through a proxy, by Node's own tunnels. Node lets go of a tunnel only once it carries a request; one that the
 * proxy refuses, or that leads nowhere, would stay open, and with it a command that is done.
 */
export class TunnelAgent extends Agent {
  readonly #limitMs: number;

  /** @param limitMs what it may take until a tunnel carries a request, in milliseconds */
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
    // What hangs keeps the process, and so this timer too.
    setTimeout(end, this.#limitMs).unref();
    return socket;
  }

  /** Whether a connection needed no tunnel: then it is the agent's from the start. */
  #manages(socket: ReturnType<Create>): boolean {
    return [...Object.values(this.sockets), ...Object.values(this.freeSockets)].some((those) =>
      those?.some((one) => one === socket),
    );
  }
}

/** What a client may take, in milliseconds. */
export interface HttpTimeouts {
  readonly connectMs: number;
  readonly requestMs: number;
}

/**
 * How every client of the SDK talks: with time-outs that fire, since by default a hung server hangs it for ever, and through
 * the proxy that the environment names, which it passes over by itself.
 * @throws ProxyRefused
 */
export function requestHandlerOptions({ connectMs, requestMs }: HttpTimeouts) {
  const proxy = readProxySettings(process.env);
  return {
    connectionTimeout: connectMs,
    requestTimeout: requestMs,
    socketTimeout: requestMs,
    throwOnRequestTimeout: true,
    ...(proxy === null ? {} : { httpsAgent: new TunnelAgent(proxy, requestMs) }),
  };
}
