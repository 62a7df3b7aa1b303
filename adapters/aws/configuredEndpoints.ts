import { DirectConnectClient } from '@aws-sdk/client-direct-connect';
import type { Recipient } from '../../core/model.ts';
import type { Endpoints } from '../connect.ts';
import { PROVIDER_APIS } from '../directconnect/directConnect.ts';
import { EndpointRefused, isLoopback, validateEndpoint } from '../endpoint.ts';

/** The services of AWS that are called, each by the ID under which its SDK looks for an endpoint. */
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

/** `null`: the AWS configuration names none. One that must not be used is refused where it is asked for: see `endpointOf`. */
export type ConfiguredEndpoints = Readonly<Record<AwsService, ConfiguredEndpoint | EndpointRefused | null>>;

type Environment = Readonly<Record<string, string | undefined>>;

/**
 * The endpoints that the AWS configuration names: `AWS_ENDPOINT_URL`, its forms for one service, and `endpoint_url` of the shared
 * configuration; none where `AWS_IGNORE_CONFIGURED_ENDPOINT_URLS` says so. The SDK itself reads them here, so that the services that
 * are called without it obey the same settings as those that are called with it.
 */
export async function readConfiguredEndpoints(env: Environment): Promise<ConfiguredEndpoints> {
  const [directConnect, ec2, sts, dynamo, secrets, events] = await Promise.all([
    configured('directConnect', env),
    configured('ec2', env),
    configured('sts', env),
    configured('dynamo', env),
    configured('secrets', env),
    configured('events', env),
  ]);
  return { directConnect, ec2, sts, dynamo, secrets, events };
}

async function configured(service: AwsService, env: Environment): Promise<ConfiguredEndpoints[AwsService]> {
  // A client reads what is for the service whose ID it has; this one never calls anything.
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
 * The endpoint of a service that is about to be called. An endpoint of a service that is not called is not refused: a run over OUTSCALE
 * must not fail because of a setting for another program that uses AWS.
 * @throws EndpointRefused, naming the setting: signed requests go over https, or stay on this machine
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

/** The order in which the SDK looks. */
function sourceOf(service: AwsService, env: Environment): string {
  const variable = [endpointVariable(service), 'AWS_ENDPOINT_URL'].find((name) => env[name]);
  return (
    variable ?? `\`endpoint_url\` of profile \`${env.AWS_PROFILE || 'default'}\` in the AWS configuration`
  );
}

/**
 * Where the APIs of a recipient are. What was given to us goes before what the AWS configuration says, which is for AWS alone: the
 * keys of OUTSCALE never go where a setting of AWS points.
 */
export function chooseEndpoints(
  { provider, region }: Pick<Recipient, 'provider' | 'region'>,
  given: Endpoints,
  aws: ConfiguredEndpoints | null,
): Endpoints {
  const configured = (service: AwsService): string | null =>
    provider === 'aws' ? (configuredEndpoint(aws, service)?.url ?? null) : null;
  // A trial with an emulator must not send signed requests to the real cloud.
  const gateways = given.gateways ?? loopback(given.directConnect);
  const directConnect = given.directConnect ?? configured('directConnect');
  const identity = given.identity ?? loopback(gateways) ?? configured('sts') ?? loopback(directConnect);
  return {
    directConnect,
    gateways: gateways ?? configured('ec2') ?? loopback(directConnect),
    identity: identity ?? PROVIDER_APIS[provider].identityEndpoint?.(region) ?? null,
  };
}

function loopback(endpoint: string | null): string | null {
  return endpoint !== null && isLoopback(endpoint) ? endpoint : null;
}
