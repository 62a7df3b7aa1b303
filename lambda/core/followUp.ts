import type { Acceptance } from './ledger.ts';
import { isOver, type VirtualInterface } from './model.ts';
import { quote } from './text.ts';

/** Something wrong with an interface that we accepted. */
export interface FollowUp {
  readonly id: string;
  readonly owner: string;
  readonly gateway: string;
  readonly acceptedAt: string;
  readonly problem: 'gone' | 'otherGateway' | 'down' | 'notAvailable';
  /** a sentence for people */
  readonly message: string;
}

/** How long an accepted interface may take to become `available`, in milliseconds. */
export const AVAILABLE_WITHIN = 2 * 60 * 60 * 1000;

/** What we accepted is followed until `available`, and told when it is anything else for too long. */
export function followUp(
  acceptances: Readonly<Record<string, Acceptance>>,
  found: ReadonlyMap<string, VirtualInterface | null>,
  at: Date,
): FollowUp[] {
  return Object.entries(acceptances).flatMap(([id, acceptance]) => {
    const told = problem(found.get(id) ?? null, acceptance, at);
    if (told === null) return [];
    const { owner, gateway, at: acceptedAt } = acceptance;
    return [{ id, owner, gateway, acceptedAt, ...told }];
  });
}

function problem(
  vif: VirtualInterface | null,
  { gateway, at: acceptedAt }: Acceptance,
  at: Date,
): Pick<FollowUp, 'problem' | 'message'> | null {
  if (vif === null || isOver(vif)) {
    return {
      problem: 'gone',
      message: `accepted at ${acceptedAt}, and gone since (${vif?.state ?? 'listed no more'})`,
    };
  }
  const isYoung = at.getTime() - Date.parse(acceptedAt) < AVAILABLE_WITHIN;
  // A gateway that the API does not show yet is no other one; later it is.
  if (vif.gateway !== gateway && !(vif.gateway === null && isYoung)) {
    return {
      problem: 'otherGateway',
      message: `was given gateway \`${gateway}\` and is on ${vif.gateway === null ? 'none' : quote(vif.gateway)}`,
    };
  }
  if (vif.state === 'available') return null;
  if (vif.state === 'down') return { problem: 'down', message: 'down: check the BGP session with its owner' };
  if (isYoung) return null;
  return {
    problem: 'notAvailable',
    message: `accepted at ${acceptedAt} and still ${vif.state === null ? 'of no state' : quote(vif.state)}`,
  };
}
