import { get as plainGet } from 'node:http';
import { Agent, get } from 'node:https';
import { readProxySettings, TunnelAgent } from '../adapters/awsProtocol/clientHttp.ts';
import { isLoopback } from '../adapters/endpoint.ts';
import { readErrorCode } from '../adapters/fileSystem.ts';
import { UsageError } from './options.ts';

/** Variable with the ping URL. The URL is nearly a secret, and the variable keeps it out of the process list. */
export const PING_VARIABLE = 'VIF_ACCEPTOR_PING_URL';

/** Time limit of a ping, in milliseconds. */
const LIMIT_MS = 5000;

/**
 * Reads the URL of the dead-man's switch that is called after completed runs.
 * @returns `null` when none is set
 * @throws UsageError, which does not repeat the URL: with it, others could send pings and so hide an outage
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

/** Calls the dead-man's switch. Redirects are not followed: the setting must name the current URL. @returns why it failed; `null` when it succeeded */
export async function sendPing(url: URL): Promise<string | null> {
  const proxy = readProxySettings(process.env);
  const agent = proxy === null ? new Agent() : new TunnelAgent(proxy, LIMIT_MS);
  try {
    const status = await requestStatus(url, agent);
    if (status >= 200 && status < 300) return null;
    const isRedirect = status >= 300 && status < 400;
    return describeFailure(url, `HTTP ${status}${isRedirect ? ', a redirect, which is not followed' : ''}`);
  } catch (error) {
    const isLate = error instanceof Error && error.name === 'AbortError';
    return describeFailure(url, isLate ? `no answer within ${LIMIT_MS / 1000} s` : readErrorCode(error));
  } finally {
    agent.destroy();
  }
}

function requestStatus(url: URL, agent: Agent): Promise<number> {
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

function describeFailure({ origin }: URL, why: string): string {
  return `the ping to ${origin}/… failed: ${why}; the runs are completed, but the dead-man's switch may raise an alarm`;
}
