import { CREDENTIAL_KEYS, type CredentialKind, PROVIDER_TRAITS } from '../../core/providers.ts';
import { isKnownPartition, partitionOf } from '../../core/resourceIds.ts';
import type { Finding } from '../diagnostic.ts';
import type { PartialPolicy } from '../policySchema.ts';

const KNOWN_KEYS: readonly string[] = Object.values(CREDENTIAL_KEYS).flat();

const CREDENTIAL_FIXES: Readonly<Record<CredentialKind, string>> = {
  secret: 'name the `secret` that holds the access key',
  role: 'name a `role` to assume, or remove `credentials`',
};

/** The key that each kind of credentials needs if another one is there. */
const COMPANIONS = {
  secret: { by: 'entry', needed: 'secret', fix: 'add `secret:` with the secret that has this entry' },
  role: {
    by: 'externalId',
    needed: 'role',
    fix: 'add `role:` with the role that requires this external ID',
  },
} as const satisfies Readonly<Record<CredentialKind, { by: string; needed: string; fix: string }>>;

/** Credentials have keys of the provider only, and are complete. */
export function noForeignCredentials({ recipient }: PartialPolicy): Finding[] {
  const written = Object.keys(recipient?.credentials ?? {});
  const provider = recipient?.provider;
  if (provider === undefined) return [];
  const path = ['recipient', 'credentials'];
  const { credentials: kind } = PROVIDER_TRAITS[provider];
  const own: readonly string[] = CREDENTIAL_KEYS[kind];
  const foreign = written.filter((key) => KNOWN_KEYS.includes(key) && !own.includes(key));
  const { needed, by, fix } = COMPANIONS[kind];
  const isIncomplete = written.includes(by) && !written.includes(needed);
  return [...foreign.map(refused), ...(isIncomplete ? [missing(needed, fix)] : [])];

  function missing(key: string, fix: string): Finding {
    return {
      path: [...path, key],
      at: 'value',
      code: 'missing-key',
      message: `key \`${key}\` is missing`,
      fix,
    };
  }

  function refused(key: string): Finding {
    return {
      path: [...path, key],
      at: 'value',
      code: 'foreign-credentials',
      message: `\`${key}\` is not a credential of a target on \`${provider}\``,
      fix: CREDENTIAL_FIXES[kind],
    };
  }
}

/** The role is in the partition of the region: a role cannot be assumed across partitions. */
export function noForeignPartition({ recipient }: PartialPolicy): Finding[] {
  const role = recipient?.credentials?.role;
  const region = recipient?.region;
  const provider = recipient?.provider;
  if (role === undefined || region === undefined || provider === undefined) return [];
  if (PROVIDER_TRAITS[provider].credentials !== 'role') return [];
  const [, written = ''] = role.split(':');
  const { name } = partitionOf(region);
  // A partition that this version does not know has regions that it does not know, so the two cannot be compared.
  if (written === name || !isKnownPartition(written)) return [];
  return [
    {
      path: ['recipient', 'credentials', 'role'],
      at: 'value',
      code: 'role-partition',
      message: `the role is in partition \`${written}\`, and region \`${region}\` is in partition \`${name}\``,
      fix: `write \`${role.replace(/^arn:[^:]*:/, `arn:${name}:`)}\`, or correct the region`,
    },
  ];
}
