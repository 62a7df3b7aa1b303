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
 * The cache lifetime of a stored text, in milliseconds: a replaced key is used after at most this time, even if the old
 * one still works.
 */
const CACHE_MS = 10 * 60 * 1000;

/** An expiration in the past, so that the SDK caches no key and asks for it with every call: the only cache is `StoredText`. */
const EXPIRED = new Date(0);

/** One reading of a stored text. Two readings are different objects, also if the text is the same. */
export interface Reading {
  readonly text: string;
}

/** A text that is stored elsewhere and contains one key or several. It is read once for all who need it at the same time. */
export interface StoredText {
  /** where it is stored, for messages */
  readonly location: string;
  /** the last reading, of any age; `null`: there is none */
  latest(): Reading | null;
  /** the last reading if it is recent, otherwise a new one */
  current(): Promise<Reading>;
  /** reads it again */
  renewed(): Promise<Reading>;
}

export function createStoredText(location: string, read: () => Promise<string>): StoredText {
  let latest: Reading | null = null;
  let until = 0;
  let reading: Promise<Reading> | null = null;
  const readAndCache = async (): Promise<Reading> => {
    try {
      latest = { text: await read() };
      until = performance.now() + CACHE_MS;
      return latest;
    } finally {
      reading = null;
    }
  };
  const readOnce = (): Promise<Reading> => {
    reading ??= readAndCache();
    return reading;
  };
  return {
    location,
    latest: () => latest,
    current: async () => (latest !== null && performance.now() < until ? latest : readOnce()),
    renewed: readOnce,
  };
}

/**
 * The key in a stored text, which other keys may share.
 * @param keyOf takes the key out of the text. @throws CredentialsUnusable
 */
export function createRotatingKey(stored: StoredText, keyOf: (text: string) => AccessKey): RotatingKey {
  const currentKey = async (): Promise<AccessKey> => {
    const before = stored.latest();
    const current = await stored.current();
    try {
      return keyOf(current.text);
    } catch (error) {
      // The key may have been added, or corrected, after the text was read for another one.
      if (current !== before || !(error instanceof CredentialsUnusable)) throw error;
      return keyOf((await stored.renewed()).text);
    }
  };
  const provide = async () => ({ ...(await currentKey()), expiration: EXPIRED });
  const renewed = async (refused: AccessKey): Promise<AccessKey> => {
    const latest = stored.latest();
    const current = latest === null ? refused : keyOf(latest.text);
    return isSameKey(current, refused) ? keyOf((await stored.renewed()).text) : current;
  };
  return Object.assign(provide, { location: stored.location, renewed });
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
