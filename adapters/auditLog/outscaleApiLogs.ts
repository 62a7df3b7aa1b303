import type { LoggedCall } from '../../core/actor.ts';
import { isRecord } from '../../core/decoders.ts';
import { isVirtualInterfaceId } from '../../core/resourceIds.ts';
import { ApiFailure } from '../../run/portErrors.ts';
import type { AuditLog } from '../../run/ports.ts';
import type { JsonApi } from '../awsProtocol/jsonApi.ts';
import { MOST_CALLS, parseObject, readInstant, readText } from './logFields.ts';

const OPERATION = 'ReadApiLogs';

/** The call of OUTSCALE's own API that deletes an interface. Calls of the DirectLink API are not logged. */
const DELETION = 'DeleteDirectLinkInterface';

/** The most entries of a page. */
const PAGE_SIZE = 100;

/** Creates the port to OUTSCALE's log of API calls, which has the calls of 32 days. */
export function createOutscaleApiLog(api: JsonApi): AuditLog {
  return {
    read: async (action, _type, since, until) => {
      if (action !== 'delete') return [];
      const calls: LoggedCall[] = [];
      let token: unknown = null;
      for (let page = 1; page <= MOST_CALLS; page += 1) {
        const answer = await api.call(OPERATION, {
          // With one of the two dates only, two days are searched.
          Filters: {
            QueryCallNames: [DELETION],
            QueryDateAfter: since.toISOString(),
            QueryDateBefore: until.toISOString(),
          },
          ResultsPerPage: PAGE_SIZE,
          ...(token === null ? {} : { NextPageToken: token }),
        });
        if (!Array.isArray(answer.Logs))
          throw new ApiFailure(OPERATION, 'malformed', 'the answer has no list `Logs`');
        calls.push(...answer.Logs.flatMap(readEntry));
        token = answer.NextPageToken ?? null;
        if (token === null || token === '') break;
      }
      return calls;
    },
  };
}

/** Empty for a call that was refused, or that cannot be read: nothing depends on it. The log names the key, which is not read. */
function readEntry(raw: unknown): LoggedCall[] {
  const entry = isRecord(raw) ? raw : {};
  const id = readText(parseObject(entry.QueryPayloadRaw).DirectLinkInterfaceId);
  const at = readInstant(entry.QueryDate);
  if (entry.ResponseStatusCode !== 200 || id === null || !isVirtualInterfaceId(id) || at === null) return [];
  const actor = {
    operation: readText(entry.QueryCallName) ?? DELETION,
    at,
    identity: null,
    account: readText(entry.AccountId),
    source: readText(entry.QueryIpAddress),
    agent: readText(entry.QueryUserAgent),
    gateway: null,
  };
  return [{ id, action: 'delete', actor }];
}
