import type { Provider } from '../../core/model.ts';
import { isKnownPartition, partitionOf } from '../../core/resourceIds.ts';
import type { Finding } from '../diagnostic.ts';
import type { PartialPolicy } from '../partialPolicy.ts';

/** The keys of `credentials`, by provider. */
export const CREDENTIAL_KEYS: { readonly [P in Provider]: readonly string[] } = {
  outscale: ['secret'],
  aws: ['role', 'externalId'],
};

/** Credentials have keys of the provider only, and are complete. */
export function noForeignCredentials({ recipient }: PartialPolicy): Finding[] {
  const written = Object.keys(recipient?.credentials ?? {});
  const provider = recipient?.provider;
  if (provider === undefined) return [];
  const path = ['recipient', 'credentials'];
  const other = CREDENTIAL_KEYS[provider === 'aws' ? 'outscale' : 'aws'];
  const foreign = written.filter((key) => other.includes(key));
  if (written.includes('externalId') && !written.includes('role') && provider === 'aws') {
    return [...foreign.map(refused), MISSING_ROLE];
  }
  return foreign.map(refused);

  function refused(key: string): Finding {
    return {
      path: [...path, key],
      at: 'value',
      code: 'foreign-credentials',
      message: `\`${key}\` is not a credential of a target on \`${provider}\``,
      fix:
        provider === 'aws'
          ? 'name a `role` to assume, or remove `credentials`'
          : 'name the `secret` that holds the access key',
    };
  }
}

/** The role is in the partition of the region: a role cannot be assumed across partitions. */
export function noForeignPartition({ recipient }: PartialPolicy): Finding[] {
  const role = recipient?.credentials?.role;
  const region = recipient?.region;
  if (role === undefined || region === undefined || recipient?.provider !== 'aws') return [];
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

const MISSING_ROLE: Finding = {
  path: ['recipient', 'credentials', 'role'],
  at: 'value',
  code: 'missing-key',
  message: 'key `role` is missing',
  fix: 'add `role:` with the role that requires this external ID',
};
