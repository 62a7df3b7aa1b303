import { setTimeout as pause } from 'node:timers/promises';
import type { LoggedCall, ManualAction } from '../../core/actor.ts';
import { isRecord } from '../../core/decoders.ts';
import { INTERFACE_KINDS, isInterfaceKind, KINDS } from '../../core/kinds.ts';
import { isVirtualInterfaceId } from '../../core/resourceIds.ts';
import { ApiFailure } from '../../run/portErrors.ts';
import type { AuditLog } from '../../run/ports.ts';
import type { JsonApi, JsonFields } from '../awsProtocol/jsonApi.ts';
import { MOST_CALLS, parseObject, readInstant, readText } from './logFields.ts';

const OPERATION = 'LookupEvents';

/** CloudTrail refuses more than two look-ups a second. In milliseconds. */
const PAUSE_MS = 600;

/** The most events of a page. */
const PAGE_SIZE = 50;

/** The calls that do it. Public interfaces can be accepted by a person only. */
function operationsOf(action: ManualAction, type: string | null): readonly string[] {
  if (action === 'delete') return ['DeleteVirtualInterface'];
  if (type !== null && isInterfaceKind(type)) return [KINDS[type].confirmOperation];
  const ofKinds = INTERFACE_KINDS.map((kind) => KINDS[kind].confirmOperation);
  return type === null ? [...ofKinds, 'ConfirmPublicVirtualInterface'] : ['ConfirmPublicVirtualInterface'];
}

/**
 * Creates the port to CloudTrail's history of management events, which needs no trail. It is searched by the name of the call, because
 * AWS documents no resource of these events by which it could be.
 */
export function createCloudTrailLog(api: JsonApi): AuditLog {
  return {
    read: async (action, type, since, until) => {
      const calls: LoggedCall[] = [];
      const period = {
        StartTime: Math.floor(since.getTime() / 1000),
        EndTime: Math.ceil(until.getTime() / 1000),
        MaxResults: PAGE_SIZE,
      };
      let left = MOST_CALLS;
      for (const name of operationsOf(action, type)) {
        const search = { LookupAttributes: [{ AttributeKey: 'EventName', AttributeValue: name }], ...period };
        const pages = await readPages(api, search, left);
        left -= pages.length;
        calls.push(...pages.flat().flatMap((event) => readEvent(event, action)));
      }
      return calls;
    },
  };
}

/** The events of each page, at most so many pages, the newest first. Before each call there is a pause, except before the first of a look-up. */
async function readPages(api: JsonApi, search: JsonFields, most: number): Promise<unknown[][]> {
  const pages: unknown[][] = [];
  let token: unknown = null;
  while (pages.length < most && (pages.length === 0 || token !== null)) {
    if (most < MOST_CALLS || pages.length > 0) await pause(PAUSE_MS);
    const answer = await api.call(OPERATION, token === null ? search : { ...search, NextToken: token });
    if (!Array.isArray(answer.Events))
      throw new ApiFailure(OPERATION, 'malformed', 'the answer has no list `Events`');
    pages.push(answer.Events);
    token = answer.NextToken ?? null;
  }
  return pages;
}

/** Empty for a call that was refused, or that cannot be read: nothing depends on it. */
function readEvent(raw: unknown, action: ManualAction): LoggedCall[] {
  const event = parseObject(isRecord(raw) ? raw.CloudTrailEvent : null);
  const input = isRecord(event.requestParameters) ? event.requestParameters : {};
  const id = readText(input.virtualInterfaceId);
  const at = readInstant(event.eventTime);
  const wasRefused = event.errorCode !== undefined && event.errorCode !== null;
  if (wasRefused || id === null || !isVirtualInterfaceId(id) || at === null) return [];
  const identity = isRecord(event.userIdentity) ? event.userIdentity : {};
  const names = [identity.arn, identity.userName, identity.invokedBy].map(readText);
  return [
    {
      id,
      action,
      actor: {
        operation: readText(event.eventName) ?? OPERATION,
        at,
        identity: names.find((name) => name !== null) ?? null,
        account: readText(identity.accountId),
        source: readText(event.sourceIPAddress),
        agent: readText(event.userAgent),
        gateway: readText(input.virtualGatewayId) ?? readText(input.directConnectGatewayId),
      },
    },
  ];
}
