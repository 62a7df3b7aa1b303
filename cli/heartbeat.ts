import { get as plainGet } from 'node:http';
import { Agent, get } from 'node:https';
import { readProxySettings, TunnelAgent } from '../adapters/aws/clientHttp.ts';
import { isLoopback } from '../adapters/endpoint.ts';
import { readErrorCode } from '../adapters/fileSystem.ts';
import { UsageError } from './options.ts';

/** The variable that keeps the address, which is half a secret, out of the list of processes. */
export const PING_VARIABLE = 'VIF_ACCEPTOR_PING_URL';

/** What a ping may take, in milliseconds. */
const LIMIT_MS = 5000;

/**
 * Where a dead-man's switch wants to hear of completed passes.
 * @returns `null`: nowhere
 * @throws UsageError, which does not repeat the address: whoever knows it can feign our life
 */
export function readPingUrl(
  option: string | undefined,
  env: Readonly<Record<string, string | undefined>>,
): URL | null {
  const [setting, text] =
    option === undefined ? [PING_VARIABLE, env[PING_VARIABLE] ?? ''] : ['--ping', option];
  if (text === '' && option === undefined) return null;
  const url = URL.canParse(text) ? new URL(text) : null;
  const isSafe = url?.protocol === 'https:' || (url?.protocol === 'http:' && isLoopback(text));
  if (url !== null && isSafe && url.username === '' && url.password === '') return url;
  throw new UsageError(
    `${setting} must be a URL such as \`https://ping.example/TOKEN\`: https, or http on loopback, without user name and password`,
  );
}

/** Says that all is well. Redirects are not followed: an address that moved is to be mended. @returns why it failed */
export async function sendPing(url: URL): Promise<string | null> {
  const proxy = readProxySettings(process.env);
  const agent = proxy === null ? new Agent() : new TunnelAgent(proxy, LIMIT_MS);
  try {
    const status = await statusOf(url, agent);
    if (status >= 200 && status < 300) return null;
    const isMoved = status >= 300 && status < 400;
    return problem(url, `HTTP ${status}${isMoved ? ', which leads elsewhere and is not followed' : ''}`);
  } catch (error) {
    const isLate = error instanceof Error && error.name === 'AbortError';
    return problem(url, isLate ? `no answer within ${LIMIT_MS / 1000} s` : readErrorCode(error));
  } finally {
    agent.destroy();
  }
}

function statusOf(url: URL, agent: Agent): Promise<number> {
  const options = { signal: AbortSignal.timeout(LIMIT_MS), headers: { 'user-agent': 'vif-acceptor' } };
  return new Promise((resolve, reject) => {
    const isSecure = url.protocol === 'https:';
    const request = isSecure ? get(url, { ...options, agent }) : plainGet(url, options);
    request.once('error', reject).once('response', (response) => {
      resolve(response.statusCode ?? 0);
      response.destroy();
    });
  });
}

function problem({ origin }: URL, why: string): string {
  return `the ping to ${origin}/… failed: ${why}; the pass is done all the same, and whoever waits for the ping may raise an alarm`;
}
