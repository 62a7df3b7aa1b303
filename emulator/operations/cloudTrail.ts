import { CALLER_ADDRESS, visibleRecords } from '../auditRecords.ts';
import { exactObject, finiteNumber, integer, list, oneOf, optional, text } from '../decoders.ts';
import type { Service } from '../dialects.ts';
import { ApiError, type Operation, type Output, operation } from '../wire.ts';
import type { AuditRecord } from '../world.ts';
import { paginate } from './listParameters.ts';

/** The most events of a page. */
const MOST = 50;

const lookupEvents = operation(
  exactObject({
    LookupAttributes: optional(
      list(
        exactObject({
          AttributeKey: oneOf(['EventName', 'EventSource', 'ReadOnly', 'Username', 'EventId']),
          AttributeValue: text,
        }),
      ),
      [],
    ),
    StartTime: optional(finiteNumber, null),
    EndTime: optional(finiteNumber, null),
    MaxResults: optional(integer, null),
    NextToken: optional(text, null),
  }),
  (context, { LookupAttributes, StartTime, EndTime, MaxResults: maxResults, NextToken: nextToken }) => {
    if (LookupAttributes.length > 1)
      throw new ApiError('InvalidLookupAttributesException', 'Only one lookup attribute is supported.');
    if (StartTime !== null && EndTime !== null && StartTime > EndTime)
      throw new ApiError('InvalidTimeRangeException', 'The start time is after the end time.');
    if (maxResults !== null && maxResults > MOST)
      throw new ApiError('InvalidMaxResultsException', `MaxResults must be between 1 and ${MOST}.`);
    const found = visibleRecords(context)
      .filter(({ at }) => at / 1000 >= (StartTime ?? 0) && at / 1000 <= (EndTime ?? Number.MAX_VALUE))
      .map(toEvent)
      .filter((event) =>
        LookupAttributes.every(({ AttributeKey, AttributeValue }) => event[AttributeKey] === AttributeValue),
      );
    const invalid = (message: string) => new ApiError('InvalidNextTokenException', message);
    const { items, next } = paginate(
      found,
      { maxResults, nextToken },
      { ...context.world.dialect, pageSize: MOST },
      invalid,
    );
    return { Events: items, ...(next.nextToken === undefined ? {} : { NextToken: next.nextToken }) };
  },
);

const SOURCES: Readonly<Record<Service, string>> = {
  directconnect: 'directconnect.amazonaws.com',
  ec2: 'ec2.amazonaws.com',
  sts: 'sts.amazonaws.com',
  cloudtrail: 'cloudtrail.amazonaws.com',
  oapi: 'oapi',
};

/** An event, with the whole record as a text, as the API has it. */
function toEvent(record: AuditRecord): Readonly<Record<string, unknown>> {
  const { id, at, account, region, service, operation: name, input, session, agent, error } = record;
  const source = SOURCES[service];
  const iam = `arn:aws:iam::${account}`;
  const arn =
    session === null ? `${iam}:root` : `arn:aws:sts::${account}:assumed-role/${session.role}/${session.name}`;
  const userIdentity: Output = {
    type: session === null ? 'Root' : 'AssumedRole',
    principalId: session === null ? account : `AROAEMULATEDROLE:${session.name}`,
    arn,
    accountId: account,
    accessKeyId: account,
  };
  const whole = {
    eventVersion: '1.11',
    userIdentity,
    eventTime: new Date(at).toISOString().replace(/\.\d{3}Z$/, 'Z'),
    eventSource: source,
    eventName: name,
    awsRegion: region,
    sourceIPAddress: CALLER_ADDRESS,
    userAgent: agent,
    ...(error === null ? {} : { errorCode: error.code, errorMessage: error.message }),
    requestParameters: input,
    eventID: id,
    readOnly: false,
    eventType: 'AwsApiCall',
    managementEvent: true,
    recipientAccountId: account,
    eventCategory: 'Management',
  };
  return {
    EventId: id,
    EventName: name,
    ReadOnly: 'false',
    AccessKeyId: account,
    EventTime: Math.floor(at / 1000),
    EventSource: source,
    Username: session === null ? 'root' : session.name,
    Resources: [],
    CloudTrailEvent: JSON.stringify(whole),
  };
}

export const CLOUD_TRAIL_OPERATIONS: Readonly<Record<string, Operation>> = { LookupEvents: lookupEvents };
