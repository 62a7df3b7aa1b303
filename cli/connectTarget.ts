import { type ConfiguredEndpoints, chooseEndpoints } from '../adapters/awsProtocol/configuredEndpoints.ts';
import { type Connected, connect, type Endpoints, REQUEST_TIMEOUT_MS } from '../adapters/connectApis.ts';
import { validateEndpoint } from '../adapters/endpoint.ts';
import { functionCredentials } from '../adapters/functionCredentials.ts';
import type { KeyDigest, Recipient } from '../core/model.ts';
import type { Policy } from '../core/policy.ts';
import { PROVIDER_TRAITS } from '../core/providers.ts';
import { personalCredentials } from './personalCredentials.ts';

/** Options of every command that calls a provider's API. */
export interface ConnectOptions {
  readonly endpoint?: string;
  readonly gatewayEndpoint?: string;
  readonly stsEndpoint?: string;
  readonly profile?: string;
  /** endpoints of the AWS configuration; absent: none */
  readonly aws?: ConfiguredEndpoints;
}

/** @throws EndpointRefused */
export function readEndpoints(
  { endpoint, gatewayEndpoint, stsEndpoint, aws }: ConnectOptions,
  recipient: Pick<Recipient, 'provider' | 'region'>,
): Endpoints {
  const given = {
    directConnect: endpoint === undefined ? null : validateEndpoint('--endpoint', endpoint),
    gateways: gatewayEndpoint === undefined ? null : validateEndpoint('--gateway-endpoint', gatewayEndpoint),
    identity: stsEndpoint === undefined ? null : validateEndpoint('--sts-endpoint', stsEndpoint),
  };
  return chooseEndpoints(recipient, given, aws ?? null);
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
