import type { KeyDigest } from '../core/model.ts';
import type { PolicyRecipient } from '../core/policy.ts';
import { PROVIDER_TRAITS } from '../core/providers.ts';
import { ACCOUNT } from '../core/resourceIds.ts';
import { ApiFailure, CredentialsUnusable } from '../run/portErrors.ts';
import type { AuditLog, Caller, Clock, DirectConnect, Gateways } from '../run/ports.ts';
import { createAuditLog } from './auditLog/auditLog.ts';
import { createQueryApi, type QueryApi, xmlFields, xmlText } from './awsProtocol/queryApi.ts';
import {
  type ClientSettings,
  countThrottles,
  createSdkClient,
  createThrottleCounter,
  READ_ATTEMPTS,
  readLimitMs,
} from './awsProtocol/sdkClient.ts';
import { toApiFailure } from './awsProtocol/toApiFailure.ts';
import { createDirectConnect } from './directconnect/directConnect.ts';
import { validateRegion } from './endpoint.ts';
import { createGateways } from './gateways.ts';
import type { RotatingKey } from './rotatingKey.ts';

/** Creates the port that reads which account the credentials belong to. @param sts `null`: the provider has no such API */
function createCaller(sts: QueryApi | null): Caller {
  return {
    account: async () => {
      if (sts === null) return null;
      const answer = await sts.call('GetCallerIdentity');
      const account = xmlText(xmlFields(answer.GetCallerIdentityResult).Account);
      if (account === null || !ACCOUNT.test(account)) {
        throw new ApiFailure('GetCallerIdentity', 'malformed', 'the answer names no account');
      }
      return account;
    },
  };
}

/** Endpoints of the APIs. `null`: the provider's own. */
export interface Endpoints {
  readonly directConnect: string | null;
  /** EC2 or FCU */
  readonly gateways: string | null;
  /** STS, which never shares the endpoint of EC2 */
  readonly identity: string | null;
  /** CloudTrail, or OUTSCALE's own API; absent: the provider's own */
  readonly auditLog?: string | null;
  /** the option, variable or file that names each, for messages; absent: not known */
  readonly sources?: Readonly<Record<ApiName, string | null>>;
}

/** The APIs that are called, by the name of their part here. */
export type ApiName = 'directConnect' | 'gateways' | 'identity' | 'auditLog';

/** The time limit of one attempt at a call, in milliseconds. */
export const REQUEST_TIMEOUT_MS = 6000;

/** The time limit of a call with its retries, including one with a replaced key, in milliseconds. */
export const REQUEST_LIMIT_MS = readLimitMs(REQUEST_TIMEOUT_MS);

/** The provider's APIs as ports, for one recipient. */
export interface Connected {
  readonly directConnect: DirectConnect;
  readonly gateways: Gateways;
  readonly caller: Caller;
  readonly auditLog: AuditLog;
  /** the Direct Connect endpoint to show in AWS CLI commands; `null`: the AWS CLI finds it itself */
  readonly endpoint: string | null;
  /** the same for EC2 or FCU */
  readonly gatewayEndpoint: string | null;
  /** Resolves the credentials without making a call with them. @throws CredentialsUnusable, ApiFailure */
  authenticate(): Promise<void>;
  /** how far the clock of the API is ahead of this machine's, in milliseconds, as of its last answer */
  clockOffset(): number;
  /** Closes open connections. */
  close(): void;
}

/**
 * Connects the ports to the provider's APIs, for one recipient.
 * @param agreedKeys the digests of the agreed BGP keys with which the keys of interfaces are compared
 * @throws CredentialsUnusable, EndpointRefused, ProxyRefused
 */
export function connect(
  { provider, region }: Pick<PolicyRecipient, 'provider' | 'region'>,
  credentials: ClientSettings['credentials'],
  endpoints: Endpoints,
  requestTimeoutMs: number,
  agreedKeys: ReadonlySet<KeyDigest>,
): Connected {
  const traits = PROVIDER_TRAITS[provider];
  // Fail closed: without given credentials, a client would use those of another cloud.
  if (!(credentials || traits.acceptsAwsCredentials))
    throw new CredentialsUnusable(`no credentials for ${provider}: the AWS ones are never used there`);
  validateRegion(region);
  const endpoint = endpoints.directConnect ?? traits.directConnectEndpoint(region);
  const settings = { region, endpoint, credentials, requestTimeoutMs };
  const reads = createSdkClient(settings, READ_ATTEMPTS);
  // Shares the resolved credentials: with its own, the client would resolve them between the decision and the confirm.
  const writes = createSdkClient({ ...settings, credentials: reads.config.credentials }, 1);
  const throttles = createThrottleCounter();
  countThrottles([reads, writes], throttles);
  const client = {
    ...{ sdk: reads, requestTimeoutMs, key: renewable(credentials), throttles },
    redirection: describeRedirection(endpoints, 'directConnect'),
  };
  const callerOf = (api: ApiName) => ({ ...client, redirection: describeRedirection(endpoints, api) });
  const gatewayEndpoint = endpoints.gateways ?? traits.gatewayEndpoint(region);
  const ec2 = createQueryApi(callerOf('gateways'), {
    region,
    endpoint: gatewayEndpoint,
    service: 'ec2',
    version: '2016-11-15',
  });
  const sts = traits.identityEndpoint && {
    region,
    endpoint: endpoints.identity ?? traits.identityEndpoint(region),
    service: 'sts' as const,
    version: '2011-06-15',
  };
  return {
    directConnect: createDirectConnect(traits, client, writes, agreedKeys),
    gateways: createGateways(ec2, client),
    auditLog: createAuditLog(provider, callerOf('auditLog'), {
      endpoint: endpoints.auditLog ?? traits.auditLog.endpoint(region),
      region,
    }),
    caller: createCaller(sts && createQueryApi(callerOf('identity'), sts)),
    endpoint: traits.knownToAwsCli && endpoints.directConnect === null ? null : endpoint,
    gatewayEndpoint: traits.knownToAwsCli && endpoints.gateways === null ? null : gatewayEndpoint,
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

/** An endpoint and the setting that chose it; `null`: the provider's own, or one that the user typed in this command. */
function describeRedirection(endpoints: Endpoints, api: ApiName): string | null {
  const [url, source] = [endpoints[api] ?? null, endpoints.sources?.[api] ?? null];
  return url === null || source === null || source.startsWith('--') ? null : `\`${url}\` (${source})`;
}

function renewable(credentials: ClientSettings['credentials']): RotatingKey | null {
  return typeof credentials === 'function' && 'renewed' in credentials ? credentials : null;
}

export const systemClock: Clock = { now: () => new Date(), monotonic: () => performance.now() };
