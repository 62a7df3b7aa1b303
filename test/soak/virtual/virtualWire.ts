import { Readable } from 'node:stream';
import { DirectConnectClient } from '@aws-sdk/client-direct-connect';
import { type HttpRequest, HttpResponse } from '@smithy/protocol-http';
import type { Answer, Call } from '../cloud/virtualServer.ts';

/** Carries one call of a process. The promise may never be settled. */
export type Carrier = (host: string, call: Call) => Promise<Answer>;

interface Handler {
  readonly configProvider: Promise<{ readonly requestTimeout?: number }>;
}

interface Options {
  readonly abortSignal?: AbortSignal;
}

/**
 * Replaces the sockets below all SDK clients of the process by a carrier. Signing, timeouts, aborts and retries are still those of
 * the SDK.
 */
export function installVirtualWire(carry: Carrier): void {
  const client = new DirectConnectClient({ region: 'eu-west-2' });
  const prototype: unknown = Object.getPrototypeOf(client.config.requestHandler);
  if (typeof prototype !== 'object' || prototype === null || !('handle' in prototype))
    throw new Error('the SDK no longer has this request handler');
  prototype.handle = async function handle(this: Handler, request: HttpRequest, options: Options = {}) {
    const { requestTimeout = 0 } = await this.configProvider;
    return bounded(requestTimeout, options.abortSignal, carry(request.hostname, callOf(request)));
  };
}

function callOf({ method, path, headers, body }: HttpRequest): Call {
  const lower = Object.fromEntries(
    Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value]),
  );
  const text = typeof body === 'string' ? body : Buffer.from(body ?? '').toString('utf8');
  const target = lower['x-amz-target']?.split('.').at(-1);
  return {
    operation: target ?? new URLSearchParams(text).get('Action') ?? '',
    method,
    path,
    headers: lower,
    body: text,
  };
}

function failure(name: string, code: string): Error {
  return Object.assign(new Error(name === 'TimeoutError' ? 'timed out' : code), { name, code });
}

/** Applies the time limit of the SDK's handler. */
function bounded(ms: number, abortSignal: AbortSignal | undefined, answer: Promise<Answer>) {
  return new Promise<{ response: HttpResponse }>((resolve, reject) => {
    const timer = ms > 0 ? setTimeout(() => reject(failure('TimeoutError', 'ETIMEDOUT')), ms) : undefined;
    const settle = (end: () => void) => {
      clearTimeout(timer);
      end();
    };
    const aborted = () => settle(() => reject(failure('AbortError', 'ABORT_ERR')));
    if (abortSignal?.aborted) aborted();
    abortSignal?.addEventListener('abort', aborted, { once: true });
    answer.then((reply) => {
      if (!('broken' in reply)) settle(() => resolve({ response: responseOf(reply) }));
      else if (reply.broken === 'reset') settle(() => reject(failure('Error', 'ECONNRESET')));
    }, reject);
  });
}

function responseOf({ status, body }: { readonly status: number; readonly body: string }): HttpResponse {
  return new HttpResponse({
    statusCode: status,
    headers: { 'content-type': body.startsWith('<') ? 'text/xml' : 'application/x-amz-json-1.1' },
    body: Readable.from(body === '' ? [] : [Buffer.from(body)]),
  });
}
