import { NO_DEADLINE } from '../core/deadline.ts';
import type { Decision } from '../core/decide.ts';
import type { World } from '../core/decisionContext.ts';
import type { VirtualInterface } from '../core/model.ts';
import type { Policy } from '../core/policy.ts';
import { addressesPaired, decideBesideOthers } from '../core/preflightChecks.ts';
import type { Reason } from '../core/reasons.ts';

/** Nothing is known beside the request: no live interface, no record, and no connection is the recipient's own. */
const NOTHING_ELSE: World = {
  interfaces: [],
  intents: {},
  acceptances: {},
  damaged: {},
  ownConnections: { known: true, ids: new Set() },
  acceptedThisPass: 0,
};

/** What a run would decide of a request by itself, as far as that needs no call. Gateways are not known here. */
export function decideAlone(policy: Policy, request: VirtualInterface, at: Date): Decision {
  return decideBesideOthers(policy, request, { ...NOTHING_ELSE, interfaces: [request] }, NO_DEADLINE, at);
}

/** Why a request is held whatever a policy says and whatever else is live: its addresses are no pair. */
export function unpaired(request: Pick<VirtualInterface, 'peers'>): readonly Reason[] {
  return addressesPaired(request).reasons;
}
