import type { ManualAction } from './actor.ts';
import type { MatchFieldName } from './fields/evaluateMatch.ts';
import type { InterfaceKind } from './kinds.ts';
import { PROVIDERS, type Provider } from './model.ts';
import { type GatewayKind, partitionOf } from './resourceIds.ts';

/** What the credentials of a recipient are in its policy. */
export type CredentialKind =
  /** an access key in Secrets Manager: the function needs one */
  | 'secret'
  /** an IAM role to assume: without one, the function uses its own role, in its own account */
  | 'role';

/** The keys below `recipient.credentials` of each kind. */
export const CREDENTIAL_KEYS = {
  secret: ['secret', 'entry'],
  role: ['role', 'externalId'],
} as const satisfies Record<CredentialKind, readonly string[]>;

/** What a provider logs of the calls that were made in an account. */
interface AuditLogTraits {
  /** its name in text for people */
  readonly title: string;
  readonly endpoint: (region: string) => string;
  /** the permission to read it */
  readonly permission: string;
  /** what it has of what people do to interfaces: of another action, nothing is looked up */
  readonly actions: ReadonlySet<ManualAction>;
}

/** Everything in which the providers of one API differ, except the text of their errors (`adapters/`). */
export interface ProviderTraits {
  /** the provider's name in text for people */
  readonly title: string;
  /** the provider's names of the two services that are called */
  readonly services: { readonly directConnect: string; readonly gateways: string };
  /** seconds from request to expiry, unless the policy gives another time; `null`: requests never expire */
  readonly expiry: number | null;
  readonly directConnectEndpoint: (region: string) => string;
  /** EC2, or FCU at OUTSCALE */
  readonly gatewayEndpoint: (region: string) => string;
  /** `null`: the provider has no API for the identity of the caller */
  readonly identityEndpoint: ((region: string) => string) | null;
  /** the log of the calls that were made in an account */
  readonly auditLog: AuditLogTraits;
  /** the page size to ask for; `null`: the provider does not document the parameter */
  readonly pageSize: number | null;
  /** whether the AWS CLI finds the endpoints itself */
  readonly knownToAwsCli: boolean;
  readonly credentials: CredentialKind;
  /** whether the default credentials of the SDK, which are those of AWS, may be used */
  readonly acceptsAwsCredentials: boolean;
  /** whether the AWS configuration (profiles, `AWS_ENDPOINT_URL_…`) applies to the provider's endpoints */
  readonly usesAwsConfiguration: boolean;
  /** whether the settings of OUTSCALE's own tools (`~/.osc/config.json`, `OSC_…`) apply to the provider's keys and endpoints */
  readonly usesOutscaleConfiguration: boolean;
  /**
   * whether the API may return the requester's account as the owner account of a request; `false`: it always returns the
   * recipient's account
   */
  readonly mayRevealRequester: boolean;
  readonly gatewayKinds: ReadonlySet<GatewayKind>;
  /** the types of interface that a grant can allow */
  readonly kinds: ReadonlySet<InterfaceKind>;
  /** whether the API lists the routes that an owner advertises over an accepted interface */
  readonly listsRoutes: boolean;
  /** whether the provider makes a BGP key where the requester gives none */
  readonly generatesKeys: boolean;
  /** whether the API returns the value of a match field */
  readonly returns: Readonly<Record<MatchFieldName, boolean>>;
}

/** The traits of every provider. The type demands each trait of each provider: a new provider has no defaults. */
export const PROVIDER_TRAITS: Readonly<Record<Provider, ProviderTraits>> = {
  outscale: {
    title: 'OUTSCALE',
    services: { directConnect: 'DirectLink', gateways: 'FCU' },
    expiry: 7 * 24 * 60 * 60,
    directConnectEndpoint: (region) => `https://directlink.${region}.outscale.com`,
    gatewayEndpoint: (region) => `https://fcu.${region}.outscale.com`,
    identityEndpoint: null,
    // OUTSCALE logs calls of its own API only. An interface is accepted by a call of DirectLink, and can be deleted by either.
    auditLog: {
      title: 'the API logs of OUTSCALE',
      endpoint: (region) => `https://api.${region}.outscale.com`,
      permission: 'api:ReadApiLogs',
      actions: new Set(['delete']),
    },
    pageSize: null,
    knownToAwsCli: false,
    credentials: 'secret',
    acceptsAwsCredentials: false,
    usesAwsConfiguration: false,
    usesOutscaleConfiguration: true,
    mayRevealRequester: true,
    gatewayKinds: new Set(['virtual']),
    kinds: new Set(['private']),
    listsRoutes: false,
    generatesKeys: false,
    returns: {
      connection: true,
      id: true,
      vlan: true,
      asn: true,
      peers: true,
      name: true,
      location: true,
      bgpKey: true,
      mtu: false,
      tags: false,
    },
  },
  aws: {
    title: 'AWS',
    services: { directConnect: 'Direct Connect', gateways: 'EC2' },
    expiry: null,
    directConnectEndpoint: (region) => `https://directconnect.${region}.${partitionOf(region).domain}`,
    gatewayEndpoint: (region) => `https://ec2.${region}.${partitionOf(region).domain}`,
    identityEndpoint: (region) => `https://sts.${region}.${partitionOf(region).domain}`,
    auditLog: {
      title: 'CloudTrail',
      endpoint: (region) => `https://cloudtrail.${region}.${partitionOf(region).domain}`,
      permission: 'cloudtrail:LookupEvents',
      actions: new Set(['accept', 'delete']),
    },
    pageSize: 100,
    knownToAwsCli: true,
    credentials: 'role',
    acceptsAwsCredentials: true,
    usesAwsConfiguration: true,
    usesOutscaleConfiguration: false,
    mayRevealRequester: false,
    gatewayKinds: new Set(['virtual', 'directConnect']),
    kinds: new Set(['private', 'transit']),
    listsRoutes: true,
    generatesKeys: true,
    returns: {
      connection: true,
      id: true,
      vlan: true,
      asn: true,
      peers: true,
      name: true,
      location: true,
      bgpKey: true,
      mtu: true,
      tags: true,
    },
  },
};

/** The names as choices in a message: `outscale` or `aws`. */
export const PROVIDER_CHOICES = PROVIDERS.map((name) => `\`${name}\``).join(' or ');

/** Whether the provider's API returns the value of a match field. */
export function returnsField(provider: Provider, field: MatchFieldName): boolean {
  return PROVIDER_TRAITS[provider].returns[field];
}
