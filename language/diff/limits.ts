import type { Match } from '../../lambda/core/fields/index.ts';
import type { Owner, Policy } from '../../lambda/core/policy.ts';
import { LANGUAGE_FIELDS } from '../fields/index.ts';
import { type Acceptable, acceptable, type Grantable } from '../regions/acceptable.ts';
import { type Box, both, boxOf, isOn } from '../regions/box.ts';
import { sidesOf } from '../regions/policy.ts';
import { isNothing } from '../regions/region.ts';

/** A limit by which more, or less, of what both policies accept may be live at a time. */
export interface LimitChange {
  readonly effect: 'looser' | 'tighter';
  readonly owner: string;
  /** `null`: the owner's own */
  readonly grant: string | null;
  /** of that name in the old and in the new policy; `null`: none */
  readonly old: number | null;
  readonly new: number | null;
}

/** So many live interfaces of those that it counts, when a request is one of those that it applies to. */
interface Limit {
  readonly owner: Owner;
  readonly grant: string | null;
  readonly most: number;
  readonly applies: readonly Grantable[];
  readonly counts: Box;
}

/**
 * Limits that bind a request more, or less, than before. Fail closed: one is looser unless a single limit of the new policy, as
 * low or lower, counts all that it counted; several that do so together are not recognised.
 * @param at in milliseconds
 */
export function limitChanges(old: Policy, now: Policy, at: number): LimitChange[] {
  const [before, after] = [acceptable(old, at), acceptable(now, at)];
  const [theirs, ours] = [limitsOf(before), limitsOf(after)];
  const told = (effect: LimitChange['effect'], { owner: { name: owner }, grant }: Limit): LimitChange => {
    const most = (limits: readonly Limit[]): number | null =>
      limits.find((one) => one.owner.name === owner && one.grant === grant)?.most ?? null;
    return { effect, owner, grant, old: most(theirs), new: most(ours) };
  };
  return [
    ...theirs.filter((limit) => !isKept(limit, before, after, ours)).map((limit) => told('looser', limit)),
    ...ours.filter((limit) => !isKept(limit, after, before, theirs)).map((limit) => told('tighter', limit)),
  ];
}

/** Whether every request that it binds, and that the other policy accepts as well, is bound there no less. */
function isKept(limit: Limit, own: Acceptable, other: Acceptable, limits: readonly Limit[]): boolean {
  const { connections } = limit.owner;
  const held = [...own.held(connections), ...other.held(connections)].map(({ box }) => box);
  const binding = limits
    .filter(({ most, counts }) => most <= limit.most && isWithin(limit.counts, counts))
    .flatMap(({ applies }) => applies.map(({ box }) => box));
  return limit.applies.every(({ box }) =>
    other
      .on(connections)
      .every((theirs) => isNothing({ box: both(box, theirs.box), except: [...binding, ...held] })),
  );
}

function limitsOf({ grants }: Acceptable): Limit[] {
  const owners = new Map<Owner, Grantable[]>();
  for (const one of grants) owners.set(one.owner, [...(owners.get(one.owner) ?? []), one]);
  const ofOwners = [...owners].flatMap(([owner, applies]): Limit[] =>
    owner.limit === null
      ? []
      : [{ owner, grant: null, most: owner.limit, applies, counts: counted(owner, null) }],
  );
  const ofGrants = grants.flatMap((one): Limit[] => {
    const { owner, grant } = one;
    if (grant.limit === null) return [];
    return [
      { owner, grant: grant.name, most: grant.limit, applies: [one], counts: counted(owner, grant.match) },
    ];
  });
  return [...ofOwners, ...ofGrants];
}

/** Of what clearly counts: what may count, since the API does not say, is in the same proportion. */
function counted({ connections }: Owner, match: Match | null): Box {
  const own = LANGUAGE_FIELDS.connection.fits(connections);
  return boxOf([...own, ...(match === null ? [] : sidesOf(match, 'fits'))]);
}

function isWithin(inner: Box, outer: Box): boolean {
  return [...outer.values()].every((side) => isOn(inner, side));
}
