import type { Owner, Policy } from '../../core/policy.ts';
import type { Point } from '../algebra/fieldConstraint.ts';
import { both, meet, pointIn } from './fieldProduct.ts';
import { boxOfGrant, usualPoint } from './policyRequests.ts';

/** Two grants of one owner that one request fits at one time, and that lead to different gateways. */
export interface Overlap {
  readonly owner: string;
  /** by name */
  readonly grants: readonly [string, string];
  readonly witness: Point;
}

/**
 * Pairs of grants that could disagree on the gateway of a request, whatever `hold` lines say meanwhile. Exact.
 * @param most pairs of one owner after which no other is looked for
 */
export function overlaps(policy: Policy, most = Number.POSITIVE_INFINITY): Overlap[] {
  return policy.owners.flatMap((owner) => overlapsOf(policy, owner, most));
}

function overlapsOf(policy: Policy, owner: Owner, most: number): Overlap[] {
  const boxes = owner.grants.map((grant) => ({ grant, box: boxOfGrant(policy, owner, grant) }));
  const found: Overlap[] = [];
  for (const [i, one] of boxes.entries()) {
    for (let j = i + 1; j < boxes.length && found.length < most; j += 1) {
      const other = boxes[j];
      if (other === undefined || one.grant.gateway === other.grant.gateway || !meet(one.box, other.box))
        continue;
      const witness = pointIn(both(one.box, other.box), usualPoint(policy, 0));
      if (witness === null) continue;
      found.push({ owner: owner.name, grants: [one.grant.name, other.grant.name], witness });
    }
  }
  return found;
}
