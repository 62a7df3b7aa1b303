import type { Policy } from '../../lambda/core/policy.ts';
import type { Point } from '../algebra/axis.ts';
import { both, meet, pointIn } from './box.ts';
import { boxOfGrant, usualPoint } from './policy.ts';

/** Two grants of one owner that one request fits at one time, and that lead to different gateways. */
export interface Overlap {
  readonly owner: string;
  /** by name */
  readonly grants: readonly [string, string];
  readonly witness: Point;
}

/** Every pair of grants that could disagree on the gateway of a request, whatever `hold` lines say meanwhile. Exact. */
export function overlaps(policy: Policy): Overlap[] {
  return policy.owners.flatMap((owner) => {
    const boxes = owner.grants.map((grant) => ({ grant, box: boxOfGrant(policy, owner, grant) }));
    return boxes.flatMap((one, i) =>
      boxes.slice(i + 1).flatMap((other): Overlap[] => {
        if (one.grant.gateway === other.grant.gateway || !meet(one.box, other.box)) return [];
        const witness = pointIn(both(one.box, other.box), usualPoint(policy, 0));
        if (witness === null) return [];
        return [{ owner: owner.name, grants: [one.grant.name, other.grant.name], witness }];
      }),
    );
  });
}
