import { expect } from 'vitest';
import type { Deadline } from '../../core/deadline.ts';
import { DEADLINE_MARKS, type DeadlineMark } from '../../core/deadline.ts';
import type { PassReport, RequestReport } from '../../core/runReport.ts';
import type { Simulator } from '../../emulator/emulator.ts';
import { ACME, actAs, STRANGER, US } from './accounts.ts';
import { ACME_1, LAB, STRANGERS } from './cloud.ts';

const HOUR = 3_600_000;
const WEEK = 7 * 24 * HOUR;

/** One request as it truly was, and what passes found of it. */
export interface Life {
  readonly id: string;
  readonly by: 'acme' | 'stranger';
  readonly madeAt: number;
  end: 'withdrawn' | 'byHand' | null;
  isHeld: boolean;
  isAccepted: boolean;
  /** nearest marks of its deadline at the passes that left it pending, or could not tell */
  readonly marks: Set<DeadlineMark>;
  /** as the last complete pass told it, when that left it pending */
  remembered: Deadline | null;
}

/** What is true of requests, whatever the product thinks. */
export function livesIn(cloud: Simulator) {
  const lives: Life[] = [];
  const now = (): number => cloud.clock.now().getTime();
  const isPending = ({ end, isAccepted, madeAt }: Life): boolean =>
    end === null && !isAccepted && now() < madeAt + WEEK;
  const onePending = (which: number): Life | undefined => {
    const pending = lives.filter(isPending);
    return pending[which % Math.max(1, pending.length)];
  };
  return {
    all: (): readonly Life[] => lives,
    /** By its end, or by time. */
    isOver: (life: Life): boolean => !(life.isAccepted || isPending(life)),
    offer: async (by: Life['by']): Promise<void> => {
      const connection = by === 'acme' ? ACME_1 : STRANGERS;
      const offer = { connection, vlan: 100 + lives.length };
      const id = await actAs(cloud, by === 'acme' ? ACME : STRANGER).offer(offer);
      const unseen = { isHeld: false, isAccepted: false, marks: new Set<DeadlineMark>(), remembered: null };
      lives.push({ id, by, madeAt: now(), end: null, ...unseen });
    },
    withdraw: async (which: number): Promise<void> => {
      const life = onePending(which);
      if (life === undefined) return;
      await actAs(cloud, life.by === 'acme' ? ACME : STRANGER).withdraw(life.id);
      life.end = 'withdrawn';
    },
    acceptByHand: async (which: number): Promise<void> => {
      const life = onePending(which);
      if (life === undefined) return;
      await actAs(cloud, US).confirm(life.id, LAB);
      life.end = 'byHand';
    },
    /** Holds what a pass says of requests against what is true, and notes what must be told of them. */
    compare: ({ counts, requests }: PassReport): void => {
      if (counts === null) {
        for (const life of lives) if (life.remembered !== null) mark(life, life.remembered);
        return;
      }
      for (const life of lives) life.remembered = null;
      requests.forEach(compare);
    },
  };

  function compare({ id, outcome, deadline }: RequestReport): void {
    const life = lives.find((candidate) => candidate.id === id);
    if (life === undefined) throw new Error(`${id} was never offered`);
    const { earliest, latest } = deadline;
    const expiry = life.madeAt + WEEK;
    expect(Date.parse(latest ?? '')).toBeGreaterThanOrEqual(expiry);
    if (earliest !== null) expect(Date.parse(earliest)).toBeLessThanOrEqual(expiry);
    life.isAccepted ||= outcome === 'accepted';
    life.isHeld ||= outcome === 'held';
    if (outcome === 'accepted') return;
    life.remembered = deadline;
    mark(life, deadline);
  }

  function mark(life: Life, { earliest, latest }: Deadline): void {
    if (earliest === null) life.marks.add('unknown');
    const left = (Date.parse(earliest ?? latest ?? '') - now()) / HOUR;
    const nearest = DEADLINE_MARKS.findLast((hours) => hours !== 'unknown' && left <= Number(hours));
    if (nearest !== undefined) life.marks.add(nearest);
  }
}
