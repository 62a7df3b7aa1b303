import {
  type AwsService,
  configuredEndpoint,
  endpointVariable,
} from '../../adapters/awsProtocol/configuredEndpoints.ts';
import type { Endpoints } from '../../adapters/connectApis.ts';
import type { Provider } from '../../core/model.ts';
import type { Policy } from '../../core/policy.ts';
import { formatList } from '../../core/printableText.ts';
import { PROVIDER_TRAITS } from '../../core/providers.ts';
import type { ConnectOptions } from '../connectTarget.ts';
import { isLedgerTable, type LedgerOptions, ledgerPath } from '../ledgerOptions.ts';
import { type DoctorFinding, ok, warn } from './doctorFinding.ts';

/** A service that is called. */
interface CalledService {
  readonly name: string;
  readonly url: string;
  /** what chose the endpoint; `null`: it is the default */
  readonly source: string | null;
}

/** Lists every endpoint used for a target, and the setting that chose it. */
export function listEndpoints(
  policy: Policy,
  endpoints: Required<Endpoints>,
  options: ConnectOptions & LedgerOptions,
): DoctorFinding[] {
  const services = [
    ...providerServices(policy, endpoints, options.auditLog ?? false),
    ...functionServices(policy, options),
  ];
  const findings = services.map(({ name, url, source }) =>
    ok('endpoint', `${name}: ${url}${source === null ? '' : ` (${source})`}`),
  );
  return [...findings, ...warnOfUnusedVariables(process.env, policy.recipient.provider)];
}

/** The provider's APIs that a run calls. */
function providerServices(
  { recipient: { provider, region } }: Policy,
  { directConnect, gateways, identity, auditLog, sources }: Required<Endpoints>,
  readsAuditLog: boolean,
): CalledService[] {
  const {
    services,
    auditLog: log,
    directConnectEndpoint,
    gatewayEndpoint,
    identityEndpoint,
  } = PROVIDER_TRAITS[provider];
  const ownIdentity = identityEndpoint?.(region) ?? null;
  return [
    {
      name: services.directConnect,
      url: directConnect ?? directConnectEndpoint(region),
      source: sources.directConnect,
    },
    { name: services.gateways, url: gateways ?? gatewayEndpoint(region), source: sources.gateways },
    ...(ownIdentity === null
      ? []
      : [{ name: 'STS', url: identity ?? ownIdentity, source: sources.identity }]),
    ...(readsAuditLog
      ? [{ name: log.title, url: auditLog ?? log.endpoint(region), source: sources.auditLog }]
      : []),
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
    const configured = configuredEndpoint(options.aws ?? null, service);
    const url = configured?.url ?? "AWS's own for the region";
    return [{ name, url, source: configured?.source ?? null }];
  });
}

/** Warns of AWS variables that are set but do not apply to targets of the provider. */
function warnOfUnusedVariables(
  env: Readonly<Record<string, string | undefined>>,
  provider: Provider,
): DoctorFinding[] {
  const { usesAwsConfiguration, title } = PROVIDER_TRAITS[provider];
  if (usesAwsConfiguration) return [];
  const services: readonly AwsService[] = ['directConnect', 'ec2'];
  const set = services.map(endpointVariable).filter((name) => env[name]);
  if (set.length === 0) return [];
  return [
    warn(
      'endpoint',
      `${formatList(set)} ${set.length === 1 ? 'is' : 'are'} not used for ${title}: use --endpoint and --gateway-endpoint, or OSC_ENDPOINT_DIRECT_LINK and OSC_ENDPOINT_FCU`,
    ),
  ];
}
