import { DEADLINE_THRESHOLDS } from '../../../core/deadline.ts';
import type { DeliveredEvent } from '../cloud/virtualBus.ts';
import type { VirtualRun } from '../virtualRun.ts';
import { type Fields, toFields, toFieldsList } from './reportsInvariant.ts';
import type { Scene } from './safetyInvariant.ts';
import type { Violations } from './violations.ts';

const HOUR = 3_600_000;
/** Hours before an expiry at which it is published, the farthest first. */
const HOURS = DEADLINE_THRESHOLDS.filter((threshold) => threshold !== 'unknown').map(Number);

/** What was delivered about a request. */
interface Delivered {
  /** sets of reason codes for which it was published as held */
  readonly holds: Set<string>;
  /** published hours before its expiry; `null` if its earliest expiry is unknown */
  readonly hours: Map<number | null, string>;
}

/**
 * Checks that the events agree with the reports. After each run without faults, the reasons of each held request and its nearest
 * deadline are published, no first observation is lost, and no event is published again. No deadline is published too early.
 */
export function checkPublished(
  { truths }: Scene,
  delivered: readonly DeliveredEvent[],
  farthestOff: () => number,
  { addViolation }: Violations,
) {
  const byRequest = new Map<string, Delivered>();
  const firstSeenOf = new Map<string, number>();
  /** IDs of the events that runs without faults delivered */
  const settled = new Set<string>();
  let read = 0;

  function of(id: string): Delivered {
    const known = byRequest.get(id) ?? { holds: new Set(), hours: new Map() };
    byRequest.set(id, known);
    return known;
  }

  function readDeliveries(startedAt: number): void {
    for (const { at, type, detail } of delivered.slice(read)) {
      if (at >= startedAt) checkRepeat(String(detail.id), type);
      const request = toFields(detail.request);
      const id = String(request.id);
      if (type === 'Request Held') of(id).holds.add(codesOf(detail.reasons));
      if (type === 'Deadline Near') addDeadline(id, detail, request);
    }
    read = delivered.length;
  }

  /** An event may be delivered again only if the run that delivered it could not record that. */
  function checkRepeat(id: string, type: string): void {
    if (settled.has(id)) addViolation('honesty', `a \`${type}\` was published again by a run without faults`);
    settled.add(id);
  }

  function addDeadline(id: string, detail: Fields, { deadline }: Fields): void {
    const { hours } = of(id);
    const threshold = detail.hours === null ? null : Number(detail.hours);
    const earlier = hours.get(threshold);
    // A clock that was set back makes an observation invalid, and with it what was published about it.
    if (earlier !== undefined && earlier !== detail.id && farthestOff() === 0)
      addViolation('honesty', `the deadline of ${id} at ${threshold} hours was published twice`);
    hours.set(threshold, String(detail.id));
    const left = hoursLeft(deadline, Date.parse(String(detail.at)));
    if (threshold !== null && left > threshold)
      addViolation(
        'honesty',
        `the deadline of ${id} at ${threshold} hours was published ${left} hours before`,
      );
  }

  /** An observation is kept until its request ends. A wrong clock, and an answer that lacks the request, make it invalid. */
  function checkFirstSeen(id: string, at: number): void {
    const earlier = firstSeenOf.get(id);
    if (earlier !== undefined && earlier < at && farthestOff() === 0 && truths.get(id)?.hidden === false)
      addViolation('honesty', `the first observation of ${id} was lost`);
    firstSeenOf.set(id, at);
  }

  function checkHold(id: string, decision: unknown): void {
    const codes = codesOf(toFields(decision).reasons);
    if (!of(id).holds.has(codes))
      addViolation('honesty', `${id} is held for ${codes}, and that was not published`);
  }

  /** @param at the start of the run */
  function checkDeadline(id: string, deadline: unknown, at: number): void {
    const { hours } = of(id);
    const { earliest, latest } = toFields(deadline);
    if (latest === null) return;
    if (earliest === null && !hours.has(null))
      addViolation('honesty', `the earliest expiry of ${id} is unknown, and that was not published`);
    const left = hoursLeft(deadline, at);
    const nearest = HOURS.findLast((threshold) => left <= threshold);
    // The run may have published an even nearer one, if time passed since its start.
    if (nearest !== undefined && !HOURS.some((one) => one <= nearest && hours.has(one)))
      addViolation('honesty', `${id} expires in ${left} hours, and that was not published`);
  }

  return {
    /** @param reported the requests in the report of a run that had no faults and completed */
    checkRun: (run: VirtualRun, reported: readonly Fields[]): void => {
      readDeliveries(run.startedAt);
      for (const { id: named, outcome, decision, deadline, startedAt, firstSeen } of reported) {
        const id = String(named);
        checkFirstSeen(id, Date.parse(String(firstSeen)));
        if (outcome === 'held') checkHold(id, decision);
        if (outcome !== 'accepted' && outcome !== 'gone')
          checkDeadline(id, deadline, Date.parse(String(startedAt)));
      }
    },
  };
}

function codesOf(reasons: unknown): string {
  return [...new Set(toFieldsList(reasons).map(({ code }) => String(code)))].sort().join(' ');
}

/** Hours from a time to the earliest expiry, or to the latest one if the earliest is unknown. */
function hoursLeft(deadline: unknown, at: number): number {
  const { earliest, latest } = toFields(deadline);
  return (Date.parse(String(earliest ?? latest)) - at) / HOUR;
}
