import { NO_DEADLINE } from '../lambda/core/deadline.ts';
import { type Decision, decide, hold } from '../lambda/core/decide.ts';
import type { VirtualInterface } from '../lambda/core/model.ts';
import type { Policy } from '../lambda/core/policy.ts';
import type { Reason } from '../lambda/core/reasons.ts';
import { addressesPaired, networkSanity } from '../lambda/core/sanity.ts';
import type { World } from '../lambda/core/world.ts';

/** Nothing is known beside the request: no live interface, no record, and no connection is the recipient's own. */
const NOTHING_ELSE: World = {
  interfaces: [],
  intents: {},
  acceptances: {},
  damaged: {},
  ownConnections: { known: true, ids: new Set() },
  acceptedThisPass: 0,
};

/**
 * Decides as a run does, as far as that needs no call: by the policy, then by what is in the way on the network. Gateways are not
 * known here, so what depends on them is left out.
 */
export function decideWithoutCalls(
  policy: Policy,
  request: VirtualInterface,
  world: World,
  at: Date,
): Decision {
  const decision = decide(policy, request, world, NO_DEADLINE, at);
  if (decision.verdict === 'hold') return decision;
  const { reasons } = networkSanity(request, decision.gateway, null, policy.recipient, world);
  return reasons.length > 0 ? hold(reasons, decision.gateway) : decision;
}

/** The same for a request by itself. */
export function decideAlone(policy: Policy, request: VirtualInterface, at: Date): Decision {
  return decideWithoutCalls(policy, request, { ...NOTHING_ELSE, interfaces: [request] }, at);
}

/** Why a request is held whatever a policy says and whatever else is live: its addresses are no pair. */
export function unpaired(request: Pick<VirtualInterface, 'peers'>): readonly Reason[] {
  return addressesPaired(request).reasons;
}
