import { onTestFinished } from 'vitest';
import { type ApiServer, json, type Reply, startApi } from './apiServer.ts';

/** Secrets Manager with one secret, which a test can change. */
export interface SecretsManager {
  readonly url: string;
  readonly received: ApiServer['received'];
  /** the value of every secret */
  hold(accessKey: string, secretKey: string): void;
  /** replaces the answer */
  answer(reply: Reply): void;
}

/** Starts it on loopback. It is stopped after the test. */
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
