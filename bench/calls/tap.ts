import { subscribe } from 'node:diagnostics_channel';
import { IncomingMessage, ServerResponse } from 'node:http';
import type { Heard } from './recordedCalls.ts';

/** What this process's servers hear. */
export interface Tap {
  /** everything since it was last asked for */
  take(): readonly Heard[];
}

/** Listens to every signed request that a server of this process gets; the server does not notice. */
export function tapServers(): Tap {
  let heard: Heard[] = [];
  subscribe('http.server.request.start', (message) => {
    const { request, response } = Object(message);
    if (!(request instanceof IncomingMessage && response instanceof ServerResponse)) return;
    const scope = /Credential=([^/]+)\/\d+\/([^/]+)\/([^/]+)\//.exec(request.headers.authorization ?? '');
    if (scope === null) return;
    const at = now();
    const chunks: Uint8Array[] = [];
    request.on('data', (chunk: Uint8Array) => chunks.push(chunk));
    response.on('finish', () => {
      const [, key = '', region = '', service = ''] = scope;
      const body = Buffer.concat(chunks).toString();
      const target = String(request.headers['x-amz-target'] ?? '');
      const operation = /\.(\w+)$/.exec(target)?.[1] ?? new URLSearchParams(body).get('Action') ?? '';
      const contentType = request.headers['content-type'] ?? '';
      heard.push({ at, until: now(), key, region, service, operation, target, contentType, body });
    });
  });
  return {
    take: () => {
      const taken = heard;
      heard = [];
      return taken;
    },
  };
}

function now(): number {
  return performance.timeOrigin + performance.now();
}
