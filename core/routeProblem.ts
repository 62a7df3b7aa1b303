import type { FollowUp } from './followUp.ts';
import { type GatewayAssociation, type InterfaceKind, KINDS, type KindTraits } from './kinds.ts';
import { endpointOptions, formatCommand } from './manualOverrideCommand.ts';
import type { Routing } from './model.ts';
import { formatFirst, quote } from './printableText.ts';

/** The endpoints for commands that people run; `null`: the AWS CLI's default. */
export interface CommandEndpoints {
  readonly directConnect: string | null;
  /** EC2 or FCU */
  readonly gateways: string | null;
}

/**
 * Explains why a gateway has no onward route, so that an interface on it carries no traffic, and how to fix it. Advisory only:
 * it never holds or reverses an acceptance. A possible route counts as a route.
 * @param kind that of the interface; `null`: unknown
 * @returns `null`: the gateway has a route
 */
export function findRouteProblem(
  gateway: string,
  kind: InterfaceKind | null,
  routing: Routing,
  region: string,
  endpoints: CommandEndpoints,
): Pick<FollowUp, 'message' | 'fix'> | null {
  switch (routing.kind) {
    case 'virtual':
      return findVirtualGatewayProblem(
        gateway,
        routing,
        formatCommand(endpointOptions(region, endpoints.gateways)),
      );
    case 'directConnect':
      return findAssociationProblem(
        gateway,
        kind,
        routing,
        formatCommand(endpointOptions(region, endpoints.directConnect)),
      );
    default:
      return routing satisfies never;
  }
}

const NO_TRAFFIC = 'available, but carries no traffic';

/**
 * A virtual private gateway needs one route table, for any subnet: which subnets must be reachable is unknown here. A static
 * route to the gateway counts as much as a propagated one.
 */
function findVirtualGatewayProblem(
  gateway: string,
  { vpcs, tables }: Extract<Routing, { kind: 'virtual' }>,
  endpoint: string,
): Pick<FollowUp, 'message' | 'fix'> | null {
  if (vpcs.length === 0) {
    return {
      message: `${NO_TRAFFIC}: gateway \`${gateway}\` is not attached to a VPC`,
      fix: `aws ec2 attach-vpn-gateway --vpn-gateway-id ${gateway} --vpc-id VPC_ID ${endpoint}`,
    };
  }
  if (tables.some(({ gateways }) => gateways.includes(gateway))) return null;
  const ids = tables.map(({ id }) => id);
  const named = `${formatFirst(vpcs.map(quote), 3)} (${formatFirst(ids.map(quote), 5)})`;
  return {
    message: `${NO_TRAFFIC}: gateway \`${gateway}\` does not propagate its routes to a route table of ${named}, and no route there targets it`,
    fix: `aws ec2 enable-vgw-route-propagation --route-table-id ${routeTableArgument(ids)} --gateway-id ${gateway} ${endpoint}`,
  };
}

/**
 * A person chooses among several tables. IDs come from the API: a text that is not a well-formed ID must not become part
 * of a command.
 */
function routeTableArgument([id = '', ...others]: readonly string[]): string {
  return others.length === 0 && /^rtb-[0-9a-z]+$/.test(id) ? id : 'ROUTE_TABLE_ID';
}

/**
 * A Direct Connect gateway needs one association, of a type that leads on from the kind of interface; one in progress counts too.
 * The associated gateway may be in another account or region, which this product cannot read.
 */
function findAssociationProblem(
  gateway: string,
  kind: InterfaceKind | null,
  { associations }: Extract<Routing, { kind: 'directConnect' }>,
  endpoint: string,
): Pick<FollowUp, 'message' | 'fix'> | null {
  const leadsOn = ({ state, type }: GatewayAssociation): boolean =>
    state !== 'disassociating' &&
    state !== 'disassociated' &&
    (kind === null || type === null || KINDS[kind].associationTypes.has(type));
  if (associations.some(leadsOn)) return null;
  const { title, placeholder } = kind === null ? ANY_ASSOCIATED : KINDS[kind].associated;
  return {
    message: `${NO_TRAFFIC}: Direct Connect gateway \`${gateway}\` is not associated with ${title}`,
    fix: `aws directconnect create-direct-connect-gateway-association --direct-connect-gateway-id ${gateway} --gateway-id ${placeholder} ${endpoint}`,
  };
}

/** What an interface of an unknown kind needs. */
const ANY_ASSOCIATED: KindTraits['associated'] = {
  title: 'a virtual private gateway or a transit gateway',
  placeholder: 'GATEWAY_ID',
};
