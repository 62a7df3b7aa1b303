import type { LedgerChange, QueuedEvent } from '../core/ledgerState.ts';
import { compareByCodePoint, formatList, quote } from '../core/printableText.ts';
import type { RunProblem } from '../core/runReport.ts';
import type { LedgerUnitOfWork } from './ledgerUnitOfWork.ts';
import type { EventPublisher } from './ports.ts';
import type { Budget } from './runContext.ts';

/** What delivering so many at once may take at most, in milliseconds. */
const DELIVERY_MS = 5000;
/** What fits one call to EventBridge. */
const AT_ONCE = 10;
/** After so many calls in a row that deliver nothing, a run asks no more: sooner when no call before delivered anything. */
const MOST_IN_VAIN = { nothingTaken: 2, someTaken: 5 };
/** In so many runs an event is refused before it is given up: kept for ever, refused events would fill the ledger. */
const MOST_REFUSALS = 10;
/** So many are given up in one run at most, because the failure names each of them. */
const MOST_GIVEN_UP = 20;

/**
 * Delivers what is queued, that of earlier runs too. What was refused waits behind what was not, so that no event keeps others
 * from being delivered.
 * @returns a failure for what was not delivered, for lack of time too, and one that names what is given up
 * @throws LedgerFailure
 */
export async function deliverEvents(
  announcer: EventPublisher,
  memory: LedgerUnitOfWork,
  budget: Budget,
): Promise<RunProblem[]> {
  const queued = Object.values(memory.state().outbox).sort(inTurn);
  if (queued.length === 0) return [];
  await memory.write([]);
  const { delivered, refused, postponed, problem } = await askInTurn(announcer, queued, budget);
  // A receiver that takes nothing says nothing about single events.
  const isWorking = delivered.length > 0;
  const givenUp = isWorking ? refused.filter(isHopeless).slice(0, MOST_GIVEN_UP) : [];
  const gone = new Set([...delivered, ...givenUp.map(({ id }) => id)]);
  const kept = refused.map(({ id }) => id).filter((id) => !gone.has(id));
  const changes: LedgerChange[] = [];
  if (kept.length > 0) changes.push({ kind: 'undelivered', ids: kept, isRefusal: isWorking });
  if (postponed.length > 0) changes.push({ kind: 'undelivered', ids: postponed, isRefusal: false });
  if (gone.size > 0) changes.push({ kind: 'delivered', ids: [...gone] });
  memory.add(changes);
  const left = queued.length - gone.size;
  return [
    ...(left === 0 ? [] : [undelivered(left, queued.length, problem)]),
    ...(givenUp.length === 0 ? [] : [abandoned(givenUp, problem)]),
  ];
}

interface Asked {
  /** IDs */
  readonly delivered: readonly string[];
  readonly refused: readonly QueuedEvent[];
  /** IDs of what was neither, for a reason that passes */
  readonly postponed: readonly string[];
  /** the first reason that was given; `null`: none */
  readonly problem: string | null;
}

async function askInTurn(
  announcer: EventPublisher,
  queued: readonly QueuedEvent[],
  budget: Budget,
): Promise<Asked> {
  const delivered = new Set<string>();
  const refused: QueuedEvent[] = [];
  const postponed = new Set<string>();
  let problem: string | null = null;
  let inVain = 0;
  for (const batch of batchesOf(queued)) {
    // What there is no time for stays queued.
    if (budget() < DELIVERY_MS) break;
    const answer = await announcer.publish(batch);
    for (const id of answer.delivered) delivered.add(id);
    problem ??= answer.problem;
    const left = batch.filter(({ id }) => !delivered.has(id));
    for (const id of answer.postponed ?? []) postponed.add(id);
    refused.push(...left.filter(({ id }) => !postponed.has(id)));
    inVain = left.length === batch.length ? inVain + 1 : 0;
    const most = delivered.size === 0 ? MOST_IN_VAIN.nothingTaken : MOST_IN_VAIN.someTaken;
    if (inVain === most) break;
  }
  return { delivered: [...delivered], refused, postponed: [...postponed], problem };
}

/** What was refused comes last; else the order of time. */
function inTurn(a: QueuedEvent, b: QueuedEvent): number {
  return (a.refusals ?? 0) - (b.refusals ?? 0) || compareByCodePoint(a.at, b.at);
}

/**
 * Ten may be refused for what one of them is: what was refused before goes alone, after the others. Where runs deliver
 * nothing at all, each asks for the first ten and for another ten than the run before, so that it finds those that are not
 * refused.
 */
function batchesOf(queued: readonly QueuedEvent[]): QueuedEvent[][] {
  const [fresh, refused] = [queued.filter((one) => !wasRefused(one)), queued.filter(wasRefused)];
  const batches = Array.from({ length: Math.ceil(fresh.length / AT_ONCE) }, (_, i) =>
    fresh.slice(i * AT_ONCE, (i + 1) * AT_ONCE),
  );
  const [first = [], ...others] = [...batches, ...refused.map((one) => [one])];
  const from = (first[0]?.triedInVain ?? 0) % Math.max(1, others.length);
  return [first, ...others.slice(from), ...others.slice(0, from)];
}

function wasRefused({ refusals = 0 }: QueuedEvent): boolean {
  return refusals > 0;
}

function isHopeless({ refusals = 0 }: QueuedEvent): boolean {
  return refusals + 1 >= MOST_REFUSALS;
}

function undelivered(left: number, all: number, problem: string | null): RunProblem {
  const why = problem ?? 'no time was left';
  const message = `${left} of ${all} announcements could not be delivered: ${why}; the next pass tries again`;
  return { code: 'announcement', message };
}

function abandoned(events: readonly QueuedEvent[], problem: string | null): RunProblem {
  const which = events.map(({ id, type, detail }) => {
    const about = detail.request ?? detail.interface;
    const of =
      typeof about === 'object' && about !== null && 'id' in about ? ` of ${quote(String(about.id))}` : '';
    return `${quote(type)}${of} (event ${quote(id)})`;
  });
  const message =
    `refused in ${MOST_REFUSALS} passes that delivered others, and given up: ${formatList(which)}; ` +
    `the reason was: ${problem ?? 'none was given'}; the commands status and receipts show what became of these interfaces`;
  return { code: 'announcement', message };
}
