import { aws, type MemberSources, type Members, type OperationRows, onAws } from './source.ts';

/** The source of the effect of an operation that only OUTSCALE has, and of its members. */
const onOutscale = { outscale: 'documentation', aws: null } as const;

function outscale(more: { readonly shape?: string; readonly note?: string } = {}): MemberSources {
  return { sources: onOutscale, shape: more.shape ?? null, note: more.note ?? '' };
}

const OAPI = { service: 'oapi', effect: onOutscale } as const;
const CONTEXT: Members = { ResponseContext: outscale({ shape: 'responseContext' }) };

/** The logs of calls, and the call of OUTSCALE's own API that its log has. */
export const AUDIT_ROWS: OperationRows = {
  LookupEvents: {
    service: 'cloudtrail',
    effect: onAws('documentation'),
    note: 'calls that may change something, with correct signatures; the latest first. A caller has no address: it is 127.0.0.1',
    input: {
      LookupAttributes: aws('documentation', { shape: 'lookupAttribute', note: 'one at most' }),
      StartTime: aws('documentation'),
      EndTime: aws('documentation'),
      MaxResults: aws('documentation', { note: '50 at most' }),
      NextToken: aws('documentation'),
    },
    output: {
      Events: aws('documentation', { shape: 'loggedEvent' }),
      NextToken: aws('documentation'),
    },
  },
  ReadApiLogs: {
    ...OAPI,
    note: 'calls of this API only, as the provider documents: never those of DirectLink or FCU',
    input: {
      Filters: outscale({ shape: 'apiLogFilters' }),
      ResultsPerPage: outscale(),
      NextPageToken: outscale(),
    },
    output: { Logs: outscale({ shape: 'apiLog' }), NextPageToken: outscale(), ...CONTEXT },
  },
  DeleteDirectLinkInterface: {
    ...OAPI,
    note: 'as `DeleteVirtualInterface`',
    input: { DirectLinkInterfaceId: outscale() },
    output: CONTEXT,
  },
};

function all(names: readonly string[], member: MemberSources): Members {
  return Object.fromEntries(names.map((name) => [name, member]));
}

export const AUDIT_SHAPES: Readonly<Record<string, Members>> = {
  lookupAttribute: {
    AttributeKey: aws('documentation', {
      note: '`EventName`, `EventSource`, `ReadOnly`, `Username` or `EventId`',
    }),
    AttributeValue: aws('documentation'),
  },
  loggedEvent: {
    ...all(
      ['EventId', 'EventName', 'EventSource', 'EventTime', 'ReadOnly', 'AccessKeyId', 'Username'],
      aws('documentation'),
    ),
    Resources: aws('inference', { note: 'always empty' }),
    CloudTrailEvent: aws('documentation', { note: 'the whole record as JSON text' }),
  },
  apiLogFilters: all(['QueryCallNames', 'QueryDateAfter', 'QueryDateBefore'], outscale()),
  apiLog: all(
    [
      ...[
        'AccountId',
        'CallDuration',
        'QueryAccessKey',
        'QueryApiName',
        'QueryApiVersion',
        'QueryCallName',
        'QueryDate',
      ],
      ...[
        'QueryIpAddress',
        'QueryPayloadRaw',
        'QueryPayloadSize',
        'QueryUserAgent',
        'RequestId',
        'ResponseStatusCode',
      ],
    ],
    outscale(),
  ),
  responseContext: { RequestId: outscale() },
};
