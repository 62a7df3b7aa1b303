import { connectionsOf, type Owner, type Policy } from '../../core/policy.ts';
import {
  type AcceptedRequests,
  acceptedRequests,
  type GrantRequests,
  grantsBeside,
  type KeyedProduct,
} from '../requestSets/acceptedRequests.ts';
import { type FieldProduct, intersectProducts, productsIntersect } from '../requestSets/fieldProduct.ts';
import { isEmptyRequestSet } from '../requestSets/requestSet.ts';
import { type CountedInterfaces, countedBy, countsAllOf, countsFieldsOf } from './countedInterfaces.ts';

/** A limit that allows more, or fewer, live interfaces among the requests that both policies accept. */
export interface LimitChange {
  readonly effect: 'looser' | 'tighter';
  readonly owner: string;
  /** `null` if it is the limit of the owner */
  readonly grant: string | null;
  /** the limit in the old and in the new policy; `null` if there is none */
  readonly old: number | null;
  readonly new: number | null;
  /** whether only the attribution of interfaces on shared connections causes the change: another owner's pins match more, or fewer */
  readonly attributed: boolean;
}

/** A limit: a request to which it applies is accepted if fewer than `most` live interfaces among `counts` exist. */
interface Limit {
  readonly owner: Owner;
  readonly grant: string | null;
  readonly most: number;
  readonly applies: readonly GrantRequests[];
  readonly counts: CountedInterfaces;
}

/**
 * Finds the limits that became looser or tighter. Fail closed: a limit counts as looser unless a single limit of the new policy is as low
 * and counts everything that it counted; several limits that do so together are not recognised.
 * @param at in milliseconds
 */
export function findLimitChanges(old: Policy, now: Policy, at: number): LimitChange[] {
  const [before, after] = [acceptedRequests(old, at), acceptedRequests(now, at)];
  const [oldLimits, newLimits] = [limitsOf(old, before), limitsOf(now, after)];
  const changesOf = (
    effect: LimitChange['effect'],
    limit: Limit,
    own: AcceptedRequests,
    other: AcceptedRequests,
    limits: readonly Limit[],
  ): LimitChange[] => {
    if (isLimitKept(limit, own, other, limits, countsAllOf)) return [];
    const { owner, grant } = limit;
    const most = (all: readonly Limit[]): number | null =>
      all.find((one) => one.owner.name === owner.name && one.grant === grant)?.most ?? null;
    const attributed = isLimitKept(limit, own, other, limits, countsFieldsOf);
    return [{ effect, owner: owner.name, grant, old: most(oldLimits), new: most(newLimits), attributed }];
  };
  return [
    ...oldLimits.flatMap((limit) => changesOf('looser', limit, before, after, newLimits)),
    ...newLimits.flatMap((limit) => changesOf('tighter', limit, after, before, oldLimits)),
  ];
}

/** Whether `outer` counts every interface that `inner` counts. */
type CountsAll = (outer: CountedInterfaces, inner: CountedInterfaces) => boolean;

/** Whether the other policy limits every request that it also accepts at least as strictly as `limit` does. */
function isLimitKept(
  limit: Limit,
  own: AcceptedRequests,
  other: AcceptedRequests,
  limits: readonly Limit[],
  countsAll: CountsAll,
): boolean {
  const namesake = limits.find(
    ({ owner, grant }) => owner.name === limit.owner.name && grant === limit.grant,
  );
  // Usually the limit of the same name is enough, and hundreds of others need not be compared.
  if (namesake !== undefined && isAsStrict(limit, [namesake], own, other, countsAll)) return true;
  return isAsStrict(limit, limits, own, other, countsAll);
}

function isAsStrict(
  limit: Limit,
  limits: readonly Limit[],
  own: AcceptedRequests,
  other: AcceptedRequests,
  countsAll: CountsAll,
): boolean {
  const { owner } = limit;
  const beside = new Set(grantsBeside(other, connectionsOf(owner), own.heldKeys(owner)));
  const binding = limits
    .filter(({ most, applies }) => most <= limit.most && applies.some((one) => beside.has(one)))
    .filter(({ counts }) => countsAll(counts, limit.counts))
    .flatMap(({ applies }) => applies);
  const keys = new Set(binding.map(({ key }) => key));
  const heldBy = (all: readonly KeyedProduct[]): FieldProduct[] => all.map(({ product }) => product);
  const except = [...heldBy(binding), ...heldBy(own.heldFor(owner)), ...heldBy(other.heldForAll(owner))];
  const others = [...beside].filter(({ key }) => !keys.has(key));
  return limit.applies
    .filter(({ key }) => !keys.has(key))
    .every(
      ({ product }) =>
        isEmptyRequestSet({ product, except }) ||
        others
          .filter((one) => productsIntersect(product, one.product))
          .every((one) =>
            isEmptyRequestSet({
              product: intersectProducts(product, one.product),
              except: [...except, ...heldBy(other.heldFor(one.owner))],
            }),
          ),
    );
}

function limitsOf(policy: Policy, { grants }: AcceptedRequests): Limit[] {
  const owners = new Map<Owner, GrantRequests[]>();
  for (const one of grants) owners.set(one.owner, [...(owners.get(one.owner) ?? []), one]);
  const ofOwners = [...owners].flatMap(([owner, applies]): Limit[] =>
    owner.limit === null
      ? []
      : [{ owner, grant: null, most: owner.limit, applies, counts: countedBy(policy, owner, null) }],
  );
  const ofGrants = grants.flatMap((one): Limit[] => {
    const { owner, grant } = one;
    if (grant.limit === null) return [];
    return [
      {
        owner,
        grant: grant.name,
        most: grant.limit,
        applies: [one],
        counts: countedBy(policy, owner, grant),
      },
    ];
  });
  return [...ofOwners, ...ofGrants];
}
