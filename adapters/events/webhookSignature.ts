import { createHmac } from 'node:crypto';

/** The bounds of a secret, in bytes. The specification of the headers has the same. */
const SECRET_BYTES = { least: 24, most: 64 } as const;

/**
 * Reads a secret for signatures: base64, with or without the usual prefix `whsec_`.
 * @returns `null` if it is none
 */
export function parseSigningSecret(text: string): Buffer | null {
  const encoded = text.replace(/^whsec_/, '');
  const secret = /^[A-Za-z0-9+/]+={0,2}$/.test(encoded) ? Buffer.from(encoded, 'base64') : null;
  return secret !== null && secret.length >= SECRET_BYTES.least && secret.length <= SECRET_BYTES.most
    ? secret
    : null;
}

/**
 * The headers by which a receiver verifies a request, as Standard Webhooks 1.0.0 defines them: the ID, the time and an HMAC-SHA256 of both and
 * the body. The signed time lets a receiver refuse a request that was recorded and is sent again.
 * @param secrets the request has a signature by each, so that a receiver with any of them can verify it
 */
export function signWebhook(
  id: string,
  at: Date,
  body: string,
  secrets: readonly Buffer[],
): Readonly<Record<string, string>> {
  const seconds = String(Math.floor(at.getTime() / 1000));
  const sign = (secret: Buffer): string =>
    createHmac('sha256', secret).update(`${id}.${seconds}.${body}`, 'utf8').digest('base64');
  return {
    'webhook-id': id,
    'webhook-timestamp': seconds,
    'webhook-signature': secrets.map((secret) => `v1,${sign(secret)}`).join(' '),
  };
}
