import type { Grant, Owner, Policy } from '../../core/policy.ts';
import { formatList } from '../../core/printableText.ts';
import { ComparisonTooComplex, MAX_STEPS, withStepLimit } from '../algebra/stepLimit.ts';
import { type FieldProduct, isEmptyProduct, productsIntersect } from './fieldProduct.ts';
import { requestsOfGrant, requestsOfHoldRule } from './policyRequests.ts';
import { isEmptyRequestSet } from './requestSet.ts';

/** A grant that accepts nothing, and why. */
export interface UnreachableGrant {
  readonly owner: string;
  readonly grant: string;
  readonly why: string;
}

/** Grants by which no request is accepted from an instant on, for as long as the policy stays as it is. */
export function findUnreachableGrants(policy: Policy, at: Date): UnreachableGrant[] {
  const idle = (owner: Owner, grant: Grant): UnreachableGrant[] => {
    const why = ended(grant, at) ?? shut(owner, grant) ?? covered(policy, owner, grant);
    return why === null ? [] : [{ owner: owner.name, grant: grant.name, why }];
  };
  const all = (): UnreachableGrant[] =>
    policy.owners.flatMap((owner) => owner.grants.flatMap((grant) => idle(owner, grant)));
  return withStepLimit(MAX_STEPS, all).value;
}

function ended({ until }: Grant, at: Date): string | null {
  return until !== null && Date.parse(until) <= at.getTime() ? `it ended at ${until}` : null;
}

function shut(owner: Owner, grant: Grant): string | null {
  if (grant.limit === 0) return 'its `limit` is 0';
  return owner.limit === 0 ? `the \`limit\` of owner \`${owner.name}\` is 0` : null;
}

/** The one way in which a grant of a policy without errors fits nothing. */
const SINGLE =
  'its `peers` are single addresses, and the two of a session are different addresses in one subnet: no request fits it that is not held as `peers-invalid`; write the subnet, such as `169.254.10.0/30`';

function covered(policy: Policy, owner: Owner, grant: Grant): string | null {
  const box = requestsOfGrant(policy, owner, grant);
  if (isEmptyProduct(box)) return SINGLE;
  const lines = policy.hold.map((line) => ({ line, held: requestsOfHoldRule(line) }));
  const meeting = meetingAll(box, lines);
  if (meeting.length === 0) return null;
  const reasons = meeting.flatMap(({ line }) => (line.reason === null ? [] : [line.reason]));
  const why = reasons.length === 0 ? '' : ` (${formatList(reasons)})`;
  return `\`hold\` lines hold all that fits it${why}`;
}

/** Those that meet the box, when together they leave nothing of it; else none. */
function meetingAll<Line extends { readonly held: FieldProduct }>(
  product: FieldProduct,
  lines: readonly Line[],
): readonly Line[] {
  try {
    const meeting = lines.filter(({ held }) => productsIntersect(product, held));
    return isEmptyRequestSet({ product, except: meeting.map(({ held }) => held) }) ? meeting : [];
  } catch (error) {
    // It is a warning: what cannot be told is left unsaid.
    if (error instanceof ComparisonTooComplex) return [];
    throw error;
  }
}
