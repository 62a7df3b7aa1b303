import type { FollowUp } from './followUp.ts';
import { endpointOptions } from './manualOverrideCommand.ts';
import type { Routing } from './model.ts';
import { formatFirst, quote } from './printableText.ts';

/** Where commands for people go; `null`: where the AWS CLI finds it by itself. */
export interface CommandEndpoints {
  readonly directConnect: string | null;
  /** EC2 or FCU */
  readonly gateways: string | null;
}

/**
 * Why nothing leads on from a gateway, so that what is attached to it carries no traffic, and what mends that. What may
 * lead on counts as leading on: this is told, and nothing is held or undone by it.
 * @returns `null` when something does
 */
export function findRouteProblem(
  gateway: string,
  routing: Routing,
  region: string,
  endpoints: CommandEndpoints,
): Pick<FollowUp, 'message' | 'fix'> | null {
  switch (routing.kind) {
    case 'virtual':
      return unroutedVirtual(gateway, routing, endpointOptions(region, endpoints.gateways));
    case 'directConnect':
      return unassociated(gateway, routing, endpointOptions(region, endpoints.directConnect));
    default:
      return routing satisfies never;
  }
}

const NO_TRAFFIC = 'available, and carries no traffic';

/**
 * One route table is enough, whichever subnets use it: which of them are to be reached is not ours to know. A route to
 * the gateway that somebody made by hand leads to it as well as one that is propagated.
 */
function unroutedVirtual(
  gateway: string,
  { vpcs, tables }: Extract<Routing, { kind: 'virtual' }>,
  where: string,
): Pick<FollowUp, 'message' | 'fix'> | null {
  if (vpcs.length === 0) {
    return {
      message: `${NO_TRAFFIC}: gateway \`${gateway}\` is attached to no VPC`,
      fix: `aws ec2 attach-vpn-gateway --vpn-gateway-id ${gateway} --vpc-id VPC_ID ${where}`,
    };
  }
  if (tables.some(({ gateways }) => gateways.includes(gateway))) return null;
  const ids = tables.map(({ id }) => id);
  const named = `${formatFirst(vpcs.map(quote), 3)} (${formatFirst(ids.map(quote), 5)})`;
  return {
    message: `${NO_TRAFFIC}: gateway \`${gateway}\` propagates its routes to no route table of ${named}, and no route there leads to it`,
    fix: `aws ec2 enable-vgw-route-propagation --route-table-id ${tableWord(ids)} --gateway-id ${gateway} ${where}`,
  };
}

/** Which of several is for a person to choose. IDs come from the API: what is not plainly one becomes no part of a command. */
function tableWord([id = '', ...others]: readonly string[]): string {
  return others.length === 0 && /^rtb-[0-9a-z]+$/.test(id) ? id : 'ROUTE_TABLE_ID';
}

/**
 * One association is enough, also one that is only being made. Where it leads may be another account or region, which we
 * cannot look into.
 */
function unassociated(
  gateway: string,
  { associations }: Extract<Routing, { kind: 'directConnect' }>,
  where: string,
): Pick<FollowUp, 'message' | 'fix'> | null {
  if (associations.some((state) => state !== 'disassociating' && state !== 'disassociated')) return null;
  return {
    message: `${NO_TRAFFIC}: Direct Connect gateway \`${gateway}\` is associated with no gateway of a VPC`,
    fix: `aws directconnect create-direct-connect-gateway-association --direct-connect-gateway-id ${gateway} --gateway-id VGW_ID ${where}`,
  };
}
