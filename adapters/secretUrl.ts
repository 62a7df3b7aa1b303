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
    return await send(url, request, agent);
  } catch (error) {
    return { failure: readErrorCode(error) };
  } finally {
    agent.destroy();
  }
}

/** Resolves in any case within the limit: a caller may have nothing else that keeps the process running. */
function send(
  url: URL,
  { method, headers, body, limitMs }: SecretUrlRequest,
  agent: Agent,
): Promise<SecretUrlAnswer> {
  const options: RequestOptions = { method, headers: { 'user-agent': 'vif-acceptor', ...headers } };
  return new Promise((resolve) => {
    const isSecure = url.protocol === 'https:';
    const request = isSecure ? secureRequest(url, { ...options, agent }) : plainRequest(url, options);
    const settle = (answer: SecretUrlAnswer): void => {
      clearTimeout(timer);
      resolve(answer);
      request.destroy();
    };
    // Not the `signal` of the request: Node ignores it once the request is destroyed, and its timer does not keep the process running.
    const timer = setTimeout(() => settle({ failure: `no answer within ${limitMs / 1000} s` }), limitMs);
    request
      // Also after it is settled: an error without a listener would end the process.
      .on('error', (error) => settle({ failure: readErrorCode(error) }))
      .once('response', (response) => settle({ status: response.statusCode ?? 0 }))
      .once('upgrade', (response, socket) => {
        settle({ status: response.statusCode ?? 0 });
        socket.destroy();
      })
      // Fail closed: a connection that ends in a way that none of the above reports is no delivery.
      .once('close', () => settle({ failure: 'the connection was closed without an answer' }))
      .end(body);
  });
}

/** Describes a status that is not a success: `HTTP 301, a redirect, which is not followed`. */
export function describeStatus(status: number): string {
  const isRedirect = status >= 300 && status < 400;
  return `HTTP ${status}${isRedirect ? ', a redirect, which is not followed' : ''}`;
}
