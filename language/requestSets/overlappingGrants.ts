import type { Grant, Owner, Policy } from '../../core/policy.ts';
import { formatList } from '../../core/printableText.ts';
import type { Point } from '../algebra/setAlgebra.ts';
import type { ValidPolicy } from '../checkPolicy.ts';
import type { Diagnostic, Path } from '../diagnostic.ts';
import { ComparisonTooComplex, MAX_STEPS, withStepLimit } from '../stepLimit.ts';
import { describeExample } from './describeRequestSet.ts';
import {
  type FieldProduct,
  findPointIn,
  intersectProducts,
  isEmptyProduct,
  productsIntersect,
} from './fieldProduct.ts';
import { requestsOfGrant, requestsOfHoldRule, typicalPoint } from './policyRequests.ts';
import { isEmptyRequestSet } from './requestSet.ts';

/** How many overlaps of one owner are reported: the first of hundreds are enough, and to find all takes minutes. */
const MOST = 20;
const NOT_ALL = `fix the listed ones first: more than ${MOST} pairs of grants of this owner overlap, and the others are not listed`;

/** An error for each two grants that one request could match and that name different gateways: such a request would always be held. */
export function findOverlapErrors(policy: Policy, { positions, written }: ValidPolicy): Diagnostic[] {
  const toDiagnostic = (
    owner: string,
    grant: string,
    problem: Pick<Diagnostic, 'code' | 'message' | 'fix'>,
  ): Diagnostic => {
    const hasGateway = written.owners[owner]?.gateway !== undefined;
    const path: Path = hasGateway ? ['owners', owner] : ['owners', owner, 'grants', grant];
    return positions.toDiagnostic({ path, at: 'key', ...problem });
  };
  const errorsOf = (owner: Owner): Diagnostic[] => {
    try {
      return findOverlaps({ ...policy, owners: [owner] }, MOST + 1).map((overlap, i) => {
        const problem = describeOverlap(overlap);
        return toDiagnostic(owner.name, overlap.grants[1], i < MOST ? problem : { ...problem, fix: NOT_ALL });
      });
    } catch (error) {
      if (!(error instanceof ComparisonTooComplex)) throw error;
      // Fail closed: grants that cannot be compared may name different gateways for one request.
      const [first] = owner.grants;
      const message = `the grants of owner \`${owner.name}\` cannot be compared for overlaps: ${error.message}`;
      const fix = 'distinguish the grants by another field as well, such as `vlan`';
      return [toDiagnostic(owner.name, first?.name ?? '', { code: 'grants-undecided', message, fix })];
    }
  };
  return withStepLimit(MAX_STEPS, () => policy.owners.flatMap(errorsOf)).value;
}

function describeOverlap({
  owner,
  grants: [one, other],
  example,
}: GrantOverlap): Pick<Diagnostic, 'code' | 'message' | 'fix'> {
  return {
    code: 'grants-overlap',
    message:
      `a request could match both \`${owner}.${one}\` and \`${owner}.${other}\`, which name different gateways, ` +
      `and would be held: ${describeExample(example)}`,
    fix: 'make one of them narrower, or use the same gateway in both',
  };
}

/** Two grants of one owner that match the same request at the same time and name different gateways. */
export interface GrantOverlap {
  readonly owner: string;
  /** by name */
  readonly grants: readonly [string, string];
  readonly example: Point;
}

/**
 * Finds the pairs of grants that name different gateways for a request. Exact. Hold rules are ignored.
 * @param most pairs of one owner after which the search stops
 */
export function findOverlaps(policy: Policy, most = Number.POSITIVE_INFINITY): GrantOverlap[] {
  return policy.owners.flatMap((owner) => findOverlapsOf(policy, owner, most));
}

function findOverlapsOf(policy: Policy, owner: Owner, most: number): GrantOverlap[] {
  const grants = owner.grants.map((grant) => ({ grant, product: requestsOfGrant(policy, owner, grant) }));
  const found: GrantOverlap[] = [];
  for (const [i, one] of grants.entries()) {
    for (let j = i + 1; j < grants.length && found.length < most; j += 1) {
      const other = grants[j];
      if (
        other === undefined ||
        one.grant.gateway === other.grant.gateway ||
        !productsIntersect(one.product, other.product)
      )
        continue;
      const example = findPointIn(intersectProducts(one.product, other.product), typicalPoint(policy, 0));
      if (example === null) continue;
      found.push({ owner: owner.name, grants: [one.grant.name, other.grant.name], example: example });
    }
  }
  return found;
}

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
