import { Agent } from 'node:https';
import { proxyOf, type WayOut } from '../proxySettings.ts';

type Create = Agent['createConnection'];

/**
 * Connections through a proxy, by Node's own tunnels. Node lets go of a tunnel only once it carries a request; one that the
 * proxy refuses, or that leads nowhere, would stay open, and with it a command that is done.
 */
export class TunnelAgent extends Agent {
  readonly #limitMs: number;

  /** @param limitMs what it may take until a tunnel carries a request, in milliseconds */
  constructor({ env }: WayOut, limitMs: number) {
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
export interface Limits {
  readonly connectMs: number;
  readonly requestMs: number;
}

/**
 * How every client of the SDK talks: with time-outs that fire, since by default a hung server hangs it for ever, and through
 * the proxy that the environment names, which it passes over by itself.
 * @throws ProxyRefused
 */
export function requestHandler({ connectMs, requestMs }: Limits) {
  const proxy = proxyOf(process.env);
  return {
    connectionTimeout: connectMs,
    requestTimeout: requestMs,
    socketTimeout: requestMs,
    throwOnRequestTimeout: true,
    ...(proxy === null ? {} : { httpsAgent: new TunnelAgent(proxy, requestMs) }),
  };
}
