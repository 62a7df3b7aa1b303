import { type Deadline, NO_DEADLINE } from './deadline.ts';
import { type Accept, type Decision, decide } from './decide.ts';
import type { DecisionContext } from './decisionContext.ts';
import type { EventOrigin } from './events/event.ts';
import { canonicalJson } from './json.ts';
import type { Assignment, Evidence, LimitUsage } from './ledgerEntries.ts';
import { limitUsageOf } from './limits.ts';
import type { Gateway, VirtualInterface } from './model.ts';
import type { Policy } from './policy.ts';

/** What was looked at right before a confirm. */
export interface PreflightSnapshot {
  readonly request: VirtualInterface;
  readonly firstSeen: string;
  readonly deadline: Deadline;
  readonly decision: Accept;
  readonly gateways: readonly Gateway[];
  readonly world: DecisionContext;
  readonly skipped: readonly string[];
}

export function collectEvidence(origin: EventOrigin, policy: Policy, look: PreflightSnapshot): Evidence {
  const { request, firstSeen, deadline, decision, gateways, world, skipped } = look;
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
    gatewaySeen: gateways.find(({ id }) => id === decision.gateway) ?? null,
    usage: owner === undefined ? NO_USE : bounded(limitUsageOf(owner, fitting, request.id, policy, world)),
    acceptedBefore: world.acceptedThisRun,
    skipped: first(skipped, MOST_SKIPPED),
  };
}

const NO_USE: LimitUsage = { owner: [], grants: {} };

/** What is kept of one acceptance has a size that it may not exceed: so many IDs in all, and so many sentences. */
const MOST_IDS = 5000;
const MOST_SKIPPED = 100;

/** The first IDs of each list, and how many more there were. A list that is cut never gets longer by it, so a limit that left room still does. */
function bounded({ owner, grants }: LimitUsage): LimitUsage {
  const most = Math.max(1, Math.floor(MOST_IDS / (1 + Object.keys(grants).length)));
  const entries = Object.entries(grants).map(([name, ids]) => [name, first(ids, most)] as const);
  return { owner: first(owner, most), grants: Object.fromEntries(entries) };
}

function first(items: readonly string[], most: number): readonly string[] {
  return items.length > most ? [...items.slice(0, most), `and ${items.length - most} more`] : items;
}

/** The lasting record of one acceptance. */
export interface Receipt extends Assignment, Evidence {
  readonly id: string;
  /** when it was known to be accepted */
  readonly acceptedAt: string;
  readonly answer: AcceptanceProof;
}

/** Of the grant that the report names. */
export function ticketOf({ grant, tickets }: Pick<Receipt, 'grant' | 'tickets'>): string | null {
  // A grant may be named like something that every object has.
  return Object.hasOwn(tickets, grant) ? (tickets[grant] ?? null) : null;
}

/** By what it was known: what `confirm` answered, or a look at the interface after a doubtful answer or in a later pass. */
export interface AcceptanceProof {
  readonly by: 'confirm' | 'description' | 'laterPass';
  readonly state: string | null;
  /** what made the answer of the confirm doubtful; `null` when it was not */
  readonly doubt: string | null;
}

export function createReceipt(
  id: string,
  { at, owner, grants, gateway }: Assignment,
  grounds: Evidence,
  acceptedAt: string,
  answer: AcceptanceProof,
): Receipt {
  return { id, at, owner, grants, gateway, ...grounds, acceptedAt, answer };
}

/**
 * Decides the request of a receipt again, by the policy and at the time of then, with the slots taken that were taken.
 * @returns the decision; `isSame` when it is what the receipt says
 */
export function replayDecision(receipt: Receipt, policy: Policy): { decision: Decision; isSame: boolean } {
  const { request, acceptedBefore, usage, at } = receipt;
  const decision = decide(policy, request, worldOf(acceptedBefore), NO_DEADLINE, new Date(at));
  const isSame =
    decision.verdict === 'accept' &&
    canonicalJson(awarded(decision)) === canonicalJson(awarded(receipt)) &&
    hadRoom(policy, decision, usage);
  return { decision, isSame };
}

/** Nothing but the request: what stood around it is in its usage. */
function worldOf(acceptedThisRun: number): DecisionContext {
  return {
    interfaces: [],
    intents: {},
    acceptances: {},
    damaged: {},
    // It was known not to stand on a connection of ours, or it would have been no request.
    ownConnections: { known: true, ids: new Set() },
    acceptedThisRun,
  };
}

function awarded({ owner, grant, grants, gateway }: Pick<Accept, 'owner' | 'grant' | 'grants' | 'gateway'>) {
  return { owner, grant, grants, gateway };
}

function hadRoom(policy: Policy, { owner: name, grants }: Accept, usage: LimitUsage): boolean {
  const owner = policy.owners.find((candidate) => candidate.name === name);
  if (owner === undefined) return false;
  // Fail closed: what is not on record had no room.
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
