import { onTestFinished } from 'vitest';
import { type Connected, connect } from '../../adapters/connectApis.ts';
import type { Provider } from '../../core/model.ts';
import { type Received, type Reply, startApi } from './apiServer.ts';

/** Time limit of a request in these tests, in milliseconds. */
export const TIMEOUT_MS = 300;

/** The real adapters of a provider, connected to a server on loopback that answers as `reply` says. */
export interface ApiClients extends Connected {
  /** every request that arrived */
  readonly received: readonly Received[];
  /** stops the server before the end of the test */
  stop(): Promise<void>;
  /** number of connections that are still open at the server */
  connections(): Promise<number>;
}

export async function connectTo(
  provider: Provider,
  reply: (request: Received, earlier: number) => Reply,
): Promise<ApiClients> {
  const api = await startApi(reply);
  const endpoints = { directConnect: api.url, gateways: api.url, identity: api.url };
  const credentials = { accessKeyId: '012345678901', secretAccessKey: 'secret' };
  const apis = connect({ provider, region: 'eu-west-2' }, credentials, endpoints, TIMEOUT_MS, new Set());
  onTestFinished(async () => {
    apis.close();
    await api.close();
  });
  return { ...apis, received: api.received, connections: api.connections, stop: api.close };
}

/** The error of a call, which must fail. */
export async function rejectionOf(call: Promise<unknown>): Promise<unknown> {
  try {
    await call;
  } catch (error) {
    return error;
  }
  throw new Error('the call succeeded');
}
