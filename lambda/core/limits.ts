import { verdictOf } from './fields/match.ts';
import type { Usage } from './grounds.ts';
import type { VirtualInterface } from './model.ts';
import type { Grant, Owner } from './policy.ts';
import type { Reason } from './reasons.ts';
import type { Award } from './remembered.ts';
import { listSome } from './text.ts';
import { occupies, occupying, type World } from './world.ts';

/** What stands in the slots that a request would need one of. */
export function usageOf(owner: Owner, fitting: readonly Grant[], requestId: string, world: World): Usage {
  return {
    owner: use(requestId, world, owner, null),
    grants: Object.fromEntries(fitting.map((grant) => [grant.name, use(requestId, world, owner, grant)])),
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
function use(requestId: string, world: World, owner: Owner, grant: Grant | null): string[] {
  const live = occupying(world)
    .filter((vif) => mayBelong(vif, world, owner, grant) && occupies(vif, world, requestId))
    .map(({ id }) => id);
  const begun = Object.keys(world.intents).filter(
    (id) => id !== requestId && isGiven(world.intents[id], owner, grant),
  );
  return [...new Set([...live, ...begun])].sort();
}

function mayBelong(vif: VirtualInterface, world: World, owner: Owner, grant: Grant | null): boolean {
  const { id, connection } = vif;
  // Fail closed: an interface that may belong takes a slot.
  const mayBeOwners = connection === null || owner.connections.includes(connection);
  if (grant === null) return mayBeOwners;
  if (mayBeOwners && verdictOf(grant.match, vif, 'fits') !== 'no') return true;
  // What the ledger gave it cannot be read, so it may be this grant.
  return isGiven(world.acceptances[id], owner, grant) || world.damaged[id] !== undefined;
}

function isGiven(award: Award | undefined, owner: Owner, grant: Grant | null): boolean {
  return (
    award !== undefined && award.owner === owner.name && (grant === null || award.grants.includes(grant.name))
  );
}
