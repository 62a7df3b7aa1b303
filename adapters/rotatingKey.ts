import { ApiFailure, CredentialsUnusable, KeyReplaced, PermissionMissing } from '../run/portErrors.ts';
import { toApiFailure } from './awsProtocol/toApiFailure.ts';

/** An access key of OUTSCALE. */
export interface AccessKey {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
}

/**
 * Finds the part of a key that is certainly invalid, for example one that was copied with a line break or a quotation mark.
 * Without this check the API would report a wrong signature, or the call could not be made. The key is never printed.
 * @returns `null`: both parts may be valid
 */
export function findInvalidPart({ accessKeyId, secretAccessKey }: AccessKey): keyof AccessKey | null {
  if (!/^\w+$/.test(accessKeyId)) return 'accessKeyId';
  return /^[!-~]+$/.test(secretAccessKey) ? null : 'secretAccessKey';
}

/** The description of an invalid part, for messages. */
export const INVALID_PART = 'is empty, or contains white space or another character that no key has';

/** An access key that is stored elsewhere and may be replaced at any time. For the SDK it is a credential provider. */
export interface RotatingKey {
  (): Promise<AccessKey & { readonly expiration: Date }>;
  /** where the key is stored, for messages */
  readonly location: string;
  /**
   * Returns the key to use after `refused` was refused: reads it again, unless the cached key is another one by now.
   * @throws CredentialsUnusable
   */
  renewed(refused: AccessKey): Promise<AccessKey>;
}

/**
 * The cache lifetime of a key, in milliseconds: a replaced key is used after at most this time, even if the old one
 * still works.
 */
const CACHE_MS = 10 * 60 * 1000;

/** An expiration in the past, so that the SDK caches no key and asks for it with every call: the only cache is the one here. */
const EXPIRED = new Date(0);

/** Creates a cached key. Callers that ask for it at the same time share one read. */
export function createRotatingKey(place: string, read: () => Promise<AccessKey>): RotatingKey {
  let cached: { readonly key: AccessKey; readonly until: number } | null = null;
  let reading: Promise<AccessKey> | null = null;
  const readAndCache = async (): Promise<AccessKey> => {
    try {
      const key = await read();
      cached = { key, until: performance.now() + CACHE_MS };
      return key;
    } finally {
      reading = null;
    }
  };
  const readOnce = (): Promise<AccessKey> => {
    reading ??= readAndCache();
    return reading;
  };
  const currentKey = async (): Promise<AccessKey> =>
    cached !== null && performance.now() < cached.until ? cached.key : readOnce();
  const provide = async () => ({ ...(await currentKey()), expiration: EXPIRED });
  const renewed = async (refused: AccessKey): Promise<AccessKey> => {
    const current = cached?.key ?? refused;
    return isSameKey(current, refused) ? readOnce() : current;
  };
  return Object.assign(provide, { location: place, renewed });
}

/** What happens to a call whose key was refused and has been replaced by now. */
export type Repeat =
  /** it is made once more, with the new key */
  | 'repeated'
  /** it fails with `KeyReplaced`: the caller decides whether it is still wanted */
  | 'leftToCaller';

/**
 * Makes a call. If its key is refused and another key is stored by now, makes the call once more with that key, or
 * leaves this to the caller. A refused call was not carried out, so nothing is repeated blindly.
 * @param key `null`: the key cannot change
 * @param signal aborted when the time is over; then no further call is begun
 * @throws ApiFailure, also that of the second call
 */
export async function withKeyRenewal<T>(
  key: RotatingKey | null,
  operation: string,
  signal: AbortSignal,
  repeat: Repeat,
  call: () => Promise<T>,
): Promise<T> {
  if (key === null) return call();
  const used = await key();
  try {
    return await call();
  } catch (error) {
    const refusal = toApiFailure(operation, error);
    if (!isKeyRefusal(refusal)) throw refusal;
    await ensureAnotherKey(key, used, refusal);
    signal.throwIfAborted();
    if (repeat === 'leftToCaller') throw new KeyReplaced(refusal);
  }
  try {
    return await call();
  } catch (error) {
    const refusal = toApiFailure(operation, error);
    throw isKeyRefusal(refusal)
      ? withDetail(refusal, `${key.location} was read again, and its new key is refused too`)
      : refusal;
  }
}

/** Reads the key again. @throws ApiFailure if it is still the same one or cannot be read */
async function ensureAnotherKey(key: RotatingKey, used: AccessKey, refusal: ApiFailure): Promise<void> {
  let stored: AccessKey;
  try {
    stored = await key.renewed(used);
  } catch (error) {
    if (!(error instanceof CredentialsUnusable)) throw error;
    throw withDetail(refusal, `then ${error.message}`);
  }
  if (isSameKey(stored, used))
    throw withDetail(refusal, `${key.location} was read again and still contains the same key`);
}

/** Whether the key itself was refused, and not only the operation. */
function isKeyRefusal(failure: unknown): failure is ApiFailure {
  return (
    failure instanceof ApiFailure && failure.kind === 'credentials' && !(failure instanceof PermissionMissing)
  );
}

function isSameKey(a: AccessKey, b: AccessKey): boolean {
  return a.accessKeyId === b.accessKeyId && a.secretAccessKey === b.secretAccessKey;
}

function withDetail({ operation, kind, detail, advice }: ApiFailure, addition: string): ApiFailure {
  return new ApiFailure(operation, kind, `${detail}; ${addition}`, advice);
}
