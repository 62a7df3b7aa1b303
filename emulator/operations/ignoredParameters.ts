import type { DialectName } from '../dialects.ts';

interface Ignored {
  readonly operation: string;
  /** a member of its input */
  readonly member: string;
  /** `null`: in both */
  readonly dialect: DialectName | null;
  readonly reason: string;
}

const NO_PAGES = 'its API documents no paging: it always returns everything at once';

/** Parameters that are accepted without effect. All other unknown parameters are refused by name. */
export const IGNORED_PARAMETERS: readonly Ignored[] = [
  {
    operation: 'CreateVpnGateway',
    member: 'AvailabilityZone',
    dialect: null,
    reason: 'a gateway serves every zone, and no answer contains one',
  },
  {
    operation: 'AssumeRole',
    member: 'ExternalId',
    dialect: null,
    reason: 'every account may assume every role; a test can read it from the log of calls',
  },
  { operation: 'DescribeVirtualInterfaces', member: 'maxResults', dialect: 'outscale', reason: NO_PAGES },
  { operation: 'DescribeVirtualInterfaces', member: 'nextToken', dialect: 'outscale', reason: NO_PAGES },
  { operation: 'DescribeConnections', member: 'maxResults', dialect: 'outscale', reason: NO_PAGES },
  { operation: 'DescribeConnections', member: 'nextToken', dialect: 'outscale', reason: NO_PAGES },
  { operation: 'DescribeRouteTables', member: 'MaxResults', dialect: 'outscale', reason: NO_PAGES },
  { operation: 'DescribeRouteTables', member: 'NextToken', dialect: 'outscale', reason: NO_PAGES },
];

/** Removes the ignored parameters from an input. */
export function removeIgnored(operation: string, dialect: DialectName, input: unknown): unknown {
  if (typeof input !== 'object' || input === null || Array.isArray(input)) return input;
  const ignored = IGNORED_PARAMETERS.filter(
    (entry) => entry.operation === operation && (entry.dialect ?? dialect) === dialect,
  ).map(({ member }) => member);
  return Object.fromEntries(Object.entries(input).filter(([key]) => !ignored.includes(key)));
}
