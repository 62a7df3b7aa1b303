import { expect } from 'vitest';
import type { Deadline } from '../../core/deadline.ts';
import { DEADLINE_THRESHOLDS, type DeadlineThreshold } from '../../core/deadline.ts';
import type { RequestReport, RunReport } from '../../core/runReport.ts';
import type { Emulator } from '../../emulator/emulator.ts';
import { ACME, actAs, RECIPIENT_ACCOUNT, UNKNOWN_REQUESTER } from './accounts.ts';
import { ACME_1, LAB, UNKNOWN_CONNECTION } from './cloud.ts';

const HOUR = 3_600_000;
const WEEK = 7 * 24 * HOUR;

/** The true history of a request, and what runs reported about it. */
export interface RequestTimeline {
  readonly id: string;
  readonly by: 'acme' | 'unknown';
  readonly madeAt: number;
  end: 'withdrawn' | 'manually' | null;
  isHeld: boolean;
  isAccepted: boolean;
  /** closest deadline thresholds at runs that left it pending or could not determine its state */
  readonly marks: Set<DeadlineThreshold>;
  /** deadline in the last complete run, if that left it pending */
  remembered: Deadline | null;
}

/** Records the true history of requests, independent of the product. */
export function trackRequests(cloud: Emulator) {
  const lives: RequestTimeline[] = [];
  const now = (): number => cloud.clock.now().getTime();
  const isPending = ({ end, isAccepted, madeAt }: RequestTimeline): boolean =>
    end === null && !isAccepted && now() < madeAt + WEEK;
  const onePending = (which: number): RequestTimeline | undefined => {
    const pending = lives.filter(isPending);
    return pending[which % Math.max(1, pending.length)];
  };
  return {
    all: (): readonly RequestTimeline[] => lives,
    /** Whether it was ended or has expired. */
    isOver: (life: RequestTimeline): boolean => !(life.isAccepted || isPending(life)),
    offer: async (by: RequestTimeline['by']): Promise<void> => {
      const connection = by === 'acme' ? ACME_1 : UNKNOWN_CONNECTION;
      const offer = { connection, vlan: 100 + lives.length };
      const id = await actAs(cloud, by === 'acme' ? ACME : UNKNOWN_REQUESTER).offer(offer);
      const unseen = {
        isHeld: false,
        isAccepted: false,
        marks: new Set<DeadlineThreshold>(),
        remembered: null,
      };
      lives.push({ id, by, madeAt: now(), end: null, ...unseen });
    },
    withdraw: async (which: number): Promise<void> => {
      const life = onePending(which);
      if (life === undefined) return;
      await actAs(cloud, life.by === 'acme' ? ACME : UNKNOWN_REQUESTER).withdraw(life.id);
      life.end = 'withdrawn';
    },
    acceptManually: async (which: number): Promise<void> => {
      const life = onePending(which);
      if (life === undefined) return;
      await actAs(cloud, RECIPIENT_ACCOUNT).confirm(life.id, LAB);
      life.end = 'manually';
    },
    /** Compares the report of a run with the true history, and records which events must follow. */
    compare: ({ counts, requests }: RunReport): void => {
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

  function mark(life: RequestTimeline, { earliest, latest }: Deadline): void {
    if (earliest === null) life.marks.add('unknown');
    const left = (Date.parse(earliest ?? latest ?? '') - now()) / HOUR;
    const nearest = DEADLINE_THRESHOLDS.findLast((hours) => hours !== 'unknown' && left <= Number(hours));
    if (nearest !== undefined) life.marks.add(nearest);
  }
}
