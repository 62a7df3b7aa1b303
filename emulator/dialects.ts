import { DAY, MINUTE } from './clock.ts';

export const DIALECT_NAMES = ['outscale', 'aws'] as const;
export type DialectName = (typeof DIALECT_NAMES)[number];

/** `oapi` is OUTSCALE's own API. */
export const SERVICES = ['directconnect', 'ec2', 'sts', 'cloudtrail', 'oapi'] as const;
export type Service = (typeof SERVICES)[number];

/** The differences between the emulated providers. */
export interface Dialect {
  readonly name: DialectName;
  /** service names that a signature's scope may contain */
  readonly signingNames: Readonly<Record<Service, readonly string[]>>;
  /** a signature may contain the query of a GET as it was sent, instead of sorted and encoded again */
  readonly signsQueryAsSent: boolean;
  /** headers of an answer that contain the ID of the request */
  readonly requestIdHeaders: readonly string[];
  /** operations of Direct Connect that the provider does not have */
  readonly missingOperations: readonly string[];
  /** members of inputs that the provider does not document, by operation: they are refused, although AWS has them */
  readonly missingMembers: Readonly<Record<string, readonly string[]>>;
  /** operations of EC2 that the provider does not have */
  readonly missingEc2Operations: readonly string[];
  /** services that the provider does not have */
  readonly missingServices: readonly Service[];
  readonly hasDirectConnectGateways: boolean;
  readonly interfaceTypes: readonly ('private' | 'public' | 'transit')[];
  /** fields returned for an interface and for a connection; `null`: all that the emulator knows */
  readonly interfaceFields: readonly string[] | null;
  readonly connectionFields: readonly string[] | null;
  /** maximum items per answer; `null`: no paging, everything at once */
  readonly pageSize: number | null;
  /** long ASNs are in `asnLong`, with 0 in `asn`, and an allocation may have `asnLong` */
  readonly separateLongAsn: boolean;
  /** the smallest VLAN of an interface */
  readonly firstVlan: number;
  readonly lastAsn: number;
  /** ASNs of the provider, which no interface may have */
  readonly reservedAsns: readonly number[];
  /** the families of the addresses of a session */
  readonly addressFamilies: readonly string[];
  /** assigns addresses to a session that is asked for without any */
  readonly assignsAddresses: boolean;
  /** an allocation may limit the bandwidth of its interface */
  readonly hasRateLimits: boolean;
  /** generates a BGP key for a request without one */
  readonly generatesKeys: boolean;
  /** the gateway API returns the ASN */
  readonly returnsGatewayAsn: boolean;
  /** number of hexadecimal digits in a virtual private gateway's ID */
  readonly gatewayDigits: number;
  /** milliseconds from request to `expired`; `null`: requests never expire */
  readonly expiry: number | null;
  /** how long an expired request stays listed, in milliseconds. No provider documents it: a week is enough to see it. */
  readonly expiredLingers: number;
  /** how long a withdrawn request is `deleting` until it is `rejected`, in milliseconds; 0: it is `rejected` at once */
  readonly withdrawalTime: number;
  /** how long a deleted interface that was accepted is `deleting` until it is `deleted`, in milliseconds */
  readonly deletionTime: number;
  /** how long an accepted interface is `pending` until it is `available`, in milliseconds */
  readonly provisioningTime: number;
  /** how long a new connection or LAG is `requested`, and a confirmed hosted connection `pending`, until it is `available` */
  readonly connectionTime: number;
  /** how long a deleted connection or LAG is `deleting` until it is `deleted`, in milliseconds */
  readonly connectionDeletionTime: number;
  /** how long after a call the provider's log of calls has it, in milliseconds */
  readonly auditDelay: number;
  /** how long an association is `associating` or `updating` until it is `associated`, in milliseconds */
  readonly associationTime: number;
  /** how long a deleted association is `disassociating` until it disappears, in milliseconds */
  readonly disassociationTime: number;
  /** a confirm needs a virtual private gateway that is attached to a VPC */
  readonly requireAttachedGateway: boolean;
  /** the value of `ownerAccount` until the request is accepted; afterwards it is the recipient */
  readonly ownerAccountWhileConfirming: 'recipient' | 'requester';
}

/**
 * Times that are the same for both providers. A real connection waits for days for its cabling, which tests of interfaces do
 * not want to wait for: 0. A real association takes minutes: 10 seconds are enough for clients that wait for the transient
 * state.
 */
const TIMES = {
  provisioningTime: MINUTE,
  connectionTime: 0,
  connectionDeletionTime: 0,
  // Real logs are up to 15 minutes late.
  auditDelay: 0,
  associationTime: 10_000,
  disassociationTime: 10_000,
};

export const DIALECTS: Readonly<Record<DialectName, Dialect>> = {
  outscale: {
    name: 'outscale',
    // The provider's own tool, osc-cli, signs as directlink and fcu, its documented AWS CLI procedure with AWS names: both work.
    signingNames: {
      directconnect: ['directconnect', 'directlink'],
      ec2: ['ec2', 'fcu'],
      sts: ['sts'],
      cloudtrail: [],
      oapi: ['oapi', 'api'],
    },
    // osc-cli signs the query of a GET as it sends it, and fails after a DirectLink call without `x-amz-requestid`.
    signsQueryAsSent: true,
    requestIdHeaders: ['x-amzn-requestid', 'x-amz-requestid'],
    missingOperations: [
      'AcceptDirectConnectGatewayAssociationProposal',
      'AllocateHostedConnection',
      'AllocatePublicVirtualInterface',
      'AllocateTransitVirtualInterface',
      'AssociateConnectionWithLag',
      'AssociateHostedConnection',
      'AssociateVirtualInterface',
      'ConfirmConnection',
      'ConfirmPublicVirtualInterface',
      'ConfirmTransitVirtualInterface',
      'CreateBGPPeer',
      'CreateDirectConnectGateway',
      'CreateDirectConnectGatewayAssociation',
      'CreateDirectConnectGatewayAssociationProposal',
      'CreateLag',
      'CreatePublicVirtualInterface',
      'CreateTransitVirtualInterface',
      'DeleteBGPPeer',
      'DeleteDirectConnectGateway',
      'DeleteDirectConnectGatewayAssociation',
      'DeleteDirectConnectGatewayAssociationProposal',
      'DeleteLag',
      'DescribeDirectConnectGatewayAssociationProposals',
      'DescribeDirectConnectGatewayAssociations',
      'DescribeDirectConnectGatewayAttachments',
      'DescribeDirectConnectGateways',
      'DescribeHostedConnections',
      'DescribeLags',
      'DescribeTags',
      'DisassociateConnectionFromLag',
      'ListVirtualInterfaceRoutes',
      'TagResource',
      'UntagResource',
      'UpdateConnection',
      'UpdateDirectConnectGateway',
      'UpdateDirectConnectGatewayAssociation',
      'UpdateLag',
      'UpdateVirtualInterfaceAttributes',
    ],
    missingMembers: {
      CreateConnection: ['providerName', 'requestMACSec', 'tags'],
      AllocatePrivateVirtualInterface: [
        'newPrivateVirtualInterfaceAllocation.mtu',
        'newPrivateVirtualInterfaceAllocation.tags',
      ],
      CreatePrivateVirtualInterface: [
        'newPrivateVirtualInterface.enableSiteLink',
        'newPrivateVirtualInterface.mtu',
        'newPrivateVirtualInterface.prefixPoolAllocatedCountIpv4',
        'newPrivateVirtualInterface.prefixPoolAllocatedCountIpv6',
        'newPrivateVirtualInterface.tags',
      ],
    },
    missingEc2Operations: ['DescribeNetworkAcls'],
    missingServices: ['cloudtrail'],
    hasDirectConnectGateways: false,
    interfaceTypes: ['private'],
    interfaceFields: [
      'amazonAddress',
      'asn',
      'authKey',
      'connectionId',
      'customerAddress',
      'location',
      'ownerAccount',
      'virtualGatewayId',
      'virtualInterfaceId',
      'virtualInterfaceName',
      'virtualInterfaceState',
      'virtualInterfaceType',
      'vlan',
    ],
    connectionFields: [
      'bandwidth',
      'connectionId',
      'connectionName',
      'connectionState',
      'location',
      'ownerAccount',
      'region',
    ],
    pageSize: null,
    separateLongAsn: false,
    firstVlan: 2,
    lastAsn: 4294967295,
    reservedAsns: [50624, 53306, 132418],
    addressFamilies: ['ipv4'],
    assignsAddresses: false,
    hasRateLimits: false,
    generatesKeys: false,
    returnsGatewayAsn: false,
    gatewayDigits: 8,
    expiry: 7 * DAY,
    expiredLingers: 7 * DAY,
    withdrawalTime: 0,
    deletionTime: MINUTE,
    ...TIMES,
    requireAttachedGateway: true,
    ownerAccountWhileConfirming: 'recipient',
  },
  aws: {
    name: 'aws',
    signingNames: {
      directconnect: ['directconnect'],
      ec2: ['ec2'],
      sts: ['sts'],
      cloudtrail: ['cloudtrail'],
      oapi: [],
    },
    signsQueryAsSent: false,
    requestIdHeaders: ['x-amzn-requestid'],
    missingOperations: [],
    missingMembers: {},
    missingEc2Operations: [],
    missingServices: ['oapi'],
    hasDirectConnectGateways: true,
    interfaceTypes: ['private', 'public', 'transit'],
    interfaceFields: null,
    connectionFields: null,
    pageSize: 100,
    separateLongAsn: true,
    firstVlan: 1,
    lastAsn: 4294967294,
    reservedAsns: [],
    addressFamilies: ['ipv4', 'ipv6'],
    assignsAddresses: true,
    hasRateLimits: true,
    generatesKeys: true,
    returnsGatewayAsn: true,
    gatewayDigits: 17,
    expiry: null,
    expiredLingers: 7 * DAY,
    withdrawalTime: 0,
    deletionTime: MINUTE,
    ...TIMES,
    requireAttachedGateway: false,
    ownerAccountWhileConfirming: 'recipient',
  },
};

/** Returns only the fields that the dialect has; `null`: all. */
export function pickFields(
  item: Readonly<Record<string, unknown>>,
  fields: readonly string[] | null,
): Readonly<Record<string, unknown>> {
  if (fields === null) return item;
  return Object.fromEntries(Object.entries(item).filter(([key]) => fields.includes(key)));
}
