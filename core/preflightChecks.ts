import type { Deadline } from './deadline.ts';
import { addReasons, type Decision, decide } from './decide.ts';
import type { DecisionContext } from './decisionContext.ts';
import { checkGateway, checkTypesOnGateway, type GatewaysSeen } from './gatewayChecks.ts';
import { containsCidr, type HostAddress, isBroadcast, parseHostAddress, sameSubnet } from './ip.ts';
import type { Recipient, VirtualInterface } from './model.ts';
import { checkAddressesFree, checkVlanFree } from './networkConflicts.ts';
import type { Policy } from './policy.ts';
import {
  type CheckResult,
  failedCheck,
  mergeChecks,
  NO_FINDINGS,
  type ReasonCode,
  type ReasonParameters,
  skippedCheck,
} from './reasons.ts';

/** The decision of the policy, with the preflight checks that need no API call: conflicts with other interfaces. */
export function decideWithNetworkChecks(
  policy: Policy,
  request: VirtualInterface,
  context: DecisionContext,
  deadline: Deadline,
  at: Date,
): Decision {
  const decision = decide(policy, request, context, deadline, at);
  const gateway = gatewayToCheck(decision);
  if (gateway === null) return decision;
  return addReasons(decision, checkAgainstNeighbours(request, gateway, policy.recipient, context).reasons);
}

const WITHOUT_GRANT: readonly ReasonCode[] = ['no-grant', 'grant-not-started', 'grant-ended'];

/** The gateway to check a request against, if a grant matches the request now; `null`: no gateway to check. */
export function gatewayToCheck(decision: Decision): string | null {
  const isGranted =
    decision.verdict === 'accept' || !decision.reasons.some(({ code }) => WITHOUT_GRANT.includes(code));
  return isGranted ? decision.gateway : null;
}

/** The preflight checks, immediately before a confirm: the gateway, and conflicts of VLAN, addresses and ASN. */
export function runPreflightChecks(
  request: VirtualInterface,
  gatewayId: string,
  seen: GatewaysSeen,
  recipient: Recipient,
  context: DecisionContext,
): CheckResult {
  const asn = seen.gateways.find(({ id }) => id === gatewayId)?.asn ?? null;
  return mergeChecks([
    checkGateway(request, gatewayId, seen, recipient),
    checkNetwork(request, gatewayId, asn, recipient, context),
  ]);
}

/**
 * The checks of the network: VLAN free, addresses paired and free, ASNs different.
 * A check whose input the API does not return is skipped and reported. An unreadable field of a neighbour counts as a conflict
 * wherever it could be one.
 */
export function checkNetwork(
  request: VirtualInterface,
  gatewayId: string,
  gatewayAsn: number | null,
  recipient: Recipient,
  context: DecisionContext,
): CheckResult {
  return mergeChecks([
    checkAgainstNeighbours(request, gatewayId, recipient, context),
    checkAsnsDiffer(request, gatewayId, gatewayAsn),
  ]);
}

/** The checks that compare a request with other interfaces, or need nothing of the gateway. */
export function checkAgainstNeighbours(
  request: VirtualInterface,
  gatewayId: string,
  recipient: Recipient,
  context: DecisionContext,
): CheckResult {
  return mergeChecks([
    checkTypesOnGateway(request, gatewayId, context),
    checkVlanFree(request, context),
    checkAddressPairs(request),
    checkAddressesFree(request, gatewayId, recipient, context),
  ]);
}

/** Checks that the two addresses of each session are a valid pair, independent of other interfaces. */
export function checkAddressPairs(request: Pick<VirtualInterface, 'peers'>): CheckResult {
  const found = request.peers.map(({ amazonAddress, customerAddress }) =>
    amazonAddress === null || customerAddress === null
      ? checkSingleAddress(amazonAddress ?? customerAddress)
      : checkAddressPair(amazonAddress, customerAddress),
  );
  return request.peers.length === 0
    ? skippedCheck({ check: 'peers-invalid', missing: 'sessions' })
    : mergeChecks(found);
}

/** Checks a session with at most one address. @param address `null`: the session has none */
function checkSingleAddress(address: string | null): CheckResult {
  // Fail closed: an invalid address may mean any address; once accepted, it would hold every other request for its gateway.
  if (address !== null && parseHostAddress(address) === null)
    return failedCheck({ code: 'peers-invalid', parameters: { cause: 'notAnAddress', address } });
  return skippedCheck({ check: 'peers-invalid', missing: 'secondAddress' });
}

function checkAddressPair(amazonAddress: string, customerAddress: string): CheckResult {
  const [a, b] = [parseHostAddress(amazonAddress), parseHostAddress(customerAddress)];
  const pair = [amazonAddress, customerAddress] as const;
  const invalid = (parameters: ReasonParameters['peers-invalid']): CheckResult =>
    failedCheck({ code: 'peers-invalid', parameters });
  if (a === null || b === null) return invalid({ cause: 'notBothAddresses', pair });
  if (a.host === b.host) return invalid({ cause: 'sameAddress', pair });
  // The first address of a subnet is allowed: OUTSCALE's own guide gives it to a peer, and AWS itself refuses it.
  const broadcast = isBroadcast(withSubnetOf(b, a))
    ? amazonAddress
    : isBroadcast(withSubnetOf(a, b))
      ? customerAddress
      : null;
  if (broadcast !== null) return invalid({ cause: 'broadcast', pair, address: broadcast });
  switch (sameSubnet(a, b)) {
    case 'yes':
      return NO_FINDINGS;
    case 'no':
      return invalid({ cause: 'differentSubnets', pair });
    case 'unknown':
      return skippedCheck({ check: 'peers-invalid', missing: 'prefixLengths', pair });
  }
}

/** A bare address with the subnet of the other address, if that subnet contains it. Otherwise the two are not a pair. */
function withSubnetOf(other: HostAddress, one: HostAddress): HostAddress {
  return one.isBare && containsCidr(other.subnet, one.subnet) ? { ...one, subnet: other.subnet } : one;
}

function checkAsnsDiffer(
  request: VirtualInterface,
  gatewayId: string,
  gatewayAsn: number | null,
): CheckResult {
  if (gatewayAsn === null)
    return skippedCheck({ check: 'asn-conflict', missing: 'gatewayAsn', gateway: gatewayId });
  const asns = request.peers.map(({ asn }) => asn);
  if (asns.includes(gatewayAsn))
    return failedCheck({ code: 'asn-conflict', parameters: { asn: gatewayAsn, gateway: gatewayId } });
  const complete = asns.length > 0 && !asns.includes(null);
  return complete ? NO_FINDINGS : skippedCheck({ check: 'asn-conflict', missing: 'customerAsn' });
}
