import type { Dialect, Service } from '../dialects.ts';
import type { Operation } from '../wire.ts';
import { ALLOCATE_OPERATIONS } from './allocate.ts';
import { ASSOCIATION_PROPOSAL_OPERATIONS } from './associationProposals.ts';
import { BGP_PEER_OPERATIONS } from './bgpPeers.ts';
import { CONFIRM_OPERATIONS } from './confirm.ts';
import { CONNECTION_OPERATIONS } from './connections.ts';
import {
  DIRECT_CONNECT_GATEWAY_OPERATIONS,
  GATEWAY_ASSOCIATION_OPERATIONS,
} from './directConnectGateways.ts';
import { TAG_OPERATIONS } from './ec2Tags.ts';
import { HOSTED_CONNECTION_OPERATIONS } from './hostedConnections.ts';
import { INTERFACE_ROUTE_OPERATIONS } from './interfaceRoutes.ts';
import { INTERFACE_OPERATIONS } from './interfaces.ts';
import { LAG_OPERATIONS } from './lags.ts';
import { LOCATION_OPERATIONS } from './locations.ts';
import { RESOURCE_TAG_OPERATIONS } from './resourceTags.ts';
import { ROUTE_TABLE_OPERATIONS } from './routeTables.ts';
import { STS_OPERATIONS } from './sts.ts';
import { GATEWAY_OPERATIONS, VIRTUAL_GATEWAY_OPERATIONS } from './virtualGateways.ts';
import { VPC_DEFAULT_OPERATIONS } from './vpcDefaults.ts';
import { VPC_OPERATIONS } from './vpcs.ts';

/** All operations of the emulator. To add one, write a function and add it to the table of its file. */
const OPERATIONS: Readonly<Record<Service, Readonly<Record<string, Operation>>>> = {
  directconnect: {
    ...CONNECTION_OPERATIONS,
    ...LAG_OPERATIONS,
    ...LOCATION_OPERATIONS,
    ...RESOURCE_TAG_OPERATIONS,
    ...ALLOCATE_OPERATIONS,
    ...INTERFACE_OPERATIONS,
    ...INTERFACE_ROUTE_OPERATIONS,
    ...BGP_PEER_OPERATIONS,
    ...CONFIRM_OPERATIONS,
    ...VIRTUAL_GATEWAY_OPERATIONS,
    ...DIRECT_CONNECT_GATEWAY_OPERATIONS,
    ...GATEWAY_ASSOCIATION_OPERATIONS,
    ...ASSOCIATION_PROPOSAL_OPERATIONS,
    ...HOSTED_CONNECTION_OPERATIONS,
  },
  ec2: {
    ...GATEWAY_OPERATIONS,
    ...ROUTE_TABLE_OPERATIONS,
    ...TAG_OPERATIONS,
    ...VPC_OPERATIONS,
    ...VPC_DEFAULT_OPERATIONS,
  },
  sts: STS_OPERATIONS,
};

/** Each name once, although two services may have an operation of the same name. */
/** Each name once: `DescribeTags` is of two services. */
export const OPERATION_NAMES: readonly string[] = [
  ...new Set(Object.values(OPERATIONS).flatMap((table) => Object.keys(table))),
];

/** `null` if the dialect has no such operation. */
export function findOperation(service: Service, name: string, dialect: Dialect): Operation | null {
  const table = OPERATIONS[service];
  return Object.hasOwn(table, name) && !isMissing(service, name, dialect) ? (table[name] ?? null) : null;
}

/** Whether the provider does not have an operation that the emulator has. */
export function isMissing(
  service: Service,
  name: string,
  { missingOperations, missingEc2Operations }: Dialect,
): boolean {
  const missing: Readonly<Record<Service, readonly string[]>> = {
    directconnect: missingOperations,
    ec2: missingEc2Operations,
    sts: [],
  };
  return missing[service].includes(name);
}
