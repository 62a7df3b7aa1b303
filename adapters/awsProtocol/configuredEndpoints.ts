import { DirectConnectClient } from '@aws-sdk/client-direct-connect';
import type { Recipient } from '../../core/model.ts';
import { PROVIDER_TRAITS } from '../../core/providers.ts';
import type { Endpoints } from '../connectApis.ts';
import { EndpointRefused, isLoopback, validateEndpoint } from '../endpoint.ts';

/** The AWS services that are called, each with the service ID under which the SDK looks up its endpoint. */
const SERVICE_IDS = {
  directConnect: 'Direct Connect',
  ec2: 'EC2',
  sts: 'STS',
  dynamo: 'DynamoDB',
  secrets: 'Secrets Manager',
  events: 'EventBridge',
} as const;

export type AwsService = keyof typeof SERVICE_IDS;

/** An endpoint that the AWS configuration names. */
export interface ConfiguredEndpoint {
  /** an origin */
  readonly url: string;
  /** the variable, or the key of a file, that names it */
  readonly source: string;
}

/** By service. `null`: none is configured. One that must not be used is kept as the error that `configuredEndpoint` throws. */
export type ConfiguredEndpoints = Readonly<Record<AwsService, ConfiguredEndpoint | EndpointRefused | null>>;

type Environment = Readonly<Record<string, string | undefined>>;

/**
 * Reads the endpoints in the AWS configuration: `AWS_ENDPOINT_URL`, its variants for one service, and `endpoint_url` in
 * the shared configuration file; none if `AWS_IGNORE_CONFIGURED_ENDPOINT_URLS` is set. The SDK itself reads them, so
 * that services that are called without the SDK follow the same settings as those that are called with it.
 */
export async function readConfiguredEndpoints(env: Environment): Promise<ConfiguredEndpoints> {
  const [directConnect, ec2, sts, dynamo, secrets, events] = await Promise.all([
    readConfiguredEndpoint('directConnect', env),
    readConfiguredEndpoint('ec2', env),
    readConfiguredEndpoint('sts', env),
    readConfiguredEndpoint('dynamo', env),
    readConfiguredEndpoint('secrets', env),
    readConfiguredEndpoint('events', env),
  ]);
  return { directConnect, ec2, sts, dynamo, secrets, events };
}

async function readConfiguredEndpoint(
  service: AwsService,
  env: Environment,
): Promise<ConfiguredEndpoints[AwsService]> {
  // A client resolves the endpoint of the service whose ID it has. This client never makes a call.
  const client = new DirectConnectClient({ serviceId: SERVICE_IDS[service], region: 'eu-west-1' });
  const url = await client.config.serviceConfiguredEndpoint?.();
  client.destroy();
  if (!url) return null;
  const source = sourceOf(service, env);
  try {
    return { url: validateEndpoint(source, url), source };
  } catch (error) {
    if (error instanceof EndpointRefused) return error;
    throw error;
  }
}

/**
 * Returns the configured endpoint of a service that is about to be called. The endpoint of a service that is not called
 * is never refused: a run for OUTSCALE must not fail because of a setting that is meant for another AWS program.
 * @throws EndpointRefused, naming the setting: signed requests use https or stay on this machine
 */
export function configuredEndpoint(
  aws: ConfiguredEndpoints | null,
  service: AwsService,
): ConfiguredEndpoint | null {
  const endpoint = aws?.[service] ?? null;
  if (endpoint instanceof EndpointRefused) throw endpoint;
  return endpoint;
}

/** `AWS_ENDPOINT_URL_DIRECT_CONNECT` and the like. */
export function endpointVariable(service: AwsService): string {
  return `AWS_ENDPOINT_URL_${SERVICE_IDS[service].toUpperCase().replaceAll(' ', '_')}`;
}

/** Names the setting that an endpoint comes from, in the order of precedence of the SDK. */
function sourceOf(service: AwsService, env: Environment): string {
  const variable = [endpointVariable(service), 'AWS_ENDPOINT_URL'].find((name) => env[name]);
  return (
    variable ?? `\`endpoint_url\` of profile \`${env.AWS_PROFILE || 'default'}\` in the AWS configuration`
  );
}

/**
 * Chooses the endpoints of a recipient's APIs. The given endpoints take precedence over the AWS configuration, which
 * applies to AWS only: OUTSCALE keys are never sent to an endpoint that an AWS setting names.
 */
export function chooseEndpoints(
  { provider, region }: Pick<Recipient, 'provider' | 'region'>,
  given: Endpoints,
  aws: ConfiguredEndpoints | null,
): Endpoints {
  const configured = (service: AwsService): string | null =>
    PROVIDER_TRAITS[provider].usesAwsConfiguration ? (configuredEndpoint(aws, service)?.url ?? null) : null;
  // A trial with an emulator must not send signed requests to the real cloud.
  const gateways = given.gateways ?? loopback(given.directConnect);
  const directConnect = given.directConnect ?? configured('directConnect');
  const identity = given.identity ?? loopback(gateways) ?? configured('sts') ?? loopback(directConnect);
  return {
    directConnect,
    gateways: gateways ?? configured('ec2') ?? loopback(directConnect),
    identity: identity ?? PROVIDER_TRAITS[provider].identityEndpoint?.(region) ?? null,
  };
}

function loopback(endpoint: string | null): string | null {
  return endpoint !== null && isLoopback(endpoint) ? endpoint : null;
}
