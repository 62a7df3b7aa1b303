import { DirectConnectClient, type DirectConnectClientConfig } from '@aws-sdk/client-direct-connect';
import { wholeAnswer } from '../answer.ts';
import { requestHandler } from '../aws/clientHttp.ts';
import type { RenewableKey } from '../rotatingKey.ts';

/** Credentials as the SDK takes them. */
export type SdkCredentials = NonNullable<DirectConnectClientConfig['credentials']>;

export interface ClientSettings {
  readonly region: string;
  readonly endpoint: string;
  /** `null`: the platform's own chain */
  readonly credentials: SdkCredentials | RenewableKey | null;
  /** what one attempt may take, in milliseconds */
  readonly requestTimeoutMs: number;
}

/** Reads may be tried again; a confirm never blindly. */
export const READ_ATTEMPTS = 3;

/** What a read may take with all its attempts and the pauses between them, in milliseconds. */
export function readLimitMs(requestTimeoutMs: number): number {
  return READ_ATTEMPTS * requestTimeoutMs + 2000;
}

/** The SDK's client. @throws ProxyRefused */
export function createClient(settings: ClientSettings, maxAttempts: number): DirectConnectClient {
  const { region, endpoint, credentials, requestTimeoutMs } = settings;
  return new DirectConnectClient({
    region,
    endpoint,
    maxAttempts,
    ...(credentials ? { credentials } : {}),
    streamCollector: wholeAnswer,
    requestHandler: requestHandler({
      connectMs: Math.min(requestTimeoutMs, 5000),
      requestMs: requestTimeoutMs,
    }),
  });
}
