import type { LedgerChange, QueuedEvent } from '../core/ledgerState.ts';
import { compareByCodePoint, formatList, quote } from '../core/printableText.ts';
import type { RunProblem } from '../core/runReport.ts';
import type { LedgerUnitOfWork } from './ledgerUnitOfWork.ts';
import type { EventPublisher } from './ports.ts';
import type { Budget } from './runContext.ts';

/** The time to reserve for one call to the publisher, in milliseconds. */
const DELIVERY_MS = 5000;
/** The most events in one call: what fits one call to EventBridge. */
const AT_ONCE = 10;
/** After how many calls in a row that deliver nothing a run stops: sooner if none of its calls delivered anything. */
const MOST_FUTILE_CALLS = { nothingDelivered: 2, someDelivered: 5 };
/** After how many refusals an event is given up: if kept for ever, refused events would fill the ledger. */
const MOST_REFUSALS = 10;
/** The most events that one run gives up, because the failure names each of them. */
const MOST_GIVEN_UP = 20;

/**
 * Delivers the queued events, including those of earlier runs. Refused events come last, so that none of them blocks others.
 * @returns a problem if events were not delivered, also for lack of time, and one that names the events that were given up
 * @throws LedgerFailure
 */
export async function deliverEvents(
  publisher: EventPublisher,
  ledger: LedgerUnitOfWork,
  budget: Budget,
): Promise<RunProblem[]> {
  const queued = Object.values(ledger.state().outbox).filter(isReady).sort(compareQueued);
  if (queued.length === 0) return [];
  await ledger.write([]);
  const { delivered, refused, postponed, problem } = await publishInBatches(publisher, queued, budget);
  // If the receiver takes nothing at all, its refusals say nothing about single events.
  const isWorking = delivered.length > 0;
  const givenUp = isWorking ? refused.filter(isLastRefusal).slice(0, MOST_GIVEN_UP) : [];
  const removed = new Set([...delivered, ...givenUp.map(({ id }) => id)]);
  const stillRefused = refused.map(({ id }) => id).filter((id) => !removed.has(id));
  const changes: LedgerChange[] = [];
  if (stillRefused.length > 0) changes.push({ kind: 'undelivered', ids: stillRefused, isRefusal: isWorking });
  if (postponed.length > 0) changes.push({ kind: 'undelivered', ids: postponed, isRefusal: false });
  if (removed.size > 0) changes.push({ kind: 'delivered', ids: [...removed] });
  ledger.add(changes);
  const left = queued.length - removed.size;
  return [
    ...(left === 0 ? [] : [describeUndelivered(left, queued.length, problem)]),
    ...(givenUp.length === 0 ? [] : [describeGivenUp(givenUp, problem)]),
  ];
}

interface PublishResult {
  /** IDs */
  readonly delivered: readonly string[];
  readonly refused: readonly QueuedEvent[];
  /** IDs of events that were neither delivered nor refused, for a temporary reason */
  readonly postponed: readonly string[];
  /** the first reason that the publisher gave; `null`: none */
  readonly problem: string | null;
}

async function publishInBatches(
  publisher: EventPublisher,
  queued: readonly QueuedEvent[],
  budget: Budget,
): Promise<PublishResult> {
  const delivered = new Set<string>();
  const refused: QueuedEvent[] = [];
  const postponed = new Set<string>();
  let problem: string | null = null;
  let futileCalls = 0;
  for (const batch of splitIntoBatches(queued)) {
    // Without enough time, the remaining events stay queued.
    if (budget() < DELIVERY_MS) break;
    const answer = await publisher.publish(batch);
    for (const id of answer.delivered) delivered.add(id);
    problem ??= answer.problem;
    const left = batch.filter(({ id }) => !delivered.has(id));
    for (const id of answer.postponed ?? []) postponed.add(id);
    refused.push(...left.filter(({ id }) => !postponed.has(id)));
    futileCalls = left.length === batch.length ? futileCalls + 1 : 0;
    const most = delivered.size === 0 ? MOST_FUTILE_CALLS.nothingDelivered : MOST_FUTILE_CALLS.someDelivered;
    if (futileCalls === most) break;
  }
  return { delivered: [...delivered], refused, postponed: [...postponed], problem };
}

/** Whether an event does not wait for its actor. Fail closed: without a look-up that ends the waiting, all are delivered at once. */
function isReady({ awaitedActor }: QueuedEvent): boolean {
  return awaitedActor === undefined;
}

/** Orders events by refusals, then by time. */
function compareQueued(a: QueuedEvent, b: QueuedEvent): number {
  return (a.refusals ?? 0) - (b.refusals ?? 0) || compareByCodePoint(a.at, b.at);
}

/**
 * Splits events into calls. Ten events may be refused because of one of them, so an event that was refused before goes
 * in a call of its own, after the others. If runs deliver nothing at all, each tries the first ten and a different ten
 * than the run before, to find events that are not refused.
 */
function splitIntoBatches(queued: readonly QueuedEvent[]): QueuedEvent[][] {
  const [neverRefused, refused] = [queued.filter((one) => !wasRefused(one)), queued.filter(wasRefused)];
  const batches = Array.from({ length: Math.ceil(neverRefused.length / AT_ONCE) }, (_, i) =>
    neverRefused.slice(i * AT_ONCE, (i + 1) * AT_ONCE),
  );
  const [first = [], ...others] = [...batches, ...refused.map((one) => [one])];
  const from = (first[0]?.triedInVain ?? 0) % Math.max(1, others.length);
  return [first, ...others.slice(from), ...others.slice(0, from)];
}

function wasRefused({ refusals = 0 }: QueuedEvent): boolean {
  return refusals > 0;
}

function isLastRefusal({ refusals = 0 }: QueuedEvent): boolean {
  return refusals + 1 >= MOST_REFUSALS;
}

function describeUndelivered(left: number, all: number, problem: string | null): RunProblem {
  const why = problem ?? 'no time was left';
  const message = `${left} of ${all} events could not be delivered: ${why}; the next run tries again`;
  return { code: 'event-delivery', message };
}

function describeGivenUp(events: readonly QueuedEvent[], problem: string | null): RunProblem {
  const which = events.map(({ id, type, detail }) => {
    const about = detail.request ?? detail.interface;
    const ofInterface =
      typeof about === 'object' && about !== null && 'id' in about ? ` of ${quote(String(about.id))}` : '';
    return `${quote(type)}${ofInterface} (event ${quote(id)})`;
  });
  const message =
    `refused in ${MOST_REFUSALS} runs that delivered others, and given up: ${formatList(which)}; ` +
    `the reason was: ${problem ?? 'none was given'}; the commands status and receipts show what became of these interfaces`;
  return { code: 'event-delivery', message };
}
