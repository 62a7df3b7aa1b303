import { ApiFailure, CredentialsUnusable, KeyReplaced, PermissionMissing } from '../run/portErrors.ts';
import { toApiFailure } from './aws/toApiFailure.ts';

/** An access key of OUTSCALE. */
export interface AccessKey {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
}

/**
 * Which part of a key cannot be right, whatever the cloud: copied with a line break, or with a quote of the page it stood on.
 * The API would speak of signatures, or the line break keep the call from being made. No part of it is ever repeated.
 * @returns `null`: none
 */
export function findInvalidPart({ accessKeyId, secretAccessKey }: AccessKey): keyof AccessKey | null {
  if (!/^\w+$/.test(accessKeyId)) return 'accessKeyId';
  return /^[!-~]+$/.test(secretAccessKey) ? null : 'secretAccessKey';
}

/** What is wrong with it, for people. */
export const INVALID_PART = 'is empty, or holds white space or another character that no key has';

/** A key that is kept outside and may be another one at any time. To the SDK it is a provider of credentials. */
export interface RotatingKey {
  (): Promise<AccessKey & { readonly expiration: Date }>;
  /** where it is kept, for people */
  readonly location: string;
  /** The key, once this one was refused: read anew, unless it is another by now. @throws CredentialsUnusable */
  renewed(refused: AccessKey): Promise<AccessKey>;
}

/** How long a key holds once it was read, in milliseconds: so late at most does a new one come into use that nobody waits for. */
const HOLDS_MS = 10 * 60 * 1000;

/** The SDK keeps no key that is over. It asks for every call, so that the one cache is ours. */
const OVER = new Date(0);

/** Keeps a key for everybody who calls with it: however many ask at once, it is read once. */
export function createRotatingKey(place: string, read: () => Promise<AccessKey>): RotatingKey {
  let held: { readonly key: AccessKey; readonly until: number } | null = null;
  let reading: Promise<AccessKey> | null = null;
  const readAnew = async (): Promise<AccessKey> => {
    try {
      const key = await read();
      held = { key, until: performance.now() + HOLDS_MS };
      return key;
    } finally {
      reading = null;
    }
  };
  const fresh = (): Promise<AccessKey> => {
    reading ??= readAnew();
    return reading;
  };
  const current = async (): Promise<AccessKey> =>
    held !== null && performance.now() < held.until ? held.key : fresh();
  const provide = async () => ({ ...(await current()), expiration: OVER });
  const renewed = async (refused: AccessKey): Promise<AccessKey> => {
    const now = held?.key ?? refused;
    return isSame(now, refused) ? fresh() : now;
  };
  return Object.assign(provide, { location: place, renewed });
}

/** What is done with a call that was refused for a key which has been replaced by now. */
export type Repeat =
  /** it is made once more */
  | 'repeated'
  /** it is left to the caller, who may no longer want it: `KeyReplaced` */
  | 'left';

/**
 * Makes a call; when it is refused for its key and another one is kept by now, makes it once more with that, unless that is left to
 * the caller. What was refused was not carried out, so that this repeats nothing blindly.
 * @param key `null`: it cannot change
 * @param signal aborted when time is over: then nothing is begun any more
 * @throws ApiFailure, also of the second call
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
    if (!isRefusal(refusal)) throw refusal;
    await anotherKey(key, used, refusal);
    signal.throwIfAborted();
    if (repeat === 'left') throw new KeyReplaced(refusal);
  }
  try {
    return await call();
  } catch (error) {
    const refusal = toApiFailure(operation, error);
    throw isRefusal(refusal)
      ? told(refusal, `${key.location} was read anew, and its new key is refused too`)
      : refusal;
  }
}

/** @throws ApiFailure when there is none */
async function anotherKey(key: RotatingKey, used: AccessKey, refusal: ApiFailure): Promise<void> {
  let now: AccessKey;
  try {
    now = await key.renewed(used);
  } catch (error) {
    if (!(error instanceof CredentialsUnusable)) throw error;
    throw told(refusal, `then ${error.message}`);
  }
  if (isSame(now, used)) throw told(refusal, `${key.location} was read anew and holds the same key`);
}

/** Whether it is the key that was refused, and not what it asked for. */
function isRefusal(failure: unknown): failure is ApiFailure {
  return (
    failure instanceof ApiFailure && failure.kind === 'credentials' && !(failure instanceof PermissionMissing)
  );
}

function isSame(a: AccessKey, b: AccessKey): boolean {
  return a.accessKeyId === b.accessKeyId && a.secretAccessKey === b.secretAccessKey;
}

function told({ operation, kind, detail, advice }: ApiFailure, more: string): ApiFailure {
  return new ApiFailure(operation, kind, `${detail}; ${more}`, advice);
}
