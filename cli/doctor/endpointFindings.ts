import {
  type AwsService,
  configuredEndpoint,
  endpointVariable,
} from '../../adapters/aws/configuredEndpoints.ts';
import type { Endpoints } from '../../adapters/connect.ts';
import { PROVIDER_APIS } from '../../adapters/directconnect/directConnect.ts';
import type { Policy } from '../../core/policy.ts';
import { formatList } from '../../core/printableText.ts';
import type { ConnectOptions } from '../connectTarget.ts';
import { isLedgerTable, type LedgerOptions, ledgerPath } from '../ledgerOptions.ts';
import { type DoctorFinding, ok, warn } from './doctorFinding.ts';

/** A service that this command calls. */
interface Called {
  readonly name: string;
  readonly url: string;
  /** what the command line says of it */
  readonly option: string | null;
  readonly service: AwsService;
}

/** Every endpoint that is used for a target, and what chose it. */
export function listEndpoints(
  policy: Policy,
  endpoints: Endpoints,
  options: ConnectOptions & LedgerOptions,
): DoctorFinding[] {
  const { provider } = policy.recipient;
  const findings = [...apisOf(policy, endpoints, options), ...besides(policy, options)].map((called) =>
    ok('endpoint', `${called.name}: ${called.url}${chosenBy(called, provider, options)}`),
  );
  return [...findings, ...(provider === 'outscale' ? unused(process.env) : [])];
}

function apisOf(
  { recipient: { provider, region } }: Policy,
  endpoints: Endpoints,
  { endpoint, gatewayEndpoint, stsEndpoint }: ConnectOptions,
): Called[] {
  const dialect = PROVIDER_APIS[provider];
  const [link, gateways] = provider === 'aws' ? ['Direct Connect', 'EC2'] : ['DirectLink', 'FCU'];
  const option = endpoint === undefined ? null : '--endpoint';
  // On loopback, one endpoint is for all.
  const follows = endpoints.gateways === endpoints.directConnect ? option : null;
  const beside = gatewayEndpoint === undefined ? follows : '--gateway-endpoint';
  const identity = dialect.identityEndpoint?.(region) ?? null;
  const follow = endpoints.identity === endpoints.gateways ? beside : null;
  return [
    {
      name: link,
      url: endpoints.directConnect ?? dialect.directConnectEndpoint(region),
      option,
      service: 'directConnect',
    },
    {
      name: gateways,
      url: endpoints.gateways ?? dialect.gatewayEndpoint(region),
      option: beside,
      service: 'ec2',
    },
    ...(identity === null
      ? []
      : [
          {
            name: 'STS',
            url: endpoints.identity ?? identity,
            option: stsEndpoint === undefined ? follow : '--sts-endpoint',
            service: 'sts' as const,
          },
        ]),
  ];
}

/** Services of AWS that have to do with the function. */
function besides({ recipient }: Policy, options: LedgerOptions): Called[] {
  const { credentials } = recipient;
  const secret = credentials !== null && 'secret' in credentials;
  const called: [AwsService, string, boolean][] = [
    ['dynamo', 'DynamoDB', isLedgerTable(ledgerPath(options))],
    ['secrets', 'Secrets Manager', secret],
  ];
  return called.flatMap(([service, name, isCalled]) => {
    if (!isCalled) return [];
    const url = configuredEndpoint(options.aws ?? null, service)?.url ?? "AWS's own for the region";
    return [{ name, url, option: null, service }];
  });
}

function chosenBy(
  { option, service, url }: Called,
  provider: Policy['recipient']['provider'],
  { aws }: ConnectOptions,
): string {
  const isOfAws = provider === 'aws' || service === 'dynamo' || service === 'secrets';
  const configured = isOfAws && option === null ? configuredEndpoint(aws ?? null, service) : null;
  const source = configured !== null && configured.url === url ? configured.source : null;
  const by = option ?? source;
  return by === null ? '' : ` (${by})`;
}

/** What somebody may have set for OUTSCALE, where settings of AWS do not count. */
function unused(env: Readonly<Record<string, string | undefined>>): DoctorFinding[] {
  const services: readonly AwsService[] = ['directConnect', 'ec2'];
  const set = services.map(endpointVariable).filter((name) => env[name]);
  if (set.length === 0) return [];
  return [
    warn(
      'endpoint',
      `${formatList(set)} ${set.length === 1 ? 'is' : 'are'} not used for OUTSCALE: use --endpoint and --gateway-endpoint`,
    ),
  ];
}
