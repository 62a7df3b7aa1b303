import type { Owner, Policy } from '../core/policy.ts';
import { counted, MOST_STEPS, TooManyWays } from './algebra/stepLimit.ts';
import type { Sound } from './checkPolicy.ts';
import type { Fault, Path } from './diagnostic.ts';
import { wordsOfRequest } from './requestSets/describeRequestSet.ts';
import { type Overlap, overlaps } from './requestSets/overlappingGrants.ts';

/** Overlaps of one owner that are listed: of hundreds, the first say enough, and all of them take minutes. */
const MOST = 20;
const NOT_ALL = `fix these first: more than ${MOST} pairs of grants of this owner overlap, and the others are not listed`;

/** Two grants that one request could fit, and that lead to different gateways: such a request would be held for ever. */
export function overlapFaults(policy: Policy, { places, written }: Sound): Fault[] {
  const fault = (
    owner: string,
    grant: string,
    complaint: Pick<Fault, 'code' | 'message' | 'mend'>,
  ): Fault => {
    const isShort = written.owners[owner]?.gateway !== undefined;
    const path: Path = isShort ? ['owners', owner] : ['owners', owner, 'grants', grant];
    return places.locate({ path, at: 'key', ...complaint });
  };
  const faultsOf = (owner: Owner): Fault[] => {
    try {
      return overlaps({ ...policy, owners: [owner] }, MOST + 1).map((overlap, i) => {
        const complaint = complaintOf(overlap);
        return fault(owner.name, overlap.grants[1], i < MOST ? complaint : { ...complaint, mend: NOT_ALL });
      });
    } catch (error) {
      if (!(error instanceof TooManyWays)) throw error;
      // Fail closed: grants that cannot be told apart may disagree.
      const [first] = owner.grants;
      const message = `whether grants of owner \`${owner.name}\` overlap cannot be told: ${error.message}`;
      const mend = 'tell the grants apart by another field as well, such as `vlan`';
      return [fault(owner.name, first?.name ?? '', { code: 'grants-undecided', message, mend })];
    }
  };
  return counted(MOST_STEPS, () => policy.owners.flatMap(faultsOf)).value;
}

function complaintOf({
  owner,
  grants: [one, other],
  witness,
}: Overlap): Pick<Fault, 'code' | 'message' | 'mend'> {
  return {
    code: 'grants-overlap',
    message:
      `a request could fit both \`${owner}.${one}\` and \`${owner}.${other}\`, which lead to different gateways, ` +
      `and would be held: ${wordsOfRequest(witness)}`,
    mend: 'make one of them narrower, or give both one gateway',
  };
}
