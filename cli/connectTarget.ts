import { type AwsEndpoints, endpointsFor } from '../adapters/aws/configuredEndpoints.ts';
import { type Connected, connect, type Endpoints, REQUEST_TIMEOUT_MS } from '../adapters/connect.ts';
import { checkedEndpoint } from '../adapters/endpoint.ts';
import { functionCredentials } from '../adapters/functionCredentials.ts';
import type { Recipient } from '../core/model.ts';
import type { Policy } from '../core/policy.ts';
import { ownCredentials } from './personalCredentials.ts';

/** Options of every command that talks to a provider. */
export interface ConnectOptions {
  readonly endpoint?: string;
  readonly gatewayEndpoint?: string;
  readonly stsEndpoint?: string;
  readonly profile?: string;
  /** what the AWS configuration names; left out: nothing */
  readonly aws?: AwsEndpoints;
}

/** @throws EndpointRefused */
export function endpointsOf(
  { endpoint, gatewayEndpoint, stsEndpoint, aws }: ConnectOptions,
  recipient: Pick<Recipient, 'provider' | 'region'>,
): Endpoints {
  const given = {
    directConnect: endpoint === undefined ? null : checkedEndpoint('--endpoint', endpoint),
    gateways: gatewayEndpoint === undefined ? null : checkedEndpoint('--gateway-endpoint', gatewayEndpoint),
    identity: stsEndpoint === undefined ? null : checkedEndpoint('--sts-endpoint', stsEndpoint),
  };
  return endpointsFor(recipient, given, aws ?? null);
}

/** Connects to a target's provider with a person's own keys, or, on AWS, with the role that its policy names. */
export function connectTarget(policy: Policy, options: ConnectOptions): Connected {
  const { recipient, target } = policy;
  const endpoints = endpointsOf(options, recipient);
  const assumes =
    recipient.provider === 'aws' && recipient.credentials !== null && options.profile === undefined;
  const credentials = assumes
    ? functionCredentials(recipient, target, endpoints.identity)
    : ownCredentials(recipient.provider, options.profile ?? null, process.env);
  return connect(recipient, credentials, endpoints, REQUEST_TIMEOUT_MS);
}
