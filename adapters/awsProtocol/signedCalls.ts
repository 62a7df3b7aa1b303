import { setTimeout as pause } from 'node:timers/promises';
import { HttpRequest } from '@smithy/protocol-http';
import { SignatureV4 } from '@smithy/signature-v4';
import { ApiFailure } from '../../run/portErrors.ts';
import { type ApiClient, callWithLimit, READ_ATTEMPTS, readLimitMs } from './sdkClient.ts';
import { toApiFailure } from './toApiFailure.ts';

/**
 * Signed calls of APIs for which no SDK client is bundled, with the SDK's signer: a client for each would multiply the size of
 * the function's bundle.
 */
interface SignedCalls {
  /**
   * Makes a read, with retries.
   * @param read reads the answer; it throws what `toApiFailure` understands
   * @throws ApiFailure
   */
  call<T>(operation: string, request: SignedRequest, read: (answer: Answer) => T): Promise<T>;
}

interface SignedRequest {
  readonly path: string;
  /** by lower-case name, without `host` */
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

export interface Answer {
  readonly status: number;
  readonly body: string;
}

export interface SignedEndpoint {
  readonly endpoint: string;
  readonly region: string;
  /** the service in the scope of the signature */
  readonly service: string;
}

/** @param client shares its credentials, connections and hash function, so that there is one of each */
export function createSignedCalls(
  client: ApiClient,
  { endpoint, region, service }: SignedEndpoint,
  limitMs = readLimitMs(client.requestTimeoutMs),
): SignedCalls {
  const { config } = client.sdk;
  const signer = new SignatureV4({ credentials: config.credentials, region, service, sha256: config.sha256 });

  async function send(request: SignedRequest, abortSignal: AbortSignal): Promise<Answer> {
    const signed = await signer.sign(httpRequest(endpoint, request));
    const { response } = await config.requestHandler.handle(HttpRequest.clone(new HttpRequest(signed)), {
      abortSignal,
    });
    const body = new TextDecoder().decode(await config.streamCollector(response.body));
    return { status: response.statusCode, body };
  }

  return {
    call: (operation, request, read) =>
      callWithLimit(operation, limitMs, client, 'repeated', async (abortSignal) => {
        for (let attempt = 1; ; attempt += 1) {
          try {
            return read(await send(request, abortSignal));
          } catch (error) {
            client.throttles.countIfThrottled(error);
            const failure = toApiFailure(operation, error);
            const mayRetry = failure instanceof ApiFailure && RETRYABLE.has(failure.kind);
            if (attempt === READ_ATTEMPTS || !mayRetry) throw failure;
            await pause(100 * 2 ** attempt, undefined, { signal: abortSignal });
          }
        }
      }),
  };
}

/** Kinds of failure that a retry may overcome. */
const RETRYABLE: ReadonlySet<ApiFailure['kind']> = new Set(['throttled', 'timeout', 'unreachable', 'server']);

function httpRequest(endpoint: string, { path, headers, body }: SignedRequest): HttpRequest {
  const { protocol, hostname, port, host } = new URL(endpoint);
  return new HttpRequest({
    method: 'POST',
    protocol,
    hostname,
    ...(port === '' ? {} : { port: Number(port) }),
    path,
    headers: { host, ...headers },
    body,
  });
}

/** An error of an API in the form of the SDK's own errors, which `toApiFailure` reads. */
export function wireError(
  { status }: Answer,
  code: string | null,
  message: string | null,
  more: Readonly<Record<string, unknown>> = {},
): Error {
  return Object.assign(new Error(message ?? 'the answer is not what the API promises'), {
    ...more,
    name: code ?? (status >= 400 ? `HTTP ${status}` : 'SyntaxError'),
    $metadata: { httpStatusCode: status },
  });
}
