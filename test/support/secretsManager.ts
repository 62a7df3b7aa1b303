import { onTestFinished } from 'vitest';
import { type ApiServer, json, type Reply, startApi } from './apiServer.ts';

/** Secrets Manager with one secret, which may be another at any time. */
export interface SecretsManager {
  readonly url: string;
  readonly received: ApiServer['received'];
  /** what every secret holds from now on */
  hold(accessKey: string, secretKey: string): void;
  /** instead of it */
  answer(reply: Reply): void;
}

/** On loopback; gone when the test is. */
export async function startSecretsManager(accessKey: string, secretKey: string): Promise<SecretsManager> {
  let reply = secretOf(accessKey, secretKey);
  const api = await startApi(() => reply);
  onTestFinished(() => api.close());
  return {
    url: api.url,
    received: api.received,
    hold: (access, secret) => {
      reply = secretOf(access, secret);
    },
    answer: (other) => {
      reply = other;
    },
  };
}

/** The answer to `GetSecretValue`. */
export function secretOf(accessKey: string, secretKey: string): Reply {
  return json({ SecretString: JSON.stringify({ accessKey, secretKey }) });
}
