import { randomUUID } from 'node:crypto';
import { CALLER_ADDRESS, visibleRecords } from '../auditRecords.ts';
import { exactObject, InvalidInput, integerBetween, list, optional, type Reader, text } from '../decoders.ts';
import { deleteInterface, hasEnded } from '../lifecycle.ts';
import { ApiError, type Operation, type Output, operation } from '../wire.ts';
import type { AuditRecord } from '../world.ts';
import { isVisibleTo } from './callerResources.ts';
import { paginate } from './listParameters.ts';

/** A date, or a date and time, as milliseconds since the epoch. */
const date: Reader<number> = (value, path) => {
  const time = typeof value === 'string' ? Date.parse(value) : Number.NaN;
  if (!Number.isNaN(time)) return time;
  throw new InvalidInput(path, 'a date such as `2026-11-01` or `2026-11-01T00:00:00.000Z`', value);
};

const TWO_DAYS = 2 * 24 * 60 * 60 * 1000;

/** The log has the calls of OUTSCALE's own API only: calls of DirectLink and of FCU are not in it. */
const readApiLogs = operation(
  exactObject({
    Filters: optional(
      exactObject({
        QueryCallNames: optional(list(text), null),
        QueryDateAfter: optional(date, null),
        QueryDateBefore: optional(date, null),
      }),
      { QueryCallNames: null, QueryDateAfter: null, QueryDateBefore: null },
    ),
    ResultsPerPage: optional(integerBetween(1, 1000), null),
    NextPageToken: optional(text, null),
  }),
  (context, { Filters, ResultsPerPage, NextPageToken: nextToken }) => {
    const { QueryCallNames: names, QueryDateAfter, QueryDateBefore } = Filters;
    const now = context.world.clock.now().getTime();
    const before = QueryDateBefore ?? (QueryDateAfter === null ? now : QueryDateAfter + TWO_DAYS);
    const after = QueryDateAfter ?? before - TWO_DAYS;
    const found = visibleRecords(context).filter(
      ({ service, operation: name, at }) =>
        service === 'oapi' && (names?.includes(name) ?? true) && at >= after && at <= before,
    );
    const invalid = (message: string) => new ApiError('InvalidParameterValue', message);
    const { items, next } = paginate(
      found,
      { maxResults: ResultsPerPage, nextToken },
      { ...context.world.dialect, pageSize: ResultsPerPage ?? 100 },
      invalid,
    );
    return {
      Logs: items.map(toLog),
      ...(next.nextToken === undefined ? {} : { NextPageToken: next.nextToken }),
      ...responseContext(),
    };
  },
);

function toLog({ id, at, account, operation: name, input, agent, status }: AuditRecord): Output {
  const payload = JSON.stringify(input);
  return {
    AccountId: account,
    CallDuration: 1,
    QueryAccessKey: account,
    QueryApiName: 'oapi',
    QueryApiVersion: '1',
    QueryCallName: name,
    QueryDate: new Date(at).toISOString(),
    QueryIpAddress: CALLER_ADDRESS,
    QueryPayloadRaw: payload,
    QueryPayloadSize: payload.length,
    QueryUserAgent: agent,
    RequestId: id,
    ResponseStatusCode: status,
  };
}

const deleteDirectLinkInterface = operation(
  exactObject({ DirectLinkInterfaceId: text }),
  (context, { DirectLinkInterfaceId: id }) => {
    const vif = context.world.interfaces.get(id);
    if (vif === undefined || !isVisibleTo(context, vif))
      throw new ApiError('InvalidResource', `The DirectLink interface ${id} does not exist.`);
    if (!hasEnded(vif) && vif.state !== 'deleting') deleteInterface(vif, context.world);
    return responseContext();
  },
);

function responseContext(): Output {
  return { ResponseContext: { RequestId: randomUUID() } };
}

export const OUTSCALE_API_OPERATIONS: Readonly<Record<string, Operation>> = {
  ReadApiLogs: readApiLogs,
  DeleteDirectLinkInterface: deleteDirectLinkInterface,
};
