import { byCodePoint } from './text.ts';

/** What the order of work depends on. */
export interface Candidate {
  readonly id: string;
  readonly owner: string;
  /** confirms tried and failed in earlier passes */
  readonly failures: number;
  /** the end to fear, ISO 8601; `null` when there is none */
  readonly due: string | null;
}

/**
 * Never failed first, then fewest failures; among those, owners take turns, so that none can crowd out another; and
 * each owner's soonest deadline first. The order of the input does not matter.
 */
export function orderOfWork<C extends Candidate>(candidates: readonly C[]): C[] {
  const rounds = Map.groupBy(candidates.toSorted(bySoonest), ({ failures }) => failures);
  return [...rounds.entries()].sort(([a], [b]) => a - b).flatMap(([, round]) => takingTurns(round));
}

function takingTurns<C extends Candidate>(round: readonly C[]): C[] {
  const queues = [...Map.groupBy(round, ({ owner }) => owner).values()];
  const longest = Math.max(0, ...queues.map(({ length }) => length));
  return Array.from({ length: longest }, (_, turn) => queues.flatMap((queue) => queue[turn] ?? [])).flat();
}

function bySoonest(a: Candidate, b: Candidate): number {
  // What has no deadline waits.
  if (a.due !== b.due) return a.due === null ? 1 : b.due === null ? -1 : byCodePoint(a.due, b.due);
  return byCodePoint(a.id, b.id);
}
