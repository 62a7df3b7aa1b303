import type { Dialect, Service } from '../dialects.ts';
import { clientException, type Operation } from '../wire.ts';
import { ALLOCATE_OPERATIONS } from './allocate.ts';
import { ASSOCIATION_PROPOSAL_OPERATIONS } from './associationProposals.ts';
import { BGP_PEER_OPERATIONS } from './bgpPeers.ts';
import { CLOUD_TRAIL_OPERATIONS } from './cloudTrail.ts';
import { CONFIRM_OPERATIONS } from './confirm.ts';
import { CONNECTION_OPERATIONS } from './connections.ts';
import { CREATE_INTERFACE_OPERATIONS } from './createInterface.ts';
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
import { OUTSCALE_API_OPERATIONS } from './outscaleApi.ts';
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
    ...CREATE_INTERFACE_OPERATIONS,
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
  cloudtrail: CLOUD_TRAIL_OPERATIONS,
  oapi: OUTSCALE_API_OPERATIONS,
};

/** Each name once: `DescribeTags` is of two services. */
export const OPERATION_NAMES: readonly string[] = [
  ...new Set(Object.values(OPERATIONS).flatMap((table) => Object.keys(table))),
];

/** `null` if the dialect has no such operation. The operation refuses members that the provider does not document. */
export function findOperation(service: Service, name: string, dialect: Dialect): Operation | null {
  const table = OPERATIONS[service];
  const operation = Object.hasOwn(table, name) ? table[name] : undefined;
  if (operation === undefined || isMissing(service, name, dialect)) return null;
  return (context, input) => {
    refuseMissingMembers(dialect.missingMembers[name] ?? [], input);
    return operation(context, input);
  };
}

function refuseMissingMembers(missing: readonly string[], input: unknown): void {
  for (const path of missing) {
    const value = path.split('.').reduce<unknown>(memberOf, input);
    if (value !== undefined && value !== null) {
      throw clientException(`The provider does not document the parameter ${path}: leave it out.`);
    }
  }
}

function memberOf(value: unknown, key: string): unknown {
  return typeof value === 'object' && value !== null && Object.hasOwn(value, key)
    ? Reflect.get(value, key)
    : undefined;
}

/** Whether the provider does not have an operation that the emulator has. */
export function isMissing(
  service: Service,
  name: string,
  { missingOperations, missingEc2Operations, missingServices }: Dialect,
): boolean {
  if (missingServices.includes(service)) return true;
  const missing: Readonly<Record<Service, readonly string[]>> = {
    directconnect: missingOperations,
    ec2: missingEc2Operations,
    sts: [],
    cloudtrail: [],
    oapi: [],
  };
  return missing[service].includes(name);
}
