import type { Match } from '../../core/fields/evaluateMatch.ts';
import type { Owner, Policy } from '../../core/policy.ts';
import { LANGUAGE_FIELDS } from '../fields/matchFields.ts';
import {
  type AcceptedRequests,
  acceptedRequests,
  type GrantRequests,
} from '../requestSets/acceptedRequests.ts';
import {
  type FieldProduct,
  intersectProducts,
  productOf,
  productsIntersect,
  satisfiesConstraint,
} from '../requestSets/fieldProduct.ts';
import { matchConstraints } from '../requestSets/policyRequests.ts';
import { isEmptyRequestSet } from '../requestSets/requestSet.ts';

/** A limit that allows more, or fewer, live interfaces among the requests that both policies accept. */
export interface LimitChange {
  readonly effect: 'looser' | 'tighter';
  readonly owner: string;
  /** `null` if it is the limit of the owner */
  readonly grant: string | null;
  /** the limit in the old and in the new policy; `null` if there is none */
  readonly old: number | null;
  readonly new: number | null;
}

/** A limit: a request to which it applies is accepted if fewer than `most` live interfaces among `counts` exist. */
interface Limit {
  readonly owner: Owner;
  readonly grant: string | null;
  readonly most: number;
  readonly applies: readonly GrantRequests[];
  readonly counts: FieldProduct;
}

/**
 * Finds the limits that became looser or tighter. Fail closed: a limit counts as looser unless a single limit of the new policy is as low
 * and counts everything that it counted; several limits that do so together are not recognised.
 * @param at in milliseconds
 */
export function findLimitChanges(old: Policy, now: Policy, at: number): LimitChange[] {
  const [before, after] = [acceptedRequests(old, at), acceptedRequests(now, at)];
  const [oldLimits, newLimits] = [limitsOf(before), limitsOf(after)];
  const describeChange = (
    effect: LimitChange['effect'],
    { owner: { name: owner }, grant }: Limit,
  ): LimitChange => {
    const most = (limits: readonly Limit[]): number | null =>
      limits.find((one) => one.owner.name === owner && one.grant === grant)?.most ?? null;
    return { effect, owner, grant, old: most(oldLimits), new: most(newLimits) };
  };
  return [
    ...oldLimits
      .filter((limit) => !isLimitKept(limit, before, after, newLimits))
      .map((limit) => describeChange('looser', limit)),
    ...newLimits
      .filter((limit) => !isLimitKept(limit, after, before, oldLimits))
      .map((limit) => describeChange('tighter', limit)),
  ];
}

/** Whether the other policy limits every request that it also accepts at least as strictly as `limit` does. */
function isLimitKept(
  limit: Limit,
  own: AcceptedRequests,
  other: AcceptedRequests,
  limits: readonly Limit[],
): boolean {
  const namesake = limits.find(
    ({ owner, grant }) => owner.name === limit.owner.name && grant === limit.grant,
  );
  // Usually the limit of the same name is enough, and hundreds of others need not be compared.
  if (namesake !== undefined && isAsStrict(limit, [namesake], own, other)) return true;
  return isAsStrict(limit, limits, own, other);
}

function isAsStrict(
  limit: Limit,
  limits: readonly Limit[],
  own: AcceptedRequests,
  other: AcceptedRequests,
): boolean {
  const { connections } = limit.owner;
  const binding = limits
    .filter(({ most, counts }) => most <= limit.most && isWithin(limit.counts, counts))
    .flatMap(({ applies }) => applies);
  const keys = new Set(binding.map(({ key }) => key));
  const held = [...own.heldOn(connections), ...other.heldOn(connections)].map(({ product }) => product);
  const except = [...binding.map(({ product }) => product), ...held];
  const oldLimits = other.grantsOn(connections).filter(({ key }) => !keys.has(key));
  return limit.applies
    .filter(({ key }) => !keys.has(key))
    .every(
      ({ product }) =>
        isEmptyRequestSet({ product, except }) ||
        oldLimits
          .filter((one) => productsIntersect(product, one.product))
          .every((one) => isEmptyRequestSet({ product: intersectProducts(product, one.product), except })),
    );
}

function limitsOf({ grants }: AcceptedRequests): Limit[] {
  const owners = new Map<Owner, GrantRequests[]>();
  for (const one of grants) owners.set(one.owner, [...(owners.get(one.owner) ?? []), one]);
  const ofOwners = [...owners].flatMap(([owner, applies]): Limit[] =>
    owner.limit === null
      ? []
      : [{ owner, grant: null, most: owner.limit, applies, counts: countedBy(owner, null) }],
  );
  const ofGrants = grants.flatMap((one): Limit[] => {
    const { owner, grant } = one;
    if (grant.limit === null) return [];
    return [
      { owner, grant: grant.name, most: grant.limit, applies: [one], counts: countedBy(owner, grant.match) },
    ];
  });
  return [...ofOwners, ...ofGrants];
}

/** The interfaces that a limit counts, as in core/limits.ts: those that do not definitely fail to match. */
function countedBy({ connections }: Owner, match: Match | null): FieldProduct {
  const own = LANGUAGE_FIELDS.connection.countsTowardsLimit(connections);
  return productOf([...own, ...(match === null ? [] : matchConstraints(match, 'countsTowardsLimit'))]);
}

function isWithin(inner: FieldProduct, outer: FieldProduct): boolean {
  return [...outer.values()].every((constraint) => satisfiesConstraint(inner, constraint));
}
