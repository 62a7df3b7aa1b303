import { once } from 'node:events';
import { createServer, type IncomingMessage, request } from 'node:http';
import { onTestFinished } from 'vitest';
import type { Emulator } from '../../emulator/emulator.ts';

/**
 * A proxy in front of an emulator that accepts only the access keys in `keys`, so that a test can rotate them. Each key has the
 * secret of the emulator. (The signature does not cover the ID of the access key.)
 */
export interface KeyRotationProxy {
  readonly url: string;
  readonly keys: Set<string>;
  /** all calls, as `Operation KEY` */
  readonly calls: string[];
  /** called before a call of an operation is forwarded */
  before(operation: string, happens: () => void): void;
}

/** Starts the proxy, which is stopped after the test. */
export async function startKeyRotationProxy(
  simulator: Emulator,
  account: string,
  ...valid: string[]
): Promise<KeyRotationProxy> {
  const [keys, calls] = [new Set(valid), [] as string[]];
  const happenings = new Map<string, () => void>();
  const server = createServer(async (incoming, outgoing) => {
    const body = await bodyOf(incoming);
    const { method, headers } = incoming;
    const operation =
      String(headers['x-amz-target'] ?? '')
        .split('.')
        .at(-1) ||
      (new URLSearchParams(body).get('Action') ?? '');
    happenings.get(operation)?.();
    happenings.delete(operation);
    const key = /Credential=([^/]+)\//.exec(headers.authorization ?? '')?.[1] ?? 'none';
    calls.push(`${operation} ${key}`);
    const authorization = keys.has(key)
      ? String(headers.authorization).replace(`Credential=${key}/`, `Credential=${account}/`)
      : headers.authorization;
    const passed = request(
      simulator.url,
      { ...(method ? { method } : {}), headers: { ...headers, authorization } },
      (answer) => {
        outgoing.writeHead(answer.statusCode ?? 500, answer.headers);
        answer.pipe(outgoing);
      },
    );
    passed.on('error', () => outgoing.destroy());
    passed.end(body);
  });
  await once(server.listen(0, '127.0.0.1'), 'listening');
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  const address = server.address();
  const port = typeof address === 'object' && address !== null ? address.port : 0;
  return {
    url: `http://127.0.0.1:${port}`,
    keys,
    calls,
    before: (operation, happens) => {
      happenings.set(operation, happens);
    },
  };
}

async function bodyOf(incoming: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of incoming) chunks.push(Buffer.from(chunk));
  return Buffer.concat(chunks).toString('utf8');
}
