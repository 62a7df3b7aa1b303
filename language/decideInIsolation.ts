import { NO_DEADLINE } from '../core/deadline.ts';
import type { Decision } from '../core/decide.ts';
import type { DecisionContext } from '../core/decisionContext.ts';
import type { VirtualInterface } from '../core/model.ts';
import type { Policy } from '../core/policy.ts';
import { checkAddressPairs, decideWithNetworkChecks } from '../core/preflightChecks.ts';
import type { Reason } from '../core/reasons.ts';

/** Nothing is known beside the request: no live interface, no record, and no connection is the recipient's own. */
const NOTHING_ELSE: DecisionContext = {
  interfaces: [],
  intents: {},
  acceptances: {},
  damaged: {},
  ownConnections: { known: true, ids: new Set() },
  acceptedThisRun: 0,
};

/** What a run would decide of a request by itself, as far as that needs no call. Gateways are not known here. */
export function decideInIsolation(policy: Policy, request: VirtualInterface, at: Date): Decision {
  return decideWithNetworkChecks(
    policy,
    request,
    { ...NOTHING_ELSE, interfaces: [request] },
    NO_DEADLINE,
    at,
  );
}

/** Why a request is held whatever a policy says and whatever else is live: its addresses are no pair. */
export function invalidAddressReasons(request: Pick<VirtualInterface, 'peers'>): readonly Reason[] {
  return checkAddressPairs(request).reasons;
}
