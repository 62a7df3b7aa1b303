import { type Deadline, NO_DEADLINE } from './deadline.ts';
import { type Accept, type Decision, decide } from './decide.ts';
import type { DecisionContext } from './decisionContext.ts';
import type { EventOrigin } from './events/event.ts';
import type { GatewaysSeen } from './gatewayChecks.ts';
import { canonicalJson } from './json.ts';
import type { Assignment, Evidence, GatewaySeen, LimitUsage } from './ledgerEntries.ts';
import { limitUsageOf } from './limits.ts';
import type { VirtualInterface } from './model.ts';
import type { Policy } from './policy.ts';
import type { SkippedCheck } from './reasons.ts';
import { renderSkippedCheck } from './renderReason.ts';

/** What a run read and decided immediately before a confirm. */
export interface PreflightSnapshot {
  readonly request: VirtualInterface;
  readonly firstSeen: string;
  readonly deadline: Deadline;
  readonly decision: Accept;
  readonly seen: GatewaysSeen;
  readonly world: DecisionContext;
  readonly skipped: readonly SkippedCheck[];
}

export function collectEvidence(origin: EventOrigin, policy: Policy, preflight: PreflightSnapshot): Evidence {
  const { request, firstSeen, deadline, decision, seen, world, skipped } = preflight;
  const { target, provider, region, account } = origin;
  const owner = policy.owners.find(({ name }) => name === decision.owner);
  const fitting = owner?.grants.filter(({ name }) => decision.grants.includes(name)) ?? [];
  const tickets = fitting.flatMap(({ name, ticket }) => (ticket === null ? [] : [[name, ticket] as const]));
  return {
    target,
    recipient: { provider, region, account },
    policy: origin.policy,
    request,
    firstSeen,
    deadline,
    grant: decision.grant,
    tickets: Object.fromEntries(tickets),
    gatewaySeen: gatewaySeen(decision.gateway, seen),
    usage:
      owner === undefined ? NO_USAGE : boundUsage(limitUsageOf(owner, fitting, request.id, policy, world)),
    acceptedBefore: world.acceptedThisRun,
    skipped: firstItems(skipped.map(renderSkippedCheck), MAX_SKIPPED),
  };
}

function gatewaySeen(id: string, { gateways, served }: GatewaysSeen): GatewaySeen | null {
  const gateway = gateways.find((listed) => listed.id === id);
  if (gateway === undefined) return null;
  return { ...gateway, servedKinds: served?.gateway === id ? served.kinds : null };
}

const NO_USAGE: LimitUsage = { owner: [], grants: {} };

/** The size of a receipt is limited: at most this many IDs in total, and this many sentences. */
const MAX_IDS = 5000;
const MAX_SKIPPED = 100;

/**
 * Keeps the first IDs of each list and the number of the others. A shortened list never has more items than before, so a
 * limit with room still has room.
 */
function boundUsage({ owner, grants }: LimitUsage): LimitUsage {
  const max = Math.max(1, Math.floor(MAX_IDS / (1 + Object.keys(grants).length)));
  const entries = Object.entries(grants).map(([name, ids]) => [name, firstItems(ids, max)] as const);
  return { owner: firstItems(owner, max), grants: Object.fromEntries(entries) };
}

function firstItems(items: readonly string[], max: number): readonly string[] {
  return items.length > max ? [...items.slice(0, max), `and ${items.length - max} more`] : items;
}

/** A receipt: the permanent record of one acceptance. */
export interface Receipt extends Assignment, Evidence {
  readonly id: string;
  /** when a run knew that it was accepted */
  readonly acceptedAt: string;
  readonly answer: AcceptanceProof;
}

/** The ticket of the grant that the report names. */
export function ticketOf({ grant, tickets }: Pick<Receipt, 'grant' | 'tickets'>): string | null {
  // A grant may have the name of a property that every object inherits.
  return Object.hasOwn(tickets, grant) ? (tickets[grant] ?? null) : null;
}

/**
 * How the acceptance became known: from the answer to the confirm, or from a description after an uncertain answer or in a
 * later run.
 */
export interface AcceptanceProof {
  readonly by: 'confirm' | 'description' | 'laterRun';
  readonly state: string | null;
  /** why the answer to the confirm was uncertain; `null`: it was certain */
  readonly doubt: string | null;
}

export function createReceipt(
  id: string,
  { at, owner, grants, gateway }: Assignment,
  evidence: Evidence,
  acceptedAt: string,
  answer: AcceptanceProof,
): Receipt {
  return { id, at, owner, grants, gateway, ...evidence, acceptedAt, answer };
}

/**
 * Decides the request of a receipt again, with the policy, the time and the taken slots of the acceptance.
 * @returns the decision; `isSame`: it is the decision of the receipt
 */
export function replayDecision(receipt: Receipt, policy: Policy): { decision: Decision; isSame: boolean } {
  const { request, acceptedBefore, usage, at } = receipt;
  const decision = decide(policy, request, contextOfReceipt(acceptedBefore), NO_DEADLINE, new Date(at));
  const isSame =
    decision.verdict === 'accept' &&
    canonicalJson(assignmentOf(decision)) === canonicalJson(assignmentOf(receipt)) &&
    hadRoom(policy, decision, usage);
  return { decision, isSame };
}

/** A context with no other interface: the receipt's `usage` has the taken slots. */
function contextOfReceipt(acceptedThisRun: number): DecisionContext {
  return {
    interfaces: [],
    intents: {},
    acceptances: {},
    damaged: {},
    // Its connection was known not to be an own one: otherwise it would not have been a request.
    ownConnections: { known: true, ids: new Set() },
    acceptedThisRun,
  };
}

function assignmentOf({
  owner,
  grant,
  grants,
  gateway,
}: Pick<Accept, 'owner' | 'grant' | 'grants' | 'gateway'>) {
  return { owner, grant, grants, gateway };
}

function hadRoom(policy: Policy, { owner: name, grants }: Accept, usage: LimitUsage): boolean {
  const owner = policy.owners.find((candidate) => candidate.name === name);
  if (owner === undefined) return false;
  // Fail closed: a limit without recorded usage had no room.
  const isBelow = (limit: number | null, used: readonly string[] | undefined): boolean =>
    limit === null || (used !== undefined && used.length < limit);
  return (
    isBelow(owner.limit, usage.owner) &&
    owner.grants
      .filter((grant) => grants.includes(grant.name))
      .every(({ name, limit }) =>
        isBelow(limit, Object.hasOwn(usage.grants, name) ? usage.grants[name] : undefined),
      )
  );
}
