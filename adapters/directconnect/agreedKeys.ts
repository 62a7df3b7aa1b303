import { createHash, timingSafeEqual } from 'node:crypto';
import { memoizeByObject } from '../../core/memoize.ts';
import type { KeyDigest } from '../../core/model.ts';

/**
 * Compares a BGP key with the digests that a policy names, so that the key itself and the digests of unknown keys stay in the reader of
 * the API's answers. The key is compared as it is: it is neither trimmed nor folded.
 * @returns the digest of this key as the policy writes it; `none` if the policy does not name it
 */
export function compareKey(key: string, digests: ReadonlySet<KeyDigest>): KeyDigest | 'none' {
  const own = createHash('sha256').update(key, 'utf8').digest();
  let found = 0;
  // The time must not depend on which digest is equal, or on how much of it: every digest is compared, in whole.
  for (const [i, { bytes }] of decode(digests).entries())
    found += (i + 1) * Number(timingSafeEqual(own, bytes));
  return decode(digests)[found - 1]?.digest ?? 'none';
}

interface DecodedDigest {
  readonly digest: KeyDigest;
  readonly bytes: Buffer;
}

/** Decodes the digests of a policy, once for each policy. */
const decode = memoizeByObject((digests: ReadonlySet<KeyDigest>): readonly DecodedDigest[] =>
  [...digests].map((digest) => ({ digest, bytes: Buffer.from(digest.slice('sha256:'.length), 'hex') })),
);
