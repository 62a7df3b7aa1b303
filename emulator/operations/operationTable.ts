import type { Dialect, Service } from '../dialects.ts';
import type { Operation } from '../wire.ts';
import { ALLOCATE_OPERATIONS } from './allocate.ts';
import { BGP_PEER_OPERATIONS } from './bgpPeers.ts';
import { CONFIRM_OPERATIONS } from './confirm.ts';
import { CONNECTION_OPERATIONS, LAG_OPERATIONS } from './connectionsAndLags.ts';
import {
  DIRECT_CONNECT_GATEWAY_OPERATIONS,
  GATEWAY_ASSOCIATION_OPERATIONS,
} from './directConnectGateways.ts';
import { TAG_OPERATIONS } from './ec2Tags.ts';
import { INTERFACE_OPERATIONS } from './interfaces.ts';
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
    ...ALLOCATE_OPERATIONS,
    ...INTERFACE_OPERATIONS,
    ...BGP_PEER_OPERATIONS,
    ...CONFIRM_OPERATIONS,
    ...VIRTUAL_GATEWAY_OPERATIONS,
    ...DIRECT_CONNECT_GATEWAY_OPERATIONS,
    ...GATEWAY_ASSOCIATION_OPERATIONS,
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

export const OPERATION_NAMES: readonly string[] = Object.values(OPERATIONS).flatMap((table) =>
  Object.keys(table),
);

/** `null` if the dialect has no such operation. */
export function findOperation(
  service: Service,
  name: string,
  { missingOperations }: Dialect,
): Operation | null {
  const table = OPERATIONS[service];
  return Object.hasOwn(table, name) && !missingOperations.includes(name) ? (table[name] ?? null) : null;
}
