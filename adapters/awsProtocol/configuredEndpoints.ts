import { DirectConnectClient } from '@aws-sdk/client-direct-connect';
import type { Recipient } from '../../core/model.ts';
import { PROVIDER_TRAITS } from '../../core/providers.ts';
import type { ApiName, Endpoints } from '../connectApis.ts';
import { EndpointRefused, isLoopback, validateEndpoint } from '../endpoint.ts';

/** The AWS services that are called, each with the service ID under which the SDK looks up its endpoint. */
const SERVICE_IDS = {
  directConnect: 'Direct Connect',
  ec2: 'EC2',
  sts: 'STS',
  cloudTrail: 'CloudTrail',
  dynamo: 'DynamoDB',
  secrets: 'Secrets Manager',
  events: 'EventBridge',
} as const;

export type AwsService = keyof typeof SERVICE_IDS;

/** An endpoint that an option, a variable or a file names. */
export interface ConfiguredEndpoint {
  /** an origin */
  readonly url: string;
  /** what names it, for messages */
  readonly source: string;
}

/** An endpoint that a setting names. One that must not be used is the error that is thrown when it would be used. `null`: none. */
export type EndpointSetting = ConfiguredEndpoint | EndpointRefused | null;

/** The endpoints of a recipient's APIs that settings of one kind name. */
export type ApiEndpointSettings = Readonly<Record<ApiName, EndpointSetting>>;

/** The endpoints in the AWS configuration, by service. */
export type ConfiguredEndpoints = Readonly<Record<AwsService, EndpointSetting>>;

type Environment = Readonly<Record<string, string | undefined>>;

/**
 * Reads the endpoints in the AWS configuration: `AWS_ENDPOINT_URL`, its variants for one service, and `endpoint_url` in
 * the shared configuration file; none if `AWS_IGNORE_CONFIGURED_ENDPOINT_URLS` is set. The SDK itself reads them, so
 * that services that are called without the SDK follow the same settings as those that are called with it.
 * @param called `auditLog`: whether CloudTrail is called; the time that its setting takes to read is saved otherwise
 */
export async function readConfiguredEndpoints(
  env: Environment,
  called: { readonly auditLog?: boolean | undefined } = {},
): Promise<ConfiguredEndpoints> {
  const [directConnect, ec2, sts, cloudTrail, dynamo, secrets, events] = await Promise.all([
    readConfiguredEndpoint('directConnect', env),
    readConfiguredEndpoint('ec2', env),
    readConfiguredEndpoint('sts', env),
    called.auditLog ? readConfiguredEndpoint('cloudTrail', env) : null,
    readConfiguredEndpoint('dynamo', env),
    readConfiguredEndpoint('secrets', env),
    readConfiguredEndpoint('events', env),
  ]);
  return { directConnect, ec2, sts, cloudTrail, dynamo, secrets, events };
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
  return readEndpointSetting(sourceOf(service, env), url);
}

/** Validates an endpoint that a setting names. It is refused only when it would be used. */
export function readEndpointSetting(source: string, url: string): ConfiguredEndpoint | EndpointRefused {
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
  return requireUsable(aws?.[service] ?? null);
}

function requireUsable(endpoint: EndpointSetting): ConfiguredEndpoint | null {
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
 * Chooses the endpoints of a recipient's APIs for the function. The given endpoints take precedence over the AWS configuration, which applies
 * to AWS only: OUTSCALE keys are never sent to an endpoint that an AWS setting names.
 */
export function chooseEndpoints(
  { provider, region }: Pick<Recipient, 'provider' | 'region'>,
  given: Endpoints,
  aws: ConfiguredEndpoints | null,
): Endpoints {
  const levels = PROVIDER_TRAITS[provider].usesAwsConfiguration ? [awsEndpointSettings(aws)] : [];
  const { sources: _, ...endpoints } = combineEndpoints({ provider, region }, given, levels);
  return endpoints;
}

/** The endpoints of the AWS configuration as those of a recipient on AWS. */
export function awsEndpointSettings(aws: ConfiguredEndpoints | null): ApiEndpointSettings {
  return {
    directConnect: aws?.directConnect ?? null,
    gateways: aws?.ec2 ?? null,
    identity: aws?.sts ?? null,
    auditLog: aws?.cloudTrail ?? null,
  };
}

/** The endpoints that were found so far, each with its source. */
type FoundEndpoints = Readonly<Record<ApiName, ConfiguredEndpoint | null>>;

/**
 * Chooses the endpoints of a recipient's APIs, each with its source: those that are given, otherwise those of the first level that names one,
 * otherwise the provider's own.
 * @throws EndpointRefused if the chosen one must not be used
 */
export function combineEndpoints(
  { provider, region }: Pick<Recipient, 'provider' | 'region'>,
  given: Endpoints,
  levels: readonly ApiEndpointSettings[],
): Required<Endpoints> {
  const initial: FoundEndpoints = {
    directConnect: givenEndpoint(given, 'directConnect'),
    gateways: givenEndpoint(given, 'gateways'),
    identity: givenEndpoint(given, 'identity'),
    auditLog: givenEndpoint(given, 'auditLog'),
  };
  const { directConnect, ...found } = levels.reduce(fillEndpoints, initial);
  const gateways = found.gateways ?? loopback(directConnect);
  const inherited = initial.gateways ?? loopback(initial.directConnect);
  const identity = found.identity ?? loopback(inherited) ?? loopback(directConnect);
  const auditLog = found.auditLog ?? loopback(directConnect);
  return {
    auditLog: auditLog?.url ?? null,
    directConnect: directConnect?.url ?? null,
    gateways: gateways?.url ?? null,
    identity: identity?.url ?? PROVIDER_TRAITS[provider].identityEndpoint?.(region) ?? null,
    sources: {
      directConnect: directConnect?.source ?? null,
      gateways: gateways?.source ?? null,
      identity: identity?.source ?? null,
      auditLog: auditLog?.source ?? null,
    },
  };
}

function givenEndpoint(given: Endpoints, api: ApiName): ConfiguredEndpoint | null {
  const url = given[api] ?? null;
  return url === null ? null : { url, source: given.sources?.[api] ?? '' };
}

/** Adds the endpoints of a level for the APIs that have none yet. A trial with an emulator must not send signed requests to the real cloud. */
function fillEndpoints(found: FoundEndpoints, level: ApiEndpointSettings): FoundEndpoints {
  const gateways = found.gateways ?? loopback(found.directConnect);
  const identity = found.identity ?? loopback(gateways);
  return {
    directConnect: found.directConnect ?? requireUsable(level.directConnect),
    gateways: gateways ?? requireUsable(level.gateways),
    identity: identity ?? requireUsable(level.identity),
    auditLog: found.auditLog ?? loopback(found.directConnect) ?? requireUsable(level.auditLog),
  };
}

function loopback(endpoint: ConfiguredEndpoint | null): ConfiguredEndpoint | null {
  return endpoint !== null && isLoopback(endpoint.url) ? endpoint : null;
}
