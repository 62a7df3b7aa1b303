import { callSecretUrl, describeStatus, parseSecretUrl } from '../adapters/secretUrl.ts';
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
  const url = parseSecretUrl(text);
  if (url !== null) return url;
  throw new UsageError(
    `${setting} must be a URL such as \`https://ping.example/TOKEN\`: https, or http on loopback, without user name and password`,
  );
}

/** Calls the dead-man's switch. Redirects are not followed: the setting must name the current URL. @returns why it failed; `null` when it succeeded */
export async function sendPing(url: URL): Promise<string | null> {
  const answer = await callSecretUrl(url, { method: 'GET', limitMs: LIMIT_MS });
  if ('failure' in answer) return describeFailure(url, answer.failure);
  return answer.status >= 200 && answer.status < 300
    ? null
    : describeFailure(url, describeStatus(answer.status));
}

function describeFailure({ origin }: URL, why: string): string {
  return `the ping to ${origin}/… failed: ${why}; the runs are completed, but the dead-man's switch may raise an alarm`;
}
