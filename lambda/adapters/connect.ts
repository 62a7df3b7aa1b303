import type { PolicyRecipient } from '../core/policy.ts';
import type { Caller, Clock, DirectConnect, Gateways } from '../ports.ts';
import { createCaller } from './caller.ts';
import { type ClientSettings, createClient, READ_ATTEMPTS } from './directconnect/client.ts';
import { DIALECTS } from './directconnect/dialects.ts';
import { createDirectConnect } from './directconnect/index.ts';
import { toApiFailure } from './failure.ts';
import { createGateways } from './gateways.ts';
import { createQueryApi } from './query.ts';

/** Where the APIs are. `null`: the provider's own place. */
export interface Endpoints {
  readonly directConnect: string | null;
  /** EC2 or FCU, and STS */
  readonly gateways: string | null;
}

/** What one request may take, in milliseconds. */
export const REQUEST_TIMEOUT_MS = 10_000;

/** The provider's APIs as ports, for one recipient. */
export interface Connected {
  readonly directConnect: DirectConnect;
  readonly gateways: Gateways;
  readonly caller: Caller;
  /** for the commands told to people; `null` where the AWS CLI finds it by itself */
  readonly endpoint: string | null;
  /** Finds the credentials, without using them. @throws CredentialsUnusable, ApiFailure */
  authenticate(): Promise<void>;
  /** how far the API's clock is ahead of ours, in milliseconds, as of its last answer */
  clockOffset(): number;
  /** lets go of open connections */
  close(): void;
}

export function connect(
  { provider, region }: Pick<PolicyRecipient, 'provider' | 'region'>,
  credentials: ClientSettings['credentials'],
  endpoints: Endpoints,
  requestTimeoutMs: number,
): Connected {
  const dialect = DIALECTS[provider];
  const endpoint = endpoints.directConnect ?? dialect.directConnectEndpoint(region);
  const settings = { region, endpoint, credentials, requestTimeoutMs };
  const [reads, writes] = [createClient(settings, READ_ATTEMPTS), createClient(settings, 1)];
  const client = { sdk: reads, requestTimeoutMs };
  const query = { region, requestTimeoutMs };
  const ec2 = createQueryApi(reads, {
    ...query,
    endpoint: endpoints.gateways ?? dialect.gatewayEndpoint(region),
    service: 'ec2',
    version: '2016-11-15',
  });
  const sts = dialect.identityEndpoint && {
    ...query,
    endpoint: endpoints.gateways ?? dialect.identityEndpoint(region),
    service: 'sts' as const,
    version: '2011-06-15',
  };
  return {
    directConnect: createDirectConnect(dialect, client, writes),
    gateways: createGateways(ec2, client),
    caller: createCaller(sts && createQueryApi(reads, sts)),
    endpoint: dialect.knownToAwsCli && endpoints.directConnect === null ? null : endpoint,
    authenticate: async () => {
      try {
        await reads.config.credentials();
      } catch (error) {
        throw toApiFailure('finding credentials', error);
      }
    },
    clockOffset: () => reads.config.systemClockOffset,
    close: () => {
      reads.destroy();
      writes.destroy();
    },
  };
}

export const systemClock: Clock = { now: () => new Date(), monotonic: () => performance.now() };
