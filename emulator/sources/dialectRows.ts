import { DAY, MINUTE } from '../clock.ts';
import type { Dialect } from '../dialects.ts';
import { onEach, type Sources } from './source.ts';

interface DialectRow {
  readonly trait: keyof Dialect;
  readonly meaning: string;
  readonly sources: Sources;
  /** the value, on the page */
  readonly show: (value: unknown) => string;
}

const yesOrNo = (value: unknown): string => (value === true ? 'yes' : 'no');
const list = (value: unknown): string => (Array.isArray(value) ? value.join(', ') : String(value));

/** A duration in milliseconds. */
function duration(value: unknown): string {
  if (typeof value !== 'number') return 'never';
  if (value === 0) return 'at once';
  if (value % DAY === 0) return `${value / DAY} days`;
  return value % MINUTE === 0 ? `${value / MINUTE} min` : `${value / 1000} s`;
}

/** Traits whose effects are listed with the operations and the members. */
type ListedElsewhere =
  | 'name'
  | 'missingOperations'
  | 'missingEc2Operations'
  | 'missingServices'
  | 'missingMembers'
  | 'interfaceFields'
  | 'connectionFields';

type Rows = { readonly [K in Exclude<keyof Dialect, ListedElsewhere>]: Omit<DialectRow, 'trait'> };

const ROWS: Rows = {
  interfaceTypes: {
    meaning: 'types of interfaces',
    sources: onEach('documentation', 'documentation'),
    show: list,
  },
  hasDirectConnectGateways: {
    meaning: 'has Direct Connect gateways',
    sources: onEach('documentation', 'documentation'),
    show: yesOrNo,
  },
  expiry: {
    meaning: 'a request expires after (option `expiry`)',
    sources: onEach('documentation', 'documentation'),
    show: duration,
  },
  expiredLingers: {
    meaning: 'an expired request stays listed for (option `expiredLingers`)',
    sources: onEach('inference', 'inference'),
    show: duration,
  },
  withdrawalTime: {
    meaning: 'a deleted request is `deleting`, until it is `rejected`, for (option `withdrawalTime`)',
    sources: onEach('inference', 'inference'),
    show: duration,
  },
  deletionTime: {
    meaning: 'a deleted interface is `deleting`, until it is `deleted`, for (option `deletionTime`)',
    sources: onEach('inference', 'inference'),
    show: duration,
  },
  auditDelay: {
    meaning: 'a call is in the log of calls after (option `auditDelay`; a real one is up to 15 minutes late)',
    sources: onEach('inference', 'inference'),
    show: duration,
  },
  provisioningTime: {
    meaning: 'an accepted interface is `pending`, until it is `available`, for (option `provisioningTime`)',
    sources: onEach('inference', 'inference'),
    show: duration,
  },
  connectionTime: {
    meaning:
      'a new connection or LAG is `requested`, or a confirmed hosted one `pending`, until it is `available`, for (option `connectionTime`)',
    sources: onEach('inference', 'inference'),
    show: duration,
  },
  connectionDeletionTime: {
    meaning:
      'a deleted connection or LAG is `deleting`, until it is `deleted`, for (option `connectionDeletionTime`)',
    sources: onEach('inference', 'inference'),
    show: duration,
  },
  associationTime: {
    meaning: 'an association is `associating` or `updating` for (option `associationTime`)',
    sources: { outscale: null, aws: 'inference' },
    show: duration,
  },
  disassociationTime: {
    meaning: 'an association is `disassociating` for (option `disassociationTime`)',
    sources: { outscale: null, aws: 'inference' },
    show: duration,
  },
  firstVlan: {
    meaning: 'the smallest VLAN of an interface',
    sources: onEach('documentation', 'inference'),
    show: String,
  },
  lastAsn: {
    meaning: 'the largest ASN of an interface',
    sources: onEach('documentation', 'model'),
    show: String,
  },
  reservedAsns: {
    meaning: 'ASNs that no interface can have',
    sources: onEach('documentation', 'inference'),
    show: (value) => list(value) || 'none',
  },
  addressFamilies: {
    meaning: 'address families',
    sources: onEach('inference', 'model'),
    show: list,
  },
  assignsAddresses: {
    meaning: 'assigns addresses to a session without any',
    sources: onEach('inference', 'model'),
    show: yesOrNo,
  },
  requireAttachedGateway: {
    meaning: 'a confirm needs a gateway that is attached to a VPC (option `requireAttachedGateway`)',
    sources: onEach('inference', 'documentation'),
    show: yesOrNo,
  },
  ownerAccountWhileConfirming: {
    meaning: '`ownerAccount` of a request (option `ownerAccountWhileConfirming`)',
    sources: onEach('inference', 'documentation'),
    show: String,
  },
  generatesKeys: {
    meaning: 'generates a BGP key for a request without one',
    sources: onEach('inference', 'documentation'),
    show: yesOrNo,
  },
  separateLongAsn: {
    meaning: 'returns the ASN in `asnLong` too, and 0 in `asn` if it is a long one',
    sources: onEach('documentation', 'documentation'),
    show: yesOrNo,
  },
  hasRateLimits: {
    meaning: 'an allocation can have a `rateLimit`',
    sources: onEach('documentation', 'model'),
    show: yesOrNo,
  },
  pageSize: {
    meaning: 'items on a page at most',
    sources: onEach('documentation', 'documentation'),
    show: (value) => (value === null ? 'no pages' : String(value)),
  },
  returnsGatewayAsn: {
    meaning: 'returns the ASN of a virtual private gateway',
    sources: onEach('documentation', 'model'),
    show: yesOrNo,
  },
  gatewayDigits: {
    meaning: 'hexadecimal digits in the ID of a virtual private gateway',
    sources: onEach('documentation', 'documentation'),
    show: String,
  },
  signsQueryAsSent: {
    meaning: 'a signature can contain the query of a GET as it was sent',
    sources: onEach('inference', 'documentation'),
    show: yesOrNo,
  },
  requestIdHeaders: {
    meaning: 'headers with the ID of the request',
    sources: onEach('inference', 'documentation'),
    show: list,
  },
  signingNames: {
    meaning: 'services that a signature can name, for Direct Connect, EC2 and STS',
    sources: onEach('inference', 'model'),
    show: (value) => Object.values(Object(value)).map(list).join('; '),
  },
};

/** The traits in which the dialects can differ, in the order of the page. */
export const DIALECT_ROWS: readonly DialectRow[] = Object.entries<Omit<DialectRow, 'trait'>>(ROWS).map(
  ([trait, row]) => ({ trait: trait as keyof Rows, ...row }),
);
