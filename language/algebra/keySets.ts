import { describeAgreedKey } from '../../core/fields/bgpSessions.ts';
import type { BgpPeer, KeyDigest } from '../../core/model.ts';
import type { SetAlgebra } from './setAlgebra.ts';
import { type FiniteSet, finiteSetOf, finiteSets } from './valueSets.ts';

/**
 * What the API shows of the key of a session, as far as a policy can distinguish it: the agreed key that has a digest, another key, a key
 * that was not compared, or no key. A key whose digest no policy names is `other`: its digest is never known.
 */
export type SessionKey = KeyDigest | 'other' | 'uncompared' | 'none';

type KeySet = FiniteSet<SessionKey>;

/** In the order in which a typical session has one. Every condition that allows several keys allows `other`. */
const WITHOUT_DIGEST = ['other', 'uncompared', 'none'] as const;

const TEXTS = {
  other: 'another key',
  uncompared: 'a key that was not compared',
  none: 'no key',
} as const satisfies Record<(typeof WITHOUT_DIGEST)[number], string>;

const sets = finiteSets<SessionKey>({
  other: (than) => WITHOUT_DIGEST.find((key) => !than.has(key)) ?? null,
  format: formatKey,
});

/** Sets of keys of one session. */
export const keySets: SetAlgebra<KeySet, SessionKey> = {
  ...sets,
  describe: (set) => {
    const { isComplement, values } = set;
    if (!isComplement || !values.has('none')) return sets.describe(set);
    const others = [...values].filter((key) => key !== 'none').map(formatKey);
    return others.length === 0 ? 'set' : `set, but not ${others.join(' or ')}`;
  },
};

/** Any key. */
export const ANY_KEY: KeySet = keySets.complement(finiteSetOf<SessionKey>(['none']));

/** The agreed key with this digest. */
export function certainlyKey(digest: KeyDigest): KeySet {
  return finiteSetOf<SessionKey>([digest]);
}

/** The keys that may be the agreed key with this digest. */
export function perhapsKey(digest: KeyDigest): KeySet {
  return finiteSetOf<SessionKey>([digest, 'uncompared']);
}

/** The key of a session; `null` if the API does not return whether it has one. */
export function keyOfSession({ hasKey, agreedKey }: BgpPeer): SessionKey | null {
  if (hasKey === false) return 'none';
  if (agreedKey === null) return hasKey === null ? null : 'uncompared';
  return agreedKey === 'none' ? 'other' : agreedKey;
}

/** The same session with another key. */
export function withKey(peer: BgpPeer, key: SessionKey | null): BgpPeer {
  return { ...peer, ...shownAs(key) };
}

function shownAs(key: SessionKey | null): Pick<BgpPeer, 'hasKey' | 'agreedKey'> {
  switch (key) {
    case null:
      return { hasKey: null, agreedKey: null };
    case 'none':
      return { hasKey: false, agreedKey: 'none' };
    case 'uncompared':
      return { hasKey: true, agreedKey: null };
    case 'other':
      return { hasKey: true, agreedKey: 'none' };
    default:
      return { hasKey: true, agreedKey: key };
  }
}

function formatKey(key: SessionKey): string {
  return key === 'other' || key === 'uncompared' || key === 'none' ? TEXTS[key] : describeAgreedKey(key);
}
