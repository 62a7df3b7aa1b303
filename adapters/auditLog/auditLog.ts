import type { Provider } from '../../core/model.ts';
import { ApiFailure } from '../../run/portErrors.ts';
import type { AuditLog } from '../../run/ports.ts';
import { createJsonApi } from '../awsProtocol/jsonApi.ts';
import type { ApiClient } from '../awsProtocol/sdkClient.ts';
import { createCloudTrailLog } from './cloudTrail.ts';
import { createOutscaleApiLog } from './outscaleApiLogs.ts';

/** The time limit of one call with its retries, in milliseconds: a run waits for nothing longer that only informs. */
const LIMIT_MS = 4000;

/** For how long the log is not called again after the credentials were refused, in milliseconds. */
const REFUSED_MS = 24 * 60 * 60 * 1000;

/** Creates the port to a provider's log of calls. */
export function createAuditLog(
  provider: Provider,
  client: ApiClient,
  { endpoint, region }: { readonly endpoint: string; readonly region: string },
): AuditLog {
  const log = LOGS[provider](client, { endpoint, region });
  return rememberRefusal(log, () => performance.now());
}

type CreateLog = (
  client: ApiClient,
  where: { readonly endpoint: string; readonly region: string },
) => AuditLog;

const LOGS: Readonly<Record<Provider, CreateLog>> = {
  aws: (client, where) =>
    createCloudTrailLog(
      createJsonApi(
        client,
        { ...where, service: 'cloudtrail' },
        {
          kind: 'awsJson',
          targetPrefix: 'com.amazonaws.cloudtrail.v20131101.CloudTrail_20131101.',
        },
        LIMIT_MS,
      ),
    ),
  outscale: (client, where) =>
    createOutscaleApiLog(createJsonApi(client, { ...where, service: 'oapi' }, { kind: 'oapi' }, LIMIT_MS)),
};

/**
 * The same log, except that a refusal is remembered for a day: a permission that is missing is not granted from one run to the next.
 * @param monotonic milliseconds of a clock that never steps
 */
export function rememberRefusal(log: AuditLog, monotonic: () => number): AuditLog {
  let refusal: { readonly at: number; readonly failure: ApiFailure } | null = null;
  return {
    read: async (...asked) => {
      if (refusal !== null && monotonic() - refusal.at < REFUSED_MS) throw refusal.failure;
      try {
        const calls = await log.read(...asked);
        refusal = null;
        return calls;
      } catch (error) {
        if (error instanceof ApiFailure && error.kind === 'credentials')
          refusal = { at: monotonic(), failure: error };
        throw error;
      }
    },
  };
}
