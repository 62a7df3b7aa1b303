import type { Grant, Owner, Policy } from '../../core/policy.ts';
import { formatList } from '../../core/printableText.ts';
import { ComparisonTooComplex, MAX_STEPS, withStepLimit } from '../stepLimit.ts';
import { type FieldProduct, isEmptyProduct, productsIntersect } from './fieldProduct.ts';
import { requestsOfGrant, requestsOfHoldRule } from './policyRequests.ts';
import { isEmptyRequestSet } from './requestSet.ts';

/** A grant by which no request can be accepted, and why. */
export interface UnreachableGrant {
  readonly owner: string;
  readonly grant: string;
  readonly why: string;
}

/** Finds the grants by which no request can be accepted from an instant on, unless the policy changes. */
export function findUnreachableGrants(policy: Policy, at: Date): UnreachableGrant[] {
  const unreachable = (owner: Owner, grant: Grant): UnreachableGrant[] => {
    const why = explainEnd(grant, at) ?? explainLimit(owner, grant) ?? explainHolds(policy, owner, grant);
    return why === null ? [] : [{ owner: owner.name, grant: grant.name, why }];
  };
  const all = (): UnreachableGrant[] =>
    policy.owners.flatMap((owner) => owner.grants.flatMap((grant) => unreachable(owner, grant)));
  return withStepLimit(MAX_STEPS, all).value;
}

function explainEnd({ until }: Grant, at: Date): string | null {
  return until !== null && Date.parse(until) <= at.getTime() ? `it ended at ${until}` : null;
}

function explainLimit(owner: Owner, grant: Grant): string | null {
  if (grant.limit === 0) return 'its `limit` is 0';
  return owner.limit === 0 ? `the \`limit\` of owner \`${owner.name}\` is 0` : null;
}

/** The only way in which a grant of a valid policy matches nothing. */
const SINGLE_ADDRESSES =
  'its `peers` are single addresses, but the two addresses of a session are different and in one subnet, so every request that it matches is held as `peers-invalid`; write the subnet, such as `169.254.10.0/30`';

function explainHolds(policy: Policy, owner: Owner, grant: Grant): string | null {
  const product = requestsOfGrant(policy, owner, grant);
  if (isEmptyProduct(product)) return SINGLE_ADDRESSES;
  const rules = policy.hold.map((rule) => ({ rule, held: requestsOfHoldRule(rule) }));
  const covering = findCovering(product, rules);
  if (covering.length === 0) return null;
  const reasons = covering.flatMap(({ rule }) => (rule.reason === null ? [] : [rule.reason]));
  const why = reasons.length === 0 ? '' : ` (${formatList(reasons)})`;
  return `hold rules hold every request that it matches${why}`;
}

/** The hold rules that intersect the requests of a grant, if together they cover all of these; else none. */
function findCovering<Rule extends { readonly held: FieldProduct }>(
  product: FieldProduct,
  rules: readonly Rule[],
): readonly Rule[] {
  try {
    const covering = rules.filter(({ held }) => productsIntersect(product, held));
    return isEmptyRequestSet({ product, except: covering.map(({ held }) => held) }) ? covering : [];
  } catch (error) {
    // This is only a warning, so a grant that is too complex to compare is not reported.
    if (error instanceof ComparisonTooComplex) return [];
    throw error;
  }
}
