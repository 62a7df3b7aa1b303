import { request as plainRequest, type RequestOptions } from 'node:http';
import { Agent, request as secureRequest } from 'node:https';
import { readProxySettings, TunnelAgent } from './awsProtocol/clientHttp.ts';
import { isLoopback } from './endpoint.ts';
import { readErrorCode } from './fileSystem.ts';

/**
 * Reads a URL that is a secret, because everyone who knows it can use it, such as the address of a webhook: https, or http on
 * loopback, without user name and password.
 * @returns `null` if it is not one. The caller's message must not repeat the text
 */
export function parseSecretUrl(text: string): URL | null {
  const url = URL.canParse(text) ? new URL(text) : null;
  const isSafe = url?.protocol === 'https:' || (url?.protocol === 'http:' && isLoopback(text));
  return url !== null && isSafe && url.username === '' && url.password === '' ? url : null;
}

/** A request to a secret URL. */
interface SecretUrlRequest {
  readonly method: 'GET' | 'POST';
  readonly headers?: Readonly<Record<string, string>>;
  /** absent: none */
  readonly body?: string;
  /** the time limit, with that of a proxy's tunnel, in milliseconds */
  readonly limitMs: number;
}

/** The answer to it: the status, or why there was none, as an error code or a short text without the URL. */
type SecretUrlAnswer = { readonly status: number } | { readonly failure: string };

/**
 * Sends a request to a secret URL, through the proxy of the environment. Redirects are not followed, because the secret would
 * reach another host. The body of the answer is not read.
 * @throws ProxyRefused
 */
export async function callSecretUrl(url: URL, request: SecretUrlRequest): Promise<SecretUrlAnswer> {
  const proxy = readProxySettings(process.env);
  const agent = proxy === null ? new Agent() : new TunnelAgent(proxy, request.limitMs);
  try {
    return { status: await send(url, request, agent) };
  } catch (error) {
    const isLate = error instanceof Error && error.name === 'AbortError';
    return { failure: isLate ? `no answer within ${request.limitMs / 1000} s` : readErrorCode(error) };
  } finally {
    agent.destroy();
  }
}

function send(url: URL, { method, headers, body, limitMs }: SecretUrlRequest, agent: Agent): Promise<number> {
  const options: RequestOptions = {
    method,
    signal: AbortSignal.timeout(limitMs),
    headers: { 'user-agent': 'vif-acceptor', ...headers },
  };
  return new Promise((resolve, reject) => {
    const isSecure = url.protocol === 'https:';
    const request = isSecure ? secureRequest(url, { ...options, agent }) : plainRequest(url, options);
    request
      .once('error', reject)
      .once('response', (response) => {
        resolve(response.statusCode ?? 0);
        response.destroy();
      })
      .end(body);
  });
}

/** Describes a status that is not a success: `HTTP 301, a redirect, which is not followed`. */
export function describeStatus(status: number): string {
  const isRedirect = status >= 300 && status < 400;
  return `HTTP ${status}${isRedirect ? ', a redirect, which is not followed' : ''}`;
}
