import { onTestFinished } from 'vitest';
import { type Connected, connect } from '../../adapters/connect.ts';
import type { Provider } from '../../core/model.ts';
import { type Received, type Reply, startApi } from './apiServer.ts';

/** What one request may take in these tests, in milliseconds. */
export const TIMEOUT_MS = 300;

/** The provider's real adapters, talking over loopback to a server that answers as `reply` says. */
export interface ApiClients extends Connected {
  /** every request that arrived */
  readonly received: readonly Received[];
  /** ends the server before the test does */
  stop(): Promise<void>;
  /** connections that the server still has open */
  connections(): Promise<number>;
}

export async function connectTo(
  provider: Provider,
  reply: (request: Received, earlier: number) => Reply,
): Promise<ApiClients> {
  const api = await startApi(reply);
  const endpoints = { directConnect: api.url, gateways: api.url, identity: api.url };
  const credentials = { accessKeyId: '012345678901', secretAccessKey: 'secret' };
  const apis = connect({ provider, region: 'eu-west-2' }, credentials, endpoints, TIMEOUT_MS);
  onTestFinished(async () => {
    apis.close();
    await api.close();
  });
  return { ...apis, received: api.received, connections: api.connections, stop: api.close };
}

/** How a call fails; that it must is part of it. */
export async function rejectionOf(call: Promise<unknown>): Promise<unknown> {
  try {
    await call;
  } catch (error) {
    return error;
  }
  throw new Error('the call succeeded');
}
