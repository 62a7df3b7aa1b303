import { createHash, createHmac } from 'node:crypto';
import type { Dialect, Service } from './dialects.ts';
import { ApiError, type Context, type Request, splitTarget } from './wire.ts';
import type { World } from './world.ts';

/** The secret access key of every account. The access key ID is the account's 12 digits. */
const SECRET = 'secret';

export type Signature =
  | { readonly kind: 'absent' }
  | { readonly kind: 'incomplete'; readonly why: string }
  | { readonly kind: 'unknownKey' }
  | { readonly kind: 'mismatch' }
  | { readonly kind: 'valid'; readonly signer: Signer };

export interface Signer {
  readonly account: string;
  readonly region: string;
  readonly service: string;
  readonly sessionToken: string | null;
}

const AUTHORIZATION =
  /^AWS4-HMAC-SHA256 Credential=([^,\s]+),\s*SignedHeaders=([^,\s]+),\s*Signature=([0-9a-f]{64})$/;
const CREDENTIAL = /^([^/]+)\/(\d{8})\/([a-z0-9-]+)\/([a-z0-9-]+)\/aws4_request$/;

/**
 * Verifies a signature of version 4 in the `Authorization` header.
 * The time of signing is not compared with a clock: clients use the real time, and the emulated clock may be ahead of it.
 */
function verifySignature(request: Request, { signsQueryAsSent }: Dialect): Signature {
  const { headers } = request;
  if (headers.authorization === undefined) return { kind: 'absent' };
  const [, credential = '', signedHeaders = '', signature] = AUTHORIZATION.exec(headers.authorization) ?? [];
  const [, key = '', day = '', region = '', service = ''] = CREDENTIAL.exec(credential) ?? [];
  const time = headers['x-amz-date'] ?? '';
  if (signature === undefined || key === '') {
    return { kind: 'incomplete', why: 'the Authorization header is not of AWS4-HMAC-SHA256' };
  }
  if (!/^\d{8}T\d{6}Z$/.test(time) || !time.startsWith(day)) {
    return { kind: 'incomplete', why: 'X-Amz-Date is missing or is not of the day of the credential' };
  }
  const names = signedHeaders.split(';');
  const unsigned = Object.keys(headers).find((name) => mustBeSigned(name) && !names.includes(name));
  if (unsigned !== undefined) return { kind: 'incomplete', why: `the header ${unsigned} must be signed` };
  if (!/^\d{12}$/.test(key)) return { kind: 'unknownKey' };

  // The emulator answers only at `/` and at paths of letters, so the path need not be canonicalized.
  const { path, query } = splitTarget(request.target);
  const scope = `${day}/${region}/${service}/aws4_request`;
  const signingKey = [day, region, service, 'aws4_request'].reduce<string | Buffer>(hmac, `AWS4${SECRET}`);
  const headerOf = (name: string): string => (Object.hasOwn(headers, name) ? headers[name] : null) ?? '';
  const signatureWith = (signedQuery: string): string => {
    const canonical = [
      request.method,
      path,
      signedQuery,
      ...names.map((name) => `${name}:${headerOf(name).trim().replace(/\s+/g, ' ')}`),
      '',
      signedHeaders,
      sha256(request.body),
    ].join('\n');
    const toSign = ['AWS4-HMAC-SHA256', time, scope, sha256(canonical)].join('\n');
    return hmac(signingKey, toSign).toString('hex');
  };
  const accepted = [canonicalQuery(query), ...(signsQueryAsSent ? [query] : [])];
  if (!accepted.some((signed) => signatureWith(signed) === signature)) return { kind: 'mismatch' };
  const sessionToken = headers['x-amz-security-token'] ?? null;
  return { kind: 'valid', signer: { account: key, region, service, sessionToken } };
}

/** A query as version 4 signs it: encoded like a path, and sorted by name and value. */
function canonicalQuery(query: string): string {
  const encode = (text: string) =>
    encodeURIComponent(text).replace(
      /[!'()*]/g,
      (mark) => `%${mark.charCodeAt(0).toString(16).toUpperCase()}`,
    );
  const pairs = [...new URLSearchParams(query)].map(
    ([name, value]) => [encode(name), encode(value)] as const,
  );
  return pairs
    .toSorted(([a, x], [b, y]) => (a === b ? compare(x, y) : compare(a, b)))
    .map((pair) => pair.join('='))
    .join('&');
}

function compare(a: string, b: string): number {
  return a < b ? -1 : Number(a > b);
}

function mustBeSigned(header: string): boolean {
  return header === 'host' || header.startsWith('x-amz-');
}

function sha256(data: string | Uint8Array): string {
  return createHash('sha256').update(data).digest('hex');
}

function hmac(key: string | Buffer, data: string): Buffer {
  return createHmac('sha256', key).update(data).digest();
}

/** What differs from a real service, for a user who has other keys. */
const KEYS_HERE = 'Here the access key is an account of 12 digits and its secret access key is `secret`.';

const INVALID_TOKEN = `The security token included in the request is invalid. ${KEYS_HERE}`;

/** The error of each service for an unknown key or token. */
const UNKNOWN_KEY = {
  directconnect: () => new ApiError('UnrecognizedClientException', INVALID_TOKEN, 403),
  ec2: () =>
    new ApiError(
      'AuthFailure',
      `AWS was not able to validate the provided access credentials. ${KEYS_HERE}`,
      401,
    ),
  sts: () => new ApiError('InvalidClientTokenId', INVALID_TOKEN, 403),
  cloudtrail: () => new ApiError('UnrecognizedClientException', INVALID_TOKEN, 403),
  oapi: () => new ApiError('AuthFailure', `The access key is not known. ${KEYS_HERE}`, 401),
} satisfies Record<Service, () => ApiError>;

/** Identifies the caller by the signature. Throws the service's `ApiError` if the signature is invalid. */
export function authenticate(request: Request, service: Service, world: World): Context {
  const signature = verifySignature(request, world.dialect);
  switch (signature.kind) {
    case 'absent':
      throw new ApiError('MissingAuthenticationToken', 'Request is missing Authentication Token', 403);
    case 'incomplete':
      throw new ApiError('IncompleteSignature', `The signature is incomplete: ${signature.why}.`, 403);
    case 'unknownKey':
      throw UNKNOWN_KEY[service]();
    case 'mismatch':
      throw new ApiError(
        'SignatureDoesNotMatch',
        `The request signature we calculated does not match the signature you provided. ${KEYS_HERE}`,
        403,
      );
    case 'valid': {
      const { account, region, sessionToken } = signature.signer;
      const names = world.dialect.signingNames[service];
      if (!names.includes(signature.signer.service)) {
        const message = `Credential should be scoped to correct service: '${names.join("' or '")}'.`;
        throw new ApiError('SignatureDoesNotMatch', message, 403);
      }
      if (sessionToken !== null && world.sessions.get(sessionToken)?.account !== account) {
        throw UNKNOWN_KEY[service]();
      }
      return { world, account, region, sessionToken };
    }
    default:
      return signature satisfies never;
  }
}
