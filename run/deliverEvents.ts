import {
  type LedgerChange,
  MAIN_RECEIVER,
  type QueuedEvent,
  type ReceiverState,
  receiverStateOf,
} from '../core/ledgerState.ts';
import { compareByCodePoint, formatList, quote } from '../core/printableText.ts';
import type { RunProblem } from '../core/runReport.ts';
import { hasMainReceiver, isQueueFull, MOST_QUEUED, type Receiver, receiversOf } from './eventReceivers.ts';
import type { LedgerUnitOfWork } from './ledgerUnitOfWork.ts';
import type { Ports } from './ports.ts';
import { type Budget, budgetFromNow, smallestBudget } from './runContext.ts';

/** The time to reserve for one call to the publisher, in milliseconds. */
const DELIVERY_MS = 5000;
/** After how many calls in a row that deliver nothing a run stops: sooner if none of its calls delivered anything. */
const MOST_FUTILE_CALLS = { nothingDelivered: 2, someDelivered: 5 };
/** After how many refusals an event is given up: if kept for ever, refused events would fill the ledger. */
const MOST_REFUSALS = 10;
/** The most refused events that one run gives up, because the failure names each of them. */
const MOST_GIVEN_UP = 20;

/** How long the delivery to webhooks may take in a run, in milliseconds: a slow one must not keep the lease from the next run. */
const WEBHOOKS_MS = 60_000;

/** How much time a run has left to deliver events. */
export interface DeliveryBudgets {
  readonly main: Budget;
  readonly webhooks: Budget;
}

/** The budgets of a run, from now on: several deliveries of a run share them. */
export function deliveryBudgets({ clock }: Ports, main: Budget): DeliveryBudgets {
  return { main, webhooks: smallestBudget(main, budgetFromNow(clock, WEBHOOKS_MS)) };
}

/**
 * Delivers the queued events, including those of earlier runs, to every receiver that does not have them yet. Receivers are
 * independent: one that fails delays no other, and each gets an event again only if this run cannot record that it has it.
 * @param isIncluded the events that are delivered; absent: all
 * @returns for each receiver, a problem if events were not delivered, also for lack of time, and one that names the events
 *   that were given up
 * @throws LedgerFailure
 */
export async function deliverEvents(
  ports: Ports,
  ledger: LedgerUnitOfWork,
  budgets: DeliveryBudgets,
  isIncluded: (event: QueuedEvent) => boolean = () => true,
): Promise<RunProblem[]> {
  const queued = Object.values(ledger.state().outbox).filter((event) => isReady(event) && isIncluded(event));
  if (queued.length === 0) return [];
  await ledger.write([]);
  const receivers = receiversOf(ports);
  const most = isQueueFull(ports, ledger.state()) ? Number.POSITIVE_INFINITY : MOST_QUEUED;
  const deliveries = await Promise.all(
    receivers.map((receiver) =>
      receiver.name === MAIN_RECEIVER
        ? deliverTo(receiver, queued, budgets.main, Number.POSITIVE_INFINITY)
        : deliverTo(receiver, queued, budgets.webhooks, most),
    ),
  );
  const isDoneAt = ({ receiver: { name }, done }: ReceiverDelivery, event: QueuedEvent): boolean =>
    done.has(event.id) || receiverStateOf(event, name).isDone === true;
  // Fail closed: a run that has only webhooks leaves what the main receiver of other runs does not have yet.
  const isForOthers = ports.eventPublisher === null && hasMainReceiver(ports, ledger.state());
  const removed = queued.filter(
    (event) =>
      deliveries.every((delivery) => isDoneAt(delivery, event)) &&
      (!isForOthers || receiverStateOf(event, MAIN_RECEIVER).isDone === true),
  );
  const removedIds = new Set(removed.map(({ id }) => id));
  ledger.add([
    ...deliveries.flatMap((delivery) => changesOf(delivery, removedIds)),
    ...(removed.length === 0 ? [] : [{ kind: 'delivered', ids: [...removedIds] } as const]),
  ]);
  return deliveries.flatMap(({ problems }) => problems);
}

/** What one receiver got in this run. */
interface ReceiverDelivery {
  readonly receiver: Receiver;
  /** IDs: delivered, or given up */
  readonly done: ReadonlySet<string>;
  /** IDs of events that it refused, and that are tried again */
  readonly refused: readonly string[];
  readonly isRefusal: boolean;
  /** IDs of events that were not delivered for a temporary reason */
  readonly postponed: readonly string[];
  readonly problems: readonly RunProblem[];
}

/**
 * Delivers to one receiver. Events that it refused come last, so that none of them blocks others.
 * @param most how many events may wait for it: the oldest of any more are given up
 */
async function deliverTo(
  receiver: Receiver,
  queued: readonly QueuedEvent[],
  budget: Budget,
  most: number,
): Promise<ReceiverDelivery> {
  const { name, description } = receiver;
  const own = queued
    .map((event) => ({ event, state: receiverStateOf(event, name) }))
    .filter(({ state }) => state.isDone !== true)
    .sort(compareQueued);
  const { delivered, refused, postponed, problem } = await publishInBatches(receiver, own, budget);
  // If the receiver takes nothing at all, its refusals say nothing about single events.
  const isWorking = delivered.length > 0;
  const givenUp = isWorking ? refused.filter(isLastRefusal).slice(0, MOST_GIVEN_UP) : [];
  const settled = new Set([...delivered, ...givenUp.map(({ event }) => event.id)]);
  const waiting = own.filter(({ event }) => !settled.has(event.id));
  const tooMany = waiting.toSorted(compareByTime).slice(0, Math.max(0, waiting.length - most));
  const done = new Set([...settled, ...tooMany.map(({ event }) => event.id)]);
  const left = own.length - done.size;
  return {
    receiver,
    done,
    refused: refused.map(({ event }) => event.id).filter((id) => !done.has(id)),
    isRefusal: isWorking,
    postponed: postponed.filter((id) => !done.has(id)),
    problems: [
      ...(left === 0 ? [] : [describeUndelivered(left, own.length, problem, description)]),
      ...(givenUp.length === 0 ? [] : [describeGivenUp(givenUp, problem, description)]),
      ...(tooMany.length === 0 ? [] : [describeTooMany(tooMany, problem, description)]),
    ],
  };
}

/** The changes that record what one receiver got. @param removed IDs of the events that no receiver needs any more */
function changesOf(
  { receiver: { name }, done, refused, postponed, isRefusal }: ReceiverDelivery,
  removed: ReadonlySet<string>,
): LedgerChange[] {
  const at = name === MAIN_RECEIVER ? {} : { receiver: name };
  const settled = [...done].filter((id) => !removed.has(id));
  return [
    ...(refused.length === 0 ? [] : [{ kind: 'undelivered', ids: refused, isRefusal, ...at } as const]),
    ...(postponed.length === 0
      ? []
      : [{ kind: 'undelivered', ids: postponed, isRefusal: false, ...at } as const]),
    ...(settled.length === 0 ? [] : [{ kind: 'settled', ids: settled, receiver: name } as const]),
  ];
}

/** A queued event, with what became of it at the receiver to which it is delivered. */
interface Queued {
  readonly event: QueuedEvent;
  readonly state: ReceiverState;
}

interface PublishResult {
  /** IDs */
  readonly delivered: readonly string[];
  readonly refused: readonly Queued[];
  /** IDs of events that were neither delivered nor refused, for a temporary reason */
  readonly postponed: readonly string[];
  /** the first reason that the publisher gave; `null`: none */
  readonly problem: string | null;
}

async function publishInBatches(
  receiver: Receiver,
  queued: readonly Queued[],
  budget: Budget,
): Promise<PublishResult> {
  const delivered = new Set<string>();
  const refused: Queued[] = [];
  const postponed = new Set<string>();
  let problem: string | null = null;
  let futileCalls = 0;
  for (const batch of splitIntoBatches(queued, receiver.atOnce)) {
    // Without enough time, the remaining events stay queued.
    if (budget() < DELIVERY_MS) break;
    const answer = await receiver.publish(batch.map(({ event }) => event));
    for (const id of answer.delivered) delivered.add(id);
    problem ??= answer.problem;
    const left = batch.filter(({ event }) => !delivered.has(event.id));
    for (const id of answer.postponed ?? []) postponed.add(id);
    refused.push(...left.filter(({ event }) => !postponed.has(event.id)));
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
function compareQueued(a: Queued, b: Queued): number {
  return (a.state.refusals ?? 0) - (b.state.refusals ?? 0) || compareByTime(a, b);
}

function compareByTime(a: Queued, b: Queued): number {
  return compareByCodePoint(a.event.at, b.event.at);
}

/**
 * Splits events into calls. All events of a call may be refused because of one of them, so an event that was refused before goes
 * in a call of its own, after the others. If runs deliver nothing at all, each tries those of the first call and of a
 * different call than the run before, to find events that are not refused.
 */
function splitIntoBatches(queued: readonly Queued[], atOnce: number): Queued[][] {
  const [neverRefused, refused] = [queued.filter((one) => !wasRefused(one)), queued.filter(wasRefused)];
  const batches = Array.from({ length: Math.ceil(neverRefused.length / atOnce) }, (_, i) =>
    neverRefused.slice(i * atOnce, (i + 1) * atOnce),
  );
  const [first = [], ...others] = [...batches, ...refused.map((one) => [one])];
  const from = (first[0]?.state.triedInVain ?? 0) % Math.max(1, others.length);
  return [first, ...others.slice(from), ...others.slice(0, from)];
}

function wasRefused({ state: { refusals = 0 } }: Queued): boolean {
  return refusals > 0;
}

function isLastRefusal({ state: { refusals = 0 } }: Queued): boolean {
  return refusals + 1 >= MOST_REFUSALS;
}

function describeUndelivered(
  left: number,
  all: number,
  problem: string | null,
  receiver: string | null,
): RunProblem {
  const why = problem ?? 'no time was left';
  const message = `${left} of ${all} events could not be delivered${receiver === null ? '' : ` to ${receiver}`}: ${why}; the next run tries again`;
  return { code: 'event-delivery', message };
}

function describeGivenUp(
  events: readonly Queued[],
  problem: string | null,
  receiver: string | null,
): RunProblem {
  const which = events.map(nameEvent);
  const message =
    `refused${receiver === null ? '' : ` by ${receiver}`} in ${MOST_REFUSALS} runs that delivered others, and given up: ${formatList(which)}; ` +
    `the reason was: ${problem ?? 'none was given'}; the commands status and receipts show what became of these interfaces`;
  return { code: 'event-delivery', message };
}

function describeTooMany(
  events: readonly Queued[],
  problem: string | null,
  receiver: string | null,
): RunProblem {
  const more = events.length - MOST_GIVEN_UP;
  const which = [
    ...events.slice(0, MOST_GIVEN_UP).map(nameEvent),
    ...(more > 0 ? [`${more} more events`] : []),
  ];
  const message =
    `given up${receiver === null ? '' : ` for ${receiver}`}, because more than ${MOST_QUEUED} events wait for it: ${formatList(which)}; ` +
    `other receivers get them; the reason was: ${problem ?? 'no time was left'}; repair this receiver, or remove it from the settings`;
  return { code: 'event-delivery', message };
}

function nameEvent({ event: { id, type, detail } }: Queued): string {
  const about = detail.request ?? detail.interface;
  const ofInterface =
    typeof about === 'object' && about !== null && 'id' in about ? ` of ${quote(String(about.id))}` : '';
  return `${quote(type)}${ofInterface} (event ${quote(id)})`;
}
