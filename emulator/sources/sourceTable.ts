import { AUDIT_ROWS, AUDIT_SHAPES } from './auditRows.ts';
import { CONNECTION_ROWS, HOSTED_CONNECTION_ROWS, LAG_ROWS, TAG_ROWS } from './connectionRows.ts';
import { EC2_ROWS, EC2_TAG_ROWS, VPC_ROWS, VPC_SHAPES } from './ec2Rows.ts';
import { ASSOCIATION_PROPOSAL_ROWS, DIRECT_CONNECT_GATEWAY_ROWS, STS_ROWS } from './gatewayRows.ts';
import { INTERFACE_ROWS, NEW_INTERFACE_SHAPES } from './interfaceRows.ts';
import { SHAPES as ANSWER_SHAPES } from './shapes.ts';
import type { MemberSources, Members, OperationRows } from './source.ts';

/**
 * Where the behaviour of every operation and member is known from. To add an operation, add its row; `test/emulator/sources.test.ts`
 * compares the rows with what the operations take and answer.
 */
export const OPERATION_ROWS: OperationRows = {
  ...CONNECTION_ROWS,
  ...INTERFACE_ROWS,
  ...LAG_ROWS,
  ...HOSTED_CONNECTION_ROWS,
  ...TAG_ROWS,
  ...DIRECT_CONNECT_GATEWAY_ROWS,
  ...ASSOCIATION_PROPOSAL_ROWS,
  ...EC2_ROWS,
  ...EC2_TAG_ROWS,
  ...VPC_ROWS,
  ...STS_ROWS,
  ...AUDIT_ROWS,
};

/** The objects of inputs and answers, by name. */
export const SHAPES: Readonly<Record<string, Members>> = {
  ...NEW_INTERFACE_SHAPES,
  ...ANSWER_SHAPES,
  ...VPC_SHAPES,
  ...AUDIT_SHAPES,
};

/** The members of a shape. Throws if there is no such shape. */
function membersOf(shape: string): Members {
  const members = SHAPES[shape];
  if (members === undefined) throw new Error(`no shape is named \`${shape}\`; add it to SHAPES`);
  return members;
}

/** All members, also nested ones, as paths: `tags.key`. */
export function flattenMembers(
  members: Members | string,
  path = '',
): (readonly [path: string, member: MemberSources])[] {
  const own = typeof members === 'string' ? membersOf(members) : members;
  return Object.entries(own).flatMap(([name, member]) => [
    [`${path}${name}`, member] as const,
    ...(member.shape === null ? [] : flattenMembers(member.shape, `${path}${name}.`)),
  ]);
}
