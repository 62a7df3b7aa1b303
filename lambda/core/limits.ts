import { judge } from './fields/match.ts';
import type { Award } from './ledger.ts';
import type { VirtualInterface } from './model.ts';
import type { Grant, Owner } from './policy.ts';
import type { Reason } from './reasons.ts';
import { allOf, type Ternary, ternary } from './ternary.ts';
import { list } from './text.ts';
import { occupying, type World } from './world.ts';

/** Limits of the owner and of every fitting grant that leave no room for one more. */
export function exhaustedLimits(
  owner: Owner,
  fitting: readonly Grant[],
  requestId: string,
  world: World,
): Reason[] {
  const reasons: Reason[] = [];
  const ownerUse = use(requestId, world, owner.name, null, (vif) => standsOn(owner, vif));
  if (owner.limit !== null && ownerUse.length >= owner.limit) {
    const message = `owner \`${owner.name}\` may have ${owner.limit} live interfaces and has ${ownerUse.length}: ${list(ownerUse)}`;
    reasons.push({ code: 'owner-limit', message });
  }
  for (const grant of fitting) {
    const grantUse = use(requestId, world, owner.name, grant.name, (vif) => couldBeUnder(owner, grant, vif));
    if (grant.limit !== null && grantUse.length >= grant.limit) {
      const message = `grant \`${owner.name}.${grant.name}\` may have ${grant.limit} live interfaces and has ${grantUse.length}: ${list(grantUse)}`;
      reasons.push({ code: 'grant-limit', message });
    }
  }
  return reasons;
}

/** IDs that occupy a slot: live interfaces that may belong (unknown counts), what the ledger gave a grant, and intents. */
function use(
  requestId: string,
  world: World,
  owner: string,
  grant: string | null,
  belongs: (vif: VirtualInterface) => Ternary,
): string[] {
  const given = (award: Award | undefined): boolean =>
    award !== undefined && award.owner === owner && (grant === null || award.grants.includes(grant));
  const live = occupying(world, requestId)
    // Fail closed: an interface that may belong takes a slot.
    .filter((vif) => belongs(vif) !== 'no' || (grant !== null && given(world.acceptances[vif.id])))
    .map(({ id }) => id);
  const begun = Object.entries(world.intents)
    .filter(([id, intent]) => id !== requestId && given(intent))
    .map(([id]) => id);
  return [...new Set([...live, ...begun])].sort();
}

function standsOn(owner: Owner, vif: VirtualInterface): Ternary {
  return vif.connection === null ? 'unknown' : ternary(owner.connections.includes(vif.connection));
}

function couldBeUnder(owner: Owner, grant: Grant, vif: VirtualInterface): Ternary {
  return allOf([standsOn(owner, vif), ...judge(grant.match, vif, 'fits').map(({ verdict }) => verdict)]);
}
