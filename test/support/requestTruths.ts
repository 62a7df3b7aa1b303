import { expect } from 'vitest';
import type { Deadline } from '../../core/deadline.ts';
import type { AcceptorEvent } from '../../core/events/event.ts';
import type { LedgerState } from '../../core/ledgerState.ts';
import type { RunReport } from '../../core/runReport.ts';
import type { Emulator } from '../../emulator/emulator.ts';
import { ACME, actAs, RECIPIENT_ACCOUNT, UNKNOWN_REQUESTER } from './accounts.ts';
import { ACME_1, LAB, PROD, UNKNOWN_CONNECTION } from './cloud.ts';
import type { Event } from './runSchedules.ts';

const WEEK = 7 * 24 * 3_600_000;

interface Life {
  readonly id: string;
  readonly by: 'acme' | 'other';
  readonly madeAt: number;
  end: 'withdrawn' | 'acceptedElsewhere' | null;
  /** accepted by us when it was withdrawn, because another attempt of the run was faster */
  wasOurs: boolean;
  /** last value in the ledger, once there was one */
  firstSeen: string | null;
}

/** Records the true state of requests, independent of the product. */
export function trackTruths(cloud: Emulator) {
  const lives: Life[] = [];
  const now = (): number => cloud.clock.now().getTime();
  const isOnProd = (id: string): boolean => cloud.world.interfaces.get(id)?.gateway?.virtual === PROD;
  const isOurs = ({ id, wasOurs }: Life): boolean => wasOurs || isOnProd(id);
  const isPending = (life: Life): boolean => life.end === null && !isOurs(life) && now() < life.madeAt + WEEK;

  return {
    ours: (): string[] => lives.filter(isOurs).map(({ id }) => id),
    others: (): string[] => lives.filter((life) => !isOurs(life)).map(({ id }) => id),
    pending: (): string[] => lives.filter(isPending).map(({ id }) => id),
    /** Requests that the ledger has seen and that ended unaccepted. */
    endedSeen: (): string[] =>
      lives
        .filter((life) => life.firstSeen !== null && !isOurs(life) && !isPending(life))
        .map(({ id }) => id),
    happen: async (event: Event): Promise<void> => {
      if (event.does === 'offer') {
        const [account, connection] =
          event.by === 'acme' ? [ACME, ACME_1] : [UNKNOWN_REQUESTER, UNKNOWN_CONNECTION];
        // Taken before the request is made, because the exact time is unknown.
        const madeAt = now();
        const id = await actAs(cloud, account).offer({ connection, vlan: 100 + lives.length });
        lives.push({ id, by: event.by, madeAt, end: null, wasOurs: false, firstSeen: null });
        return;
      }
      const pending = lives.filter(isPending);
      const life = pending[event.which % Math.max(1, pending.length)];
      if (life === undefined) return;
      if (event.does === 'withdraw')
        await actAs(cloud, life.by === 'acme' ? ACME : UNKNOWN_REQUESTER).withdraw(life.id);
      else await actAs(cloud, RECIPIENT_ACCOUNT).confirm(life.id, LAB);
      life.wasOurs = isOnProd(life.id);
      life.end = event.does === 'withdraw' ? 'withdrawn' : 'acceptedElsewhere';
    },
    /** Checks that the true expiry is between the reported earliest and latest expiry. */
    isInside: ({ requests }: RunReport): void => {
      for (const { id, deadline } of requests) {
        const life = lives.find((candidate) => candidate.id === id);
        expectInside(deadline, (life?.madeAt ?? Number.NaN) + WEEK);
      }
    },
    /** Checks that no observation is lost while its request is pending, and that none becomes later. */
    isKept: ({ observations, acceptances }: LedgerState): void => {
      for (const life of lives) {
        const firstSeen = observations[life.id]?.firstSeen ?? null;
        if (life.firstSeen !== null && isPending(life) && acceptances[life.id] === undefined) {
          expect(firstSeen, `first observation of ${life.id}`).not.toBeNull();
          expect(firstSeen !== null && firstSeen <= life.firstSeen, `${life.id} was first seen`).toBe(true);
        }
        life.firstSeen = firstSeen ?? life.firstSeen;
      }
    },
  };
}

function expectInside({ earliest, latest }: Deadline, expiry: number): void {
  expect(Date.parse(latest ?? ''), 'latest expiry').toBeGreaterThanOrEqual(expiry);
  if (earliest !== null) expect(Date.parse(earliest), 'earliest expiry').toBeLessThanOrEqual(expiry);
}

/** The events without repeats of the same ID. A repeat must be about the same fact, though it may be found again later. */
export function withoutRepeats(delivered: readonly AcceptorEvent[]): AcceptorEvent[] {
  const kept = new Map<string, AcceptorEvent>();
  for (const event of delivered) {
    const first = kept.get(event.id);
    if (first === undefined) kept.set(event.id, event);
    else expect(contentOf(event), `repeat of ${first.type} ${first.id}`).toEqual(contentOf(first));
  }
  return [...kept.values()];
}

function contentOf(event: AcceptorEvent) {
  const { type, detail } = event;
  const { as, hours, problem, gateway, reasons } = detail;
  const ofType = type === 'Deadline Near' ? { hours } : { as, problem, gateway, codes: codesOf(reasons) };
  return { type, subject: subjectOf(event), ...ofType };
}

/** The codes of reasons, if there are any. */
export function codesOf(reasons: unknown): string[] {
  return Array.isArray(reasons) ? reasons.map(({ code }) => String(code)) : [];
}

/** The interface that an event is about. */
export function subjectOf({ detail }: AcceptorEvent): unknown {
  const about = detail.request ?? detail.interface;
  return typeof about === 'object' && about !== null && 'id' in about ? about.id : null;
}
