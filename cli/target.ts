import {
  type Connected,
  connect,
  type Endpoints,
  identityBeside,
  REQUEST_TIMEOUT_MS,
} from '../lambda/adapters/connect.ts';
import { functionCredentials } from '../lambda/adapters/credentials.ts';
import { checkedEndpoint, isLoopback } from '../lambda/adapters/endpoint.ts';
import type { Policy } from '../lambda/core/policy.ts';
import { ownCredentials } from './credentials.ts';

/** Options of every command that talks to a provider. */
export interface ConnectOptions {
  readonly endpoint?: string;
  readonly gatewayEndpoint?: string;
  readonly stsEndpoint?: string;
  readonly profile?: string;
}

/** @throws EndpointRefused */
export function endpointsOf({ endpoint, gatewayEndpoint, stsEndpoint }: ConnectOptions): Endpoints {
  // Whoever plays with an emulator must not sign requests to the real cloud by half.
  const gateways = gatewayEndpoint ?? (endpoint !== undefined && isLoopback(endpoint) ? endpoint : undefined);
  return {
    directConnect: endpoint === undefined ? null : checkedEndpoint('--endpoint', endpoint),
    gateways: gateways === undefined ? null : checkedEndpoint('--gateway-endpoint', gateways),
    identity:
      stsEndpoint === undefined
        ? identityBeside([gateways, endpoint])
        : checkedEndpoint('--sts-endpoint', stsEndpoint),
  };
}

/** Connects to a target's provider with a person's own keys, or, on AWS, with the role that its policy names. */
export function connectTarget(policy: Policy, options: ConnectOptions): Connected {
  const { recipient, target } = policy;
  const endpoints = endpointsOf(options);
  const assumes =
    recipient.provider === 'aws' && recipient.credentials !== null && options.profile === undefined;
  const credentials = assumes
    ? functionCredentials(recipient, target, endpoints.identity)
    : ownCredentials(recipient.provider, options.profile ?? null, process.env);
  return connect(recipient, credentials, endpoints, REQUEST_TIMEOUT_MS);
}
