import {
  type LedgerChange,
  MAIN_RECEIVER,
  type QueuedEvent,
  type ReceiverState,
  receiverStateOf,
} from '../core/ledgerState.ts';
import { compareByCodePoint, formatList, quote } from '../core/printableText.ts';
import type { RunProblem } from '../core/runReport.ts';
import type { LedgerUnitOfWork } from './ledgerUnitOfWork.ts';
import type { EventPublisher, Ports } from './ports.ts';
import { type Budget, budgetFromNow, smallestBudget } from './runContext.ts';

/** The time to reserve for one call to the publisher, in milliseconds. */
const DELIVERY_MS = 5000;
/** The most events in one call: what fits one call to EventBridge. */
const AT_ONCE = 10;
/** The same for a webhook, which gets each event in a request of its own. */
const WEBHOOK_AT_ONCE = 4;
/** After how many calls in a row that deliver nothing a run stops: sooner if none of its calls delivered anything. */
const MOST_FUTILE_CALLS = { nothingDelivered: 2, someDelivered: 5 };
/** After how many refusals an event is given up: if kept for ever, refused events would fill the ledger. */
const MOST_REFUSALS = 10;
/** The most events that one run gives up, because the failure names each of them. */
const MOST_GIVEN_UP = 20;

/**
 * Delivers the queued events, including those of earlier runs, to every receiver that does not have them yet. Receivers are
 * independent: one that fails delays no other, and each gets an event again only if this run cannot record that it has it.
 * @returns for each receiver, a problem if events were not delivered, also for lack of time, and one that names the events
 *   that were given up
 * @throws LedgerFailure
 */
export async function deliverEvents(
  ports: Ports,
  ledger: LedgerUnitOfWork,
  budget: Budget,
): Promise<RunProblem[]> {
  const queued = Object.values(ledger.state().outbox).filter(isReady);
  if (queued.length === 0) return [];
  await ledger.write([]);
  const receivers = receiversOf(ports);
  const webhookBudget = smallestBudget(budget, budgetFromNow(ports.clock, WEBHOOKS_MS));
  const deliveries = await Promise.all(
    receivers.map((receiver) =>
      deliverTo(receiver, queued, receiver.name === MAIN_RECEIVER ? budget : webhookBudget),
    ),
  );
  const isDoneAt = ({ receiver: { name }, done }: ReceiverDelivery, event: QueuedEvent): boolean =>
    done.has(event.id) || receiverStateOf(event, name).isDone === true;
  const removed = queued.filter((event) => deliveries.every((delivery) => isDoneAt(delivery, event)));
  const removedIds = new Set(removed.map(({ id }) => id));
  ledger.add([
    ...deliveries.flatMap((delivery) => changesOf(delivery, removedIds)),
    ...(removed.length === 0 ? [] : [{ kind: 'delivered', ids: [...removedIds] } as const]),
  ]);
  return deliveries.flatMap(({ problems }) => problems);
}

/** How long the delivery to webhooks may take in a run, in milliseconds: a slow one must not keep the lease from the next run. */
const WEBHOOKS_MS = 60_000;

/** A receiver of events, with the name by which the ledger records what it has. */
interface Receiver extends EventPublisher {
  readonly name: string;
  /** for messages; `null`: the message of the publisher says which one it is */
  readonly description: string | null;
  /** the most events in one call */
  readonly atOnce: number;
}

/** The receivers of a run; none: no event is created. */
export function receiversOf({ eventPublisher, webhooks = [] }: Ports): readonly Receiver[] {
  const others = webhooks.map((webhook) => ({ ...webhook, atOnce: WEBHOOK_AT_ONCE }));
  if (eventPublisher === null) return others;
  const publish: EventPublisher['publish'] = (events) => eventPublisher.publish(events);
  return [{ publish, name: MAIN_RECEIVER, description: null, atOnce: AT_ONCE }, ...others];
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

/** Delivers to one receiver. Events that it refused come last, so that none of them blocks others. */
async function deliverTo(
  receiver: Receiver,
  queued: readonly QueuedEvent[],
  budget: Budget,
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
  const done = new Set([...delivered, ...givenUp.map(({ event }) => event.id)]);
  const left = own.length - done.size;
  return {
    receiver,
    done,
    refused: refused.map(({ event }) => event.id).filter((id) => !done.has(id)),
    isRefusal: isWorking,
    postponed,
    problems: [
      ...(left === 0 ? [] : [describeUndelivered(left, own.length, problem, description)]),
      ...(givenUp.length === 0 ? [] : [describeGivenUp(givenUp, problem, description)]),
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
  return (a.state.refusals ?? 0) - (b.state.refusals ?? 0) || compareByCodePoint(a.event.at, b.event.at);
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
  const which = events.map(({ event: { id, type, detail } }) => {
    const about = detail.request ?? detail.interface;
    const ofInterface =
      typeof about === 'object' && about !== null && 'id' in about ? ` of ${quote(String(about.id))}` : '';
    return `${quote(type)}${ofInterface} (event ${quote(id)})`;
  });
  const message =
    `refused${receiver === null ? '' : ` by ${receiver}`} in ${MOST_REFUSALS} runs that delivered others, and given up: ${formatList(which)}; ` +
    `the reason was: ${problem ?? 'none was given'}; the commands status and receipts show what became of these interfaces`;
  return { code: 'event-delivery', message };
}
