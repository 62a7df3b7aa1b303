import {
  type ApiEndpointSettings,
  awsEndpointSettings,
  type ConfiguredEndpoints,
  combineEndpoints,
} from '../adapters/awsProtocol/configuredEndpoints.ts';
import {
  type ApiName,
  type Connected,
  connect,
  type Endpoints,
  REQUEST_TIMEOUT_MS,
} from '../adapters/connectApis.ts';
import { validateEndpoint } from '../adapters/endpoint.ts';
import { functionCredentials } from '../adapters/functionCredentials.ts';
import type { OscCliProfile } from '../core/manualOverrideCommand.ts';
import type { KeyDigest, Recipient } from '../core/model.ts';
import type { Policy } from '../core/policy.ts';
import { PROVIDER_TRAITS } from '../core/providers.ts';
import type { VARIABLES } from './options.ts';
import {
  explainIgnoredProfile,
  type OutscaleSettings,
  oscCliProfile,
  outscaleEndpoints,
} from './outscaleSettings.ts';
import { personalCredentials } from './personalCredentials.ts';

/** Options of every command that calls a provider's API. */
export interface ConnectOptions {
  readonly endpoint?: string;
  readonly gatewayEndpoint?: string;
  readonly stsEndpoint?: string;
  /** whether the provider's log of calls is read */
  readonly auditLog?: boolean;
  readonly auditEndpoint?: string;
  readonly profile?: string;
  /** endpoints of the AWS configuration; absent: none */
  readonly aws?: ConfiguredEndpoints;
  /** settings of OUTSCALE's own tools; absent: none */
  readonly outscale?: OutscaleSettings;
  /** the variables that set options which were not typed, for messages */
  readonly variables?: Readonly<Partial<Record<keyof typeof VARIABLES, string>>>;
}

/** @throws EndpointRefused */
export function readEndpoints(
  options: ConnectOptions,
  recipient: Pick<Recipient, 'provider' | 'region'>,
): Required<Endpoints> {
  const { endpoint, gatewayEndpoint, stsEndpoint, auditEndpoint, variables } = options;
  const sources = {
    directConnect: variables?.endpoint ?? '--endpoint',
    gateways: variables?.gatewayEndpoint ?? '--gateway-endpoint',
    identity: variables?.stsEndpoint ?? '--sts-endpoint',
    auditLog: variables?.auditEndpoint ?? '--audit-endpoint',
  };
  const validate = (api: ApiName, url: string | undefined): string | null =>
    url === undefined ? null : validateEndpoint(sources[api], url);
  const given = {
    directConnect: validate('directConnect', endpoint),
    gateways: validate('gateways', gatewayEndpoint),
    identity: validate('identity', stsEndpoint),
    auditLog: validate('auditLog', auditEndpoint),
    sources,
  };
  return combineEndpoints(recipient, given, endpointSettings(options, recipient));
}

/** The endpoints that the user's settings name for a recipient, in the order of precedence. */
export function endpointSettings(
  { aws, outscale, auditLog = false }: Pick<ConnectOptions, 'aws' | 'outscale' | 'auditLog'>,
  recipient: Pick<Recipient, 'provider' | 'region'>,
): readonly ApiEndpointSettings[] {
  const { usesAwsConfiguration, usesOutscaleConfiguration } = PROVIDER_TRAITS[recipient.provider];
  const levels = [
    ...(usesAwsConfiguration ? [awsEndpointSettings(aws ?? null)] : []),
    ...(usesOutscaleConfiguration && outscale !== undefined ? outscaleEndpoints(outscale, recipient) : []),
  ];
  // An endpoint that must not be used is refused only if its service is called.
  return auditLog ? levels : levels.map((level) => ({ ...level, auditLog: null }));
}

/**
 * Explains that endpoints of OUTSCALE's profile are ignored and those of the provider are called instead.
 * @returns `null`: nothing is ignored, or other settings name the endpoints
 * @throws EndpointRefused
 */
export function explainIgnoredEndpoints(
  options: ConnectOptions,
  recipient: Pick<Recipient, 'provider' | 'region'>,
): string | null {
  const { outscale } = options;
  const { usesOutscaleConfiguration } = PROVIDER_TRAITS[recipient.provider];
  if (!usesOutscaleConfiguration || outscale === undefined) return null;
  const { directConnect, gateways } = readEndpoints(options, recipient);
  return directConnect === null || gateways === null ? explainIgnoredProfile(outscale, recipient) : null;
}

/** How osc-cli finds the keys that are used for a target; `null`: it cannot, or the target is not on OUTSCALE. */
export function findOscCliProfile(
  { outscale }: ConnectOptions,
  recipient: Pick<Recipient, 'provider' | 'region'>,
): OscCliProfile | null {
  const { usesOutscaleConfiguration } = PROVIDER_TRAITS[recipient.provider];
  return usesOutscaleConfiguration && outscale !== undefined ? oscCliProfile(outscale, recipient) : null;
}

/**
 * Connects to a target's provider with the user's own credentials or, on AWS, with the role that its policy names.
 * @param agreedKeys the keys that BGP keys are compared with: those of every policy that decides on what is read
 */
export function connectTarget(
  policy: Policy,
  options: ConnectOptions,
  agreedKeys: ReadonlySet<KeyDigest>,
): Connected {
  const { recipient, target } = policy;
  const endpoints = readEndpoints(options, recipient);
  const { credentials: kind } = PROVIDER_TRAITS[recipient.provider];
  const usesRole = kind === 'role' && recipient.credentials !== null && options.profile === undefined;
  const credentials = usesRole
    ? functionCredentials(recipient, target, endpoints.identity)
    : personalCredentials(recipient.provider, options.profile ?? null, process.env);
  return connect(recipient, credentials, endpoints, REQUEST_TIMEOUT_MS, agreedKeys);
}
