import { NO_DEADLINE } from '../core/deadline.ts';
import type { Decision } from '../core/decide.ts';
import type { DecisionContext } from '../core/decisionContext.ts';
import type { VirtualInterface } from '../core/model.ts';
import type { Policy } from '../core/policy.ts';
import { checkAddressPairs, decideWithNetworkChecks } from '../core/preflightChecks.ts';
import type { Reason } from '../core/reasons.ts';

/** The context of a request by itself: no other interface, no record, and no connection of the recipient. */
export const NOTHING_ELSE: DecisionContext = {
  interfaces: [],
  intents: {},
  acceptances: {},
  damaged: {},
  ownConnections: { known: true, ids: new Set() },
  acceptedThisRun: 0,
};

/** The decision of a run if the request were the only interface. Gateways are not checked, because that needs API calls. */
export function decideInIsolation(policy: Policy, request: VirtualInterface, at: Date): Decision {
  return decideWithNetworkChecks(
    policy,
    request,
    { ...NOTHING_ELSE, interfaces: [request] },
    NO_DEADLINE,
    at,
  );
}

/** Reasons to hold a request for its own addresses: they do not form a pair, which no policy can accept. */
export function invalidAddressReasons(request: Pick<VirtualInterface, 'peers'>): readonly Reason[] {
  return checkAddressPairs(request).reasons;
}
