import { verdictOf } from './fields/match.ts';
import type { Usage } from './grounds.ts';
import type { VirtualInterface } from './model.ts';
import type { Grant, Owner } from './policy.ts';
import type { Reason } from './reasons.ts';
import type { Award } from './remembered.ts';
import { allOf, type Ternary, ternary } from './ternary.ts';
import { listSome } from './text.ts';
import { occupying, type World } from './world.ts';

/** What stands in the slots that a request would need one of. */
export function usageOf(owner: Owner, fitting: readonly Grant[], requestId: string, world: World): Usage {
  const live = occupying(world, requestId);
  return {
    owner: use(requestId, live, world, owner, null),
    grants: Object.fromEntries(
      fitting.map((grant) => [grant.name, use(requestId, live, world, owner, grant)]),
    ),
  };
}

/** IDs that a message names. */
const MOST = 20;

/** Limits of the owner and of every fitting grant that leave no room for one more. */
export function exhaustedLimits(
  owner: Owner,
  fitting: readonly Grant[],
  requestId: string,
  world: World,
): Reason[] {
  const reasons: Reason[] = [];
  if (owner.limit === null && fitting.every(({ limit }) => limit === null)) return reasons;
  const usage = usageOf(owner, fitting, requestId, world);
  const ownerUse = usage.owner;
  if (owner.limit !== null && ownerUse.length >= owner.limit) {
    const message = `owner \`${owner.name}\` may have ${owner.limit} live interfaces and has ${ownerUse.length}: ${listSome(ownerUse, MOST)}`;
    reasons.push({ code: 'owner-limit', message });
  }
  for (const grant of fitting) {
    const grantUse = usage.grants[grant.name] ?? [];
    if (grant.limit !== null && grantUse.length >= grant.limit) {
      const message = `grant \`${owner.name}.${grant.name}\` may have ${grant.limit} live interfaces and has ${grantUse.length}: ${listSome(grantUse, MOST)}`;
      reasons.push({ code: 'grant-limit', message });
    }
  }
  return reasons;
}

/** IDs that occupy a slot: live interfaces that may belong (unknown counts), what the ledger gave a grant, and intents. */
function use(
  requestId: string,
  occupied: readonly VirtualInterface[],
  world: World,
  owner: Owner,
  grant: Grant | null,
): string[] {
  const given = (award: Award | undefined): boolean =>
    award !== undefined &&
    award.owner === owner.name &&
    (grant === null || award.grants.includes(grant.name));
  // Fail closed: an interface that may belong takes a slot.
  const mayBelong = (vif: VirtualInterface): boolean => {
    const onOwner = standsOn(owner, vif);
    if (grant === null) return onOwner !== 'no';
    if (couldBeUnder(onOwner, grant, vif) !== 'no' || given(world.acceptances[vif.id])) return true;
    // What the ledger gave it cannot be read, so it may be this grant.
    return world.damaged[vif.id] !== undefined;
  };
  const live = occupied.filter(mayBelong).map(({ id }) => id);
  const begun = Object.entries(world.intents)
    .filter(([id, intent]) => id !== requestId && given(intent))
    .map(([id]) => id);
  return [...new Set([...live, ...begun])].sort();
}

function standsOn(owner: Owner, vif: VirtualInterface): Ternary {
  return vif.connection === null ? 'unknown' : ternary(owner.connections.includes(vif.connection));
}

function couldBeUnder(onOwner: Ternary, grant: Grant, vif: VirtualInterface): Ternary {
  return onOwner === 'no' ? onOwner : allOf([onOwner, verdictOf(grant.match, vif, 'fits')]);
}
