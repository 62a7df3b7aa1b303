import { isOver, type VirtualInterface } from './model.ts';
import type { Acceptance, FollowUpProblem } from './remembered.ts';
import { quote } from './text.ts';

/** Something wrong with an interface that we accepted. */
export interface FollowUp {
  readonly id: string;
  readonly owner: string;
  readonly gateway: string;
  readonly acceptedAt: string;
  readonly problem: FollowUpProblem;
  /** a sentence for people */
  readonly message: string;
  /** the AWS CLI command that mends it; `null` where no command does */
  readonly mend: string | null;
}

/** How long an accepted interface may take to become `available` unless it is set otherwise, in milliseconds. */
export const AVAILABLE_WITHIN_MS = 2 * 60 * 60 * 1000;

/**
 * What we accepted is followed until it was `available`, and told when it is anything else for too long.
 * @param availableWithinMs how long a customer's router may take to come up
 */
export function followUp(
  acceptances: Readonly<Record<string, Acceptance>>,
  found: ReadonlyMap<string, VirtualInterface | null>,
  at: Date,
  availableWithinMs: number,
): FollowUp[] {
  return Object.entries(acceptances).flatMap(([id, acceptance]) => {
    const vif = found.get(id) ?? null;
    // Its work is done: from then on it lives the life of any interface of its account. A request it becomes no more: whoever
    // writes so into the ledger must not keep one from being told.
    if (acceptance.availableAt !== null && vif?.state !== 'confirming') return [];
    // Either way: a record of a distant future is no young one.
    const isYoung = Math.abs(at.getTime() - Date.parse(acceptance.at)) < availableWithinMs;
    const told = problem(vif, acceptance, isYoung);
    if (told === null) return [];
    const { owner, gateway, at: acceptedAt } = acceptance;
    return [{ id, owner, gateway, acceptedAt, ...told, mend: null }];
  });
}

function problem(
  vif: VirtualInterface | null,
  { gateway, at: acceptedAt }: Acceptance,
  isYoung: boolean,
): Pick<FollowUp, 'problem' | 'message'> | null {
  if (vif === null || isOver(vif)) {
    return {
      problem: 'gone',
      message: `accepted at ${acceptedAt}, and gone since (${vif?.state ?? 'listed no more'})`,
    };
  }
  // A gateway that the API does not show yet is no other one; later it is.
  if (vif.gateway !== gateway && !(vif.gateway === null && isYoung)) {
    return {
      problem: 'otherGateway',
      message: `was given gateway \`${gateway}\` and is on ${vif.gateway === null ? 'none' : quote(vif.gateway)}`,
    };
  }
  if (vif.state === 'available') return null;
  if (isYoung) return null;
  if (vif.state === 'down')
    return {
      problem: 'down',
      message: `accepted at ${acceptedAt} and down: check the BGP session with its owner`,
    };
  return {
    problem: 'notAvailable',
    message: `accepted at ${acceptedAt} and still ${vif.state === null ? 'of no state' : quote(vif.state)}`,
  };
}
