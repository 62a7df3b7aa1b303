import type { Deadline } from './deadline.ts';
import { addReasons, type Decision, decide } from './decide.ts';
import type { DecisionContext } from './decisionContext.ts';
import { containsCidr, type HostAddress, isBroadcast, parseHostAddress, sameSubnet } from './ip.ts';
import { type Gateway, isForeignGateway, type Recipient, type VirtualInterface } from './model.ts';
import { checkAddressesFree, checkVlanFree } from './networkConflicts.ts';
import type { Policy } from './policy.ts';
import { quote } from './printableText.ts';
import {
  type CheckResult,
  failedCheck,
  mergeChecks,
  NO_FINDINGS,
  type Reason,
  type ReasonCode,
  skippedCheck,
} from './reasons.ts';
import { gatewayKind } from './resourceIds.ts';

/**
 * Whether the request would make sense as a network: VLAN free, addresses paired and free, ASNs different.
 * What the API does not give is skipped and said; what cannot be read of a neighbour counts wherever it could.
 */
export function checkNetwork(
  request: VirtualInterface,
  gatewayId: string,
  gatewayAsn: number | null,
  recipient: Recipient,
  world: DecisionContext,
): CheckResult {
  return mergeChecks([
    checkAgainstNeighbours(request, gatewayId, recipient, world),
    asnsDiffer(request, gatewayId, gatewayAsn),
  ]);
}

/** Those of the checks that need no look at the gateway. */
export function checkAgainstNeighbours(
  request: VirtualInterface,
  gatewayId: string,
  recipient: Recipient,
  world: DecisionContext,
): CheckResult {
  return mergeChecks([
    checkVlanFree(request, world),
    checkAddressPairs(request),
    checkAddressesFree(request, gatewayId, recipient, world),
  ]);
}

/** Whether the two addresses of each session make sense as a pair: by themselves, whatever else is there. */
export function checkAddressPairs(request: Pick<VirtualInterface, 'peers'>): CheckResult {
  const found = request.peers.map(({ amazonAddress, customerAddress }) =>
    amazonAddress === null || customerAddress === null
      ? alone(amazonAddress ?? customerAddress)
      : paired(amazonAddress, customerAddress),
  );
  return request.peers.length === 0
    ? skippedCheck('peer addresses: the API lists no BGP peer')
    : mergeChecks(found);
}

/** The one address that is given; `null`: neither. */
function alone(address: string | null): CheckResult {
  // Fail closed: once it is accepted, it may stand for any address, and would hold every other request for its gateway.
  if (address !== null && parseHostAddress(address) === null)
    return failedCheck('peers-invalid', `${quote(address)} is no address`);
  return skippedCheck('peer addresses: the API does not give both');
}

function paired(ours: string, theirs: string): CheckResult {
  const [a, b] = [parseHostAddress(ours), parseHostAddress(theirs)];
  const pair = `${quote(ours)} and ${quote(theirs)}`;
  const invalid = (why: string): CheckResult => failedCheck('peers-invalid', `${pair}${why}`);
  if (a === null || b === null) return invalid(' are not both addresses');
  if (a.host === b.host) return invalid(' are the same address');
  // The first address of a subnet is let through: OUTSCALE's own guide gives it to a peer, and AWS refuses it itself.
  const broadcast = isBroadcast(within(b, a)) ? ours : isBroadcast(within(a, b)) ? theirs : null;
  if (broadcast !== null) return invalid(`: ${quote(broadcast)} is the broadcast address of its subnet`);
  switch (sameSubnet(a, b)) {
    case 'yes':
      return NO_FINDINGS;
    case 'no':
      return invalid(' are not in one subnet');
    case 'unknown':
      return skippedCheck(`peer addresses: the API gives ${pair} without a prefix length`);
  }
}

/** A bare address as one of the other's subnet, where it lies in that: it has no other, or the two are no pair. */
function within(other: HostAddress, one: HostAddress): HostAddress {
  return one.isBare && containsCidr(other.subnet, one.subnet) ? { ...one, subnet: other.subnet } : one;
}

function asnsDiffer(request: VirtualInterface, gatewayId: string, gatewayAsn: number | null): CheckResult {
  if (gatewayAsn === null)
    return skippedCheck(`ASN conflict: the API does not give the ASN of gateway \`${gatewayId}\``);
  const asns = request.peers.map(({ asn }) => asn);
  if (asns.includes(gatewayAsn)) {
    return failedCheck(
      'asn-conflict',
      `the customer's ASN ${gatewayAsn} is also that of gateway \`${gatewayId}\``,
    );
  }
  const complete = asns.length > 0 && !asns.includes(null);
  return complete ? NO_FINDINGS : skippedCheck("ASN conflict: the API does not give the customer's ASN");
}

/** What the policy decides, with everything that other interfaces have against it: as much as can be said without a call. */
export function decideWithNetworkChecks(
  policy: Policy,
  request: VirtualInterface,
  world: DecisionContext,
  deadline: Deadline,
  at: Date,
): Decision {
  const decision = decide(policy, request, world, deadline, at);
  const gateway = gatewayToCheck(decision);
  if (gateway === null) return decision;
  return addReasons(decision, checkAgainstNeighbours(request, gateway, policy.recipient, world).reasons);
}

const WITHOUT_GRANT: readonly ReasonCode[] = ['no-grant', 'grant-not-started', 'grant-ended'];

/** Of a request that a grant fits now: what the network has against it is said beside the limits. `null`: nothing to inspect. */
export function gatewayToCheck(decision: Decision): string | null {
  const isGranted =
    decision.verdict === 'accept' || !decision.reasons.some(({ code }) => WITHOUT_GRANT.includes(code));
  return isGranted ? decision.gateway : null;
}

/** The last look before a confirm: the gateway itself, and whether the network would make sense. */
export function runPreflightChecks(
  request: VirtualInterface,
  gatewayId: string,
  gateways: readonly Gateway[],
  recipient: Recipient,
  world: DecisionContext,
): CheckResult {
  const gateway = gateways.find(({ id }) => id === gatewayId) ?? null;
  const sanity = checkNetwork(request, gatewayId, gateway?.asn ?? null, recipient, world);
  return {
    reasons: [...gatewayFitness(gatewayId, gateway, recipient), ...sanity.reasons],
    skipped: sanity.skipped,
  };
}

function gatewayFitness(id: string, gateway: Gateway | null, recipient: Recipient): Reason[] {
  if (gateway === null) {
    return [
      { code: 'gateway-missing', message: `gateway \`${id}\` does not exist in this account and region` },
    ];
  }
  if (isForeignGateway(gateway, recipient)) {
    const message = `gateway \`${id}\` belongs to account ${quote(gateway.ownerAccount ?? '')}, not to \`${recipient.account}\`; name a gateway of your own`;
    return [{ code: 'gateway-missing', message }];
  }
  const reasons: Reason[] = [];
  if (gateway.state !== 'available') {
    const state = gateway.state === null ? 'unknown' : quote(gateway.state);
    reasons.push({
      code: 'gateway-not-available',
      message: `gateway \`${id}\` must be \`available\`, is ${state}`,
    });
  }
  if (gatewayKind(id) === 'virtual' && gateway.attachedVpcs.length === 0) {
    reasons.push({
      code: 'gateway-not-attached',
      message: `gateway \`${id}\` is attached to no VPC; attach it first`,
    });
  }
  return reasons;
}
