import type { Facts } from './collectStatus.ts';
import { secondsBetween } from './pendingView.ts';

/** Something that we accepted and that was not available yet when a pass last looked. */
export interface Followed {
  readonly id: string;
  readonly owner: string;
  /** empty: it was found accepted just now */
  readonly grants: readonly string[];
  readonly gateway: string;
  readonly acceptedAt: string;
  readonly ageSeconds: number;
  /** as listed now; `null`: not listed, or of no state */
  readonly state: string | null;
  /** what is wrong with it; when nothing could be listed, what was last told to be */
  readonly problem: string | null;
  /** a sentence for people; `null` when nothing is wrong, or nothing could be listed */
  readonly message: string | null;
}

/** What is wrong comes first; then what was accepted longest ago. */
export function followedNow({ report, state, interfaces }: Facts, at: string): Followed[] {
  const problems = new Map(report.followUps.map((problem) => [problem.id, problem]));
  const states = new Map(interfaces?.map((vif) => [vif.id, vif.state]));
  const remembered = Object.entries(state?.acceptances ?? {})
    .filter(([id, { availableAt }]) => availableAt === null || problems.has(id))
    .map(([id, { owner, grants, gateway, at: acceptedAt, told }]) => {
      const found = problems.get(id);
      const problem = interfaces === null ? told : (found?.problem ?? null);
      return { id, owner, grants, gateway, acceptedAt, problem, message: found?.message ?? null };
    });
  const known = new Set(remembered.map(({ id }) => id));
  const learnt = report.followUps
    .filter(({ id }) => !known.has(id))
    .map(({ id, owner, gateway, acceptedAt, problem, message }) => {
      return { id, owner, grants: [], gateway, acceptedAt, problem, message };
    });
  return [...remembered, ...learnt]
    .map((item): Followed => {
      const ageSeconds = secondsBetween(item.acceptedAt, at);
      return { ...item, ageSeconds, state: states.get(item.id) ?? null };
    })
    .filter(({ problem, state: now }) => problem !== null || now !== 'available')
    .sort(
      (a, b) =>
        Number(a.problem === null) - Number(b.problem === null) ||
        Date.parse(a.acceptedAt) - Date.parse(b.acceptedAt),
    );
}
