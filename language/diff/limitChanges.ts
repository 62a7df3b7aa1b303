import { canonicalJson } from '../../core/json.ts';
import { memoizeByObject } from '../../core/memoize.ts';
import { connectionsOf, type Owner, type Policy } from '../../core/policy.ts';
import {
  type AcceptedRequests,
  acceptedRequests,
  type GrantRequests,
  grantsBeside,
} from '../requestSets/acceptedRequests.ts';
import {
  type FieldProduct,
  intersectProducts,
  type KeyedProduct,
  productsIntersect,
} from '../requestSets/fieldProduct.ts';
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

/** The limits of one policy, and the requests to which they apply. */
interface PolicyLimits {
  readonly requests: AcceptedRequests;
  readonly all: readonly Limit[];
  readonly byName: ReadonlyMap<string, Limit>;
  readonly byGrant: ReadonlyMap<GrantRequests, readonly Limit[]>;
}

/**
 * Finds the limits that became looser or tighter. Fail closed: a limit counts as looser unless a single limit of the new policy is as low
 * and counts everything that it counted; several limits that do so together are not recognised.
 * @param at in milliseconds
 */
export function findLimitChanges(old: Policy, now: Policy, at: number): LimitChange[] {
  const [before, after] = [limitsOf(old, at), limitsOf(now, at)];
  const mostOf = ({ byName }: PolicyLimits, limit: Limit): number | null =>
    byName.get(nameOf(limit))?.most ?? null;
  const changesOf = (
    effect: LimitChange['effect'],
    own: PolicyLimits,
    other: PolicyLimits,
  ): LimitChange[] => {
    const besideOf = memoizeByObject(
      (owner: Owner): ReadonlySet<GrantRequests> =>
        new Set(grantsBeside(other.requests, connectionsOf(owner), own.requests.heldKeys(owner))),
    );
    return own.all.flatMap((limit) => {
      const { owner, grant } = limit;
      const comparison = { own: own.requests, other, beside: besideOf(owner) };
      if (isLimitKept(limit, { ...comparison, countsAll: countsAllOf })) return [];
      const attributed = isLimitKept(limit, { ...comparison, countsAll: countsFieldsOf });
      const change = { old: mostOf(before, limit), new: mostOf(after, limit), attributed };
      return [{ effect, owner: owner.name, grant, ...change }];
    });
  };
  return [...changesOf('looser', before, after), ...changesOf('tighter', after, before)];
}

/** The key of the limit of an owner or of a grant, in one policy. */
function nameOf({ owner, grant }: Pick<Limit, 'owner' | 'grant'>): string {
  return canonicalJson([owner.name, grant]);
}

/** Whether `outer` counts every interface that `inner` counts. */
type CountsAll = (outer: CountedInterfaces, inner: CountedInterfaces) => boolean;

/** What a limit is compared with. */
interface Comparison {
  readonly own: AcceptedRequests;
  readonly other: PolicyLimits;
  /** the grants of the other policy on the connections of the owner */
  readonly beside: ReadonlySet<GrantRequests>;
  readonly countsAll: CountsAll;
}

/** Whether the other policy limits every request that it also accepts at least as strictly as `limit` does. */
function isLimitKept(limit: Limit, comparison: Comparison): boolean {
  const { other, beside } = comparison;
  const namesake = other.byName.get(nameOf(limit));
  // Usually the limit of the same name is enough, and hundreds of others need not be compared.
  if (namesake?.applies.some((one) => beside.has(one)) && isAsStrict(limit, [namesake], comparison))
    return true;
  const limits = new Set([...beside].flatMap((one) => other.byGrant.get(one) ?? []));
  return isAsStrict(limit, [...limits], comparison);
}

/** @param limits of the other policy, those that apply to a grant beside the owner */
function isAsStrict(
  limit: Limit,
  limits: readonly Limit[],
  { own, other: { requests: other }, beside, countsAll }: Comparison,
): boolean {
  const { owner } = limit;
  const binding = limits
    .filter(({ most, counts }) => most <= limit.most && countsAll(counts, limit.counts))
    .flatMap(({ applies }) => applies);
  const keys = new Set(binding.map(({ key }) => key));
  const heldBy = (all: readonly KeyedProduct[]): FieldProduct[] => all.map(({ product }) => product);
  const except = [...heldBy(binding), ...heldBy(own.heldForAll(owner)), ...heldBy(other.heldForAll(owner))];
  const heldHere = own.heldByPins(owner);
  const others = [...beside].filter(({ key }) => !keys.has(key));
  return limit.applies
    .filter(({ key }) => !keys.has(key))
    .every(
      ({ product }) =>
        isEmptyRequestSet({ product, except }, heldHere) ||
        others
          .filter((one) => productsIntersect(product, one.product))
          .every((one) =>
            isEmptyRequestSet(
              {
                product: intersectProducts(product, one.product),
                except: [...except, ...heldBy(other.heldForAll(one.owner))],
              },
              heldHere,
              other.heldByPins(one.owner),
            ),
          ),
    );
}

/** The limits of a policy from an instant on. */
function limitsOf(policy: Policy, at: number): PolicyLimits {
  const requests = acceptedRequests(policy, at);
  const ofOwners = [...Map.groupBy(requests.grants, ({ owner }) => owner)].flatMap(
    ([owner, applies]): Limit[] =>
      owner.limit === null
        ? []
        : [{ owner, grant: null, most: owner.limit, applies, counts: countedBy(policy, owner, null) }],
  );
  const ofGrants = requests.grants.flatMap((one): Limit[] => {
    const { owner, grant } = one;
    if (grant.limit === null) return [];
    const counts = countedBy(policy, owner, grant);
    return [{ owner, grant: grant.name, most: grant.limit, applies: [one], counts }];
  });
  const all = [...ofOwners, ...ofGrants];
  const applying = all.flatMap((limit) => limit.applies.map((one) => ({ one, limit })));
  const byGrant = new Map(
    [...Map.groupBy(applying, ({ one }) => one)].map(([one, found]) => [
      one,
      found.map(({ limit }) => limit),
    ]),
  );
  return { requests, all, byName: new Map(all.map((limit) => [nameOf(limit), limit])), byGrant };
}
