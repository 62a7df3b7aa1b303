import { digestOf } from '../core/json.ts';
import { agreedKeyOf, type Grant, type Owner, type Policy } from '../core/policy.ts';
import { formatList, quote } from '../core/printableText.ts';
import { PROVIDER_TRAITS } from '../core/providers.ts';

/** A grant whose BGP key or interface ID identifies less than its author probably thinks. The policy is valid, and holds in doubt. */
export interface KeyWarning {
  readonly code: 'usual-key' | 'generated-key' | 'pin-of-two';
  /** of the grant */
  readonly path: string;
  readonly why: string;
  readonly fix: string;
}

/** A grant with its owner and its place in the file. */
interface PlacedGrant {
  readonly owner: Owner;
  readonly grant: Grant;
  readonly path: string;
}

/** Finds usual keys, keys that the provider makes itself, and pins that two owners have. */
export function findKeyWarnings(policy: Policy): KeyWarning[] {
  const grants = policy.owners.flatMap((owner) =>
    owner.grants.map((grant) => ({ owner, grant, path: `owners.${owner.name}.grants.${grant.name}` })),
  );
  const { generatesKeys, title } = PROVIDER_TRAITS[policy.recipient.provider];
  return grants.flatMap((one) => [
    ...(generatesKeys ? warnOfGeneratedKey(one, title) : []),
    ...warnOfUsualKey(one),
    ...warnOfCommonPins(one, grants),
  ]);
}

function warnOfGeneratedKey({ grant: { match }, path }: PlacedGrant, title: string): KeyWarning[] {
  if (match.bgpKey !== 'required') return [];
  return [
    {
      code: 'generated-key',
      path,
      why: `\`bgpKey: required\` demands nothing: ${title} makes a key if the requester gives none`,
      fix: 'remove it, or agree on a key with `vif-acceptor policy invite`',
    },
  ];
}

function warnOfUsualKey({ grant: { match }, path }: PlacedGrant): KeyWarning[] {
  const digest = agreedKeyOf(match);
  if (digest === null || !USUAL_DIGESTS.has(digest)) return [];
  return [
    {
      code: 'usual-key',
      path,
      // The key itself is not shown: it may be in use.
      why: '`bgpKey` is the digest of a usual key, which others can guess',
      fix: 'agree on a new key with `vif-acceptor policy invite`, and replace the digest',
    },
  ];
}

/**
 * Every owner that has the same pin: an ID on a common shared connection, or a digest anywhere if one of them has a shared connection. A
 * request that both match is held.
 */
function warnOfCommonPins({ owner, grant, path }: PlacedGrant, all: readonly PlacedGrant[]): KeyWarning[] {
  const haveCommonConnection = (other: Owner): boolean =>
    other.sharedConnections.some((connection) => owner.sharedConnections.includes(connection));
  const haveSharedConnection = (other: Owner): boolean =>
    owner.sharedConnections.length > 0 || other.sharedConnections.length > 0;
  const digest = agreedKeyOf(grant.match);
  const pins = [
    ...(grant.match.id ?? []).map((id) => ({
      what: `\`id\` ${quote(id)}`,
      isOf: ({ owner: other, grant: { match } }: PlacedGrant) =>
        haveCommonConnection(other) && (match.id?.includes(id) ?? false),
    })),
    ...(digest === null
      ? []
      : [
          {
            what: `\`bgpKey\` ${quote(digest)}`,
            isOf: ({ owner: other, grant: { match } }: PlacedGrant) =>
              haveSharedConnection(other) && match.bgpKey === digest,
          },
        ]),
  ];
  // Most grants have no pin: then the others, of which there may be thousands, are not searched.
  if (pins.length === 0) return [];
  const others = all.filter((other) => other.owner !== owner);
  return pins.flatMap(({ what, isOf }): KeyWarning[] => {
    const names = new Set(others.filter(isOf).map((other) => other.owner.name));
    if (names.size === 0) return [];
    return [
      {
        code: 'pin-of-two',
        path,
        why: `${what} is also in a grant of ${formatList([...names].map((name) => quote(name)))}, so on a shared connection it identifies none of them`,
        fix: 'give each party a pin of its own',
      },
    ];
  });
}

/** Keys that people and examples often use. A reader of the policy finds such a key by comparing digests. */
const USUAL_KEYS = [
  ...['password', 'Password', 'password1', 'Password1', 'password123', 'Password123', 'passw0rd', 'P@ssw0rd'],
  ...['secret', 'Secret', 'secret1', 'secret123', 'topsecret', 'changeme', 'changeit', 'letmein', 'welcome'],
  ...['bgpkey', 'bgp-key', 'bgp_key', 'BGPkey', 'bgpauth', 'bgpauthkey', 'bgp-auth-key', 'bgppassword'],
  ...['bgp-password', 'bgppass', 'bgpsecret', 'authkey', 'auth-key', 'md5key', 'md5-key', 'md5password'],
  ...['directconnect', 'DirectConnect', 'directlink', 'DirectLink', 'amazon', 'outscale', '3dsoutscale'],
  ...[
    'cisco',
    'cisco123',
    'Cisco123',
    'juniper',
    'juniper123',
    'Juniper123',
    'arista',
    'arista123',
    'huawei',
  ],
  ...['admin', 'admin123', 'default', 'example', 'asdf34example', 'test', 'test123', 'testkey', 'testtest'],
  ...['qwerty', 'qwerty123', 'azerty', '123456', '1234567', '12345678', '123456789', '1234567890', 'abc123'],
];

const USUAL_DIGESTS: ReadonlySet<string> = new Set(USUAL_KEYS.map(digestOf));
