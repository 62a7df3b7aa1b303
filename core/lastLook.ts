import type { Deadline } from './deadline.ts';
import type { Accept } from './decide.ts';
import type { World } from './decisionContext.ts';
import type { Origin } from './events/event.ts';
import type { Grounds, Usage } from './grounds.ts';
import { usageOf } from './limits.ts';
import type { Gateway, VirtualInterface } from './model.ts';
import type { Policy } from './policy.ts';

/** What was looked at right before a confirm. */
export interface LastLook {
  readonly request: VirtualInterface;
  readonly firstSeen: string;
  readonly deadline: Deadline;
  readonly decision: Accept;
  readonly gateways: readonly Gateway[];
  readonly world: World;
  readonly skipped: readonly string[];
}

export function groundsOf(origin: Origin, policy: Policy, look: LastLook): Grounds {
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
    usage: owner === undefined ? NO_USE : bounded(usageOf(owner, fitting, request.id, policy, world)),
    acceptedBefore: world.acceptedThisPass,
    skipped: first(skipped, MOST_SKIPPED),
  };
}

const NO_USE: Usage = { owner: [], grants: {} };

/** What is kept of one acceptance has a size that it may not exceed: so many IDs in all, and so many sentences. */
const MOST_IDS = 5000;
const MOST_SKIPPED = 100;

/** The first IDs of each list, and how many more there were. A list that is cut never gets longer by it, so a limit that left room still does. */
function bounded({ owner, grants }: Usage): Usage {
  const most = Math.max(1, Math.floor(MOST_IDS / (1 + Object.keys(grants).length)));
  const entries = Object.entries(grants).map(([name, ids]) => [name, first(ids, most)] as const);
  return { owner: first(owner, most), grants: Object.fromEntries(entries) };
}

function first(items: readonly string[], most: number): readonly string[] {
  return items.length > most ? [...items.slice(0, most), `and ${items.length - most} more`] : items;
}
