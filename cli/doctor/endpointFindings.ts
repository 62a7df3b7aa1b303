import {
  type AwsService,
  configuredEndpoint,
  endpointVariable,
} from '../../adapters/awsProtocol/configuredEndpoints.ts';
import type { Endpoints } from '../../adapters/connectApis.ts';
import type { Policy } from '../../core/policy.ts';
import { formatList } from '../../core/printableText.ts';
import { PROVIDER_TRAITS } from '../../core/providers.ts';
import type { ConnectOptions } from '../connectTarget.ts';
import { isLedgerTable, type LedgerOptions, ledgerPath } from '../ledgerOptions.ts';
import { type DoctorFinding, ok, warn } from './doctorFinding.ts';

/** A service that is called, and its endpoint. */
interface CalledService {
  readonly name: string;
  readonly url: string;
  /** command-line option that set the endpoint; `null`: none */
  readonly option: string | null;
  readonly service: AwsService;
}

/** Lists every endpoint used for a target, and the setting that chose it. */
export function listEndpoints(
  policy: Policy,
  endpoints: Endpoints,
  options: ConnectOptions & LedgerOptions,
): DoctorFinding[] {
  const { provider } = policy.recipient;
  const services = [...providerServices(policy, endpoints, options), ...functionServices(policy, options)];
  const findings = services.map((service) =>
    ok('endpoint', `${service.name}: ${service.url}${describeSource(service, provider, options)}`),
  );
  const { usesAwsConfiguration, title } = PROVIDER_TRAITS[provider];
  return [...findings, ...(usesAwsConfiguration ? [] : warnOfUnusedVariables(process.env, title))];
}

/** The provider's APIs that a run calls. */
function providerServices(
  { recipient: { provider, region } }: Policy,
  endpoints: Endpoints,
  { endpoint, gatewayEndpoint, stsEndpoint }: ConnectOptions,
): CalledService[] {
  const api = PROVIDER_TRAITS[provider];
  const { services } = PROVIDER_TRAITS[provider];
  const option = endpoint === undefined ? null : '--endpoint';
  // On loopback, one endpoint serves all APIs.
  const inherited = endpoints.gateways === endpoints.directConnect ? option : null;
  const gatewayOption = gatewayEndpoint === undefined ? inherited : '--gateway-endpoint';
  const identity = api.identityEndpoint?.(region) ?? null;
  const inheritedByIdentity = endpoints.identity === endpoints.gateways ? gatewayOption : null;
  return [
    {
      name: services.directConnect,
      url: endpoints.directConnect ?? api.directConnectEndpoint(region),
      option,
      service: 'directConnect',
    },
    {
      name: services.gateways,
      url: endpoints.gateways ?? api.gatewayEndpoint(region),
      option: gatewayOption,
      service: 'ec2',
    },
    ...(identity === null
      ? []
      : [
          {
            name: 'STS',
            url: endpoints.identity ?? identity,
            option: stsEndpoint === undefined ? inheritedByIdentity : '--sts-endpoint',
            service: 'sts' as const,
          },
        ]),
  ];
}

/** AWS services that belong to the deployed function: its table and its secret. */
function functionServices({ recipient }: Policy, options: LedgerOptions): CalledService[] {
  const { credentials } = recipient;
  const secret = credentials !== null && 'secret' in credentials;
  const services: [AwsService, string, boolean][] = [
    ['dynamo', 'DynamoDB', isLedgerTable(ledgerPath(options))],
    ['secrets', 'Secrets Manager', secret],
  ];
  return services.flatMap(([service, name, isCalled]) => {
    if (!isCalled) return [];
    const url = configuredEndpoint(options.aws ?? null, service)?.url ?? "AWS's own for the region";
    return [{ name, url, option: null, service }];
  });
}

/** The option or setting that chose the endpoint, in brackets; empty: the default. */
function describeSource(
  { option, service, url }: CalledService,
  provider: Policy['recipient']['provider'],
  { aws }: ConnectOptions,
): string {
  const isAwsService =
    PROVIDER_TRAITS[provider].usesAwsConfiguration || service === 'dynamo' || service === 'secrets';
  const configured = isAwsService && option === null ? configuredEndpoint(aws ?? null, service) : null;
  const source = configured !== null && configured.url === url ? configured.source : null;
  const setting = option ?? source;
  return setting === null ? '' : ` (${setting})`;
}

/** Warns of AWS variables that are set but do not apply to targets of the provider. */
function warnOfUnusedVariables(
  env: Readonly<Record<string, string | undefined>>,
  title: string,
): DoctorFinding[] {
  const services: readonly AwsService[] = ['directConnect', 'ec2'];
  const set = services.map(endpointVariable).filter((name) => env[name]);
  if (set.length === 0) return [];
  return [
    warn(
      'endpoint',
      `${formatList(set)} ${set.length === 1 ? 'is' : 'are'} not used for ${title}: use --endpoint and --gateway-endpoint`,
    ),
  ];
}
