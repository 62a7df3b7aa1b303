import { deadlineOf } from '../core/deadline.ts';
import type { EndedRequest } from '../core/endedRequest.ts';
import type { EventOrigin } from '../core/events/event.ts';
import { NO_RUN_FACTS, type RunFacts, type UnlistedRequest } from '../core/events/eventDefinition.ts';
import { findNewEvents } from '../core/events/findNewEvents.ts';
import { createRunFailedEvent } from '../core/events/runFailed.ts';
import type { LedgerChange, LedgerState, QueuedEvent } from '../core/ledgerState.ts';
import { reportRequest } from '../core/requestEvaluation.ts';
import type { RunProblem } from '../core/runReport.ts';
import { type DeliveryBudgets, deliverEvents, deliveryBudgets } from './deliverEvents.ts';
import { isQueueFull, MOST_QUEUED, receiversOf } from './eventReceivers.ts';
import type { LedgerUnitOfWork } from './ledgerUnitOfWork.ts';
import { lookUpActors } from './lookUpActors.ts';
import type { AuditLog } from './ports.ts';
import type { Budget, RunFindings, RunInput } from './runContext.ts';

/** The time to reserve for writing one part of the deferred changes, in milliseconds. */
const WRITE_MS = 5000;

/**
 * Creates the changes that queue the new events of some facts: none for facts that were published before, or without a
 * publisher.
 */
export type EventFactory = (facts: Partial<typeof NO_RUN_FACTS | RunFacts>) => readonly LedgerChange[];

export function createEventFactory(
  input: RunInput,
  ledger: LedgerUnitOfWork,
  origin: EventOrigin,
): EventFactory {
  const { ports, dryRun, loaded, endpoint, gatewayEndpoint } = input;
  if (dryRun || receiversOf(ports).length === 0) return () => [];
  const base = {
    ...NO_RUN_FACTS,
    origin,
    endpoints: { directConnect: endpoint, gateways: gatewayEndpoint },
    looksUpActors: auditLogOf(input) !== null,
  };
  return (facts) => {
    const at = ports.clock.now().toISOString();
    const { owners } = loaded.policy;
    const changes = findNewEvents({ ...base, startedAt: at, at, state: ledger.state(), owners, ...facts });
    return isQueueFull(ports, ledger.state()) ? changes.filter(isAlwaysQueued) : changes;
  };
}

/** The log of calls in which actors are looked up; `null`: they are not. */
function auditLogOf({ ports, looksUpActors = false }: RunInput): AuditLog | null {
  return looksUpActors ? (ports.auditLog ?? null) : null;
}

/** Types of events that are not queued while the queue is full. */
const CONTROLLED_BY_REQUESTERS: ReadonlySet<string> = new Set([
  'Request Held',
  'Deadline Near',
  'Request Ended',
  'Unexpected Routes',
]);

function isAlwaysQueued(change: LedgerChange): boolean {
  if (change.kind !== 'queued') return true;
  const { type, detail } = change.event;
  // Only a party with permissions in our account can accept a request, so requesters do not control the number of these events.
  return !CONTROLLED_BY_REQUESTERS.has(type) || detail.as === 'acceptedByOthers';
}

/**
 * Queues the events about the evaluated requests. Each is written together with the other deferred changes of its
 * interface.
 */
export function queueRequestEvents(
  input: RunInput,
  ledger: LedgerUnitOfWork,
  createEvents: EventFactory,
  { evaluations }: RunFindings,
): void {
  const { recipient } = input.loaded.policy;
  // Others than the person who made the run read events, so their commands do not name that person's profile of osc-cli.
  const requests = [...(evaluations?.values() ?? [])].map((evaluation) =>
    reportRequest(evaluation, recipient, input.endpoint, null),
  );
  ledger.defer(createEvents({ requests }).map((change) => [change]));
}

/** Groups changes by interface, and puts the event of an end before the change that records the end. */
export function withClosureEvents(
  changes: readonly LedgerChange[],
  ended: readonly EndedRequest[],
  createEvents: EventFactory,
): LedgerChange[][] {
  const ends = new Map(ended.map((end) => [end.id, end]));
  return [...Map.groupBy(changes, (change) => ('id' in change ? change.id : null))].map(([id, own]) => {
    const end = ends.get(id ?? '');
    return end === undefined ? own : [...createEvents({ ended: [end] }), ...own];
  });
}

/** Whether there is time to write one more part of the deferred changes. */
export function hasWriteTime(budget: Budget): boolean {
  return budget() >= WRITE_MS;
}

/**
 * Writes the deferred changes while time is left, the first part in any case.
 * @returns a problem if the time was not enough for all of them
 * @throws LedgerFailure
 */
export async function writeDeferredInTime(ledger: LedgerUnitOfWork, budget: Budget): Promise<RunProblem[]> {
  let parts = 0;
  const dropped = await ledger.writeDeferred(() => {
    parts += 1;
    return parts === 1 || hasWriteTime(budget);
  });
  if (dropped === 0) return [];
  const message = `time ran out before the observations of ${dropped} interfaces were recorded; the next run observes them again`;
  return [{ code: 'out-of-time', message }];
}

/**
 * Queues the events about the requests and about what failed, and delivers all queued events, including those of earlier runs.
 * An event is written before it is delivered, so it is delivered at least once, and no acceptance depends on its delivery.
 * @param previousListing when the last complete listing before this run began; `null`: there was none
 * @returns the problems if something could not be recorded or delivered
 * @throws LedgerFailure
 */
export async function publishFindings(
  input: RunInput,
  ledger: LedgerUnitOfWork,
  budget: Budget,
  origin: EventOrigin,
  startedAt: string,
  previousListing: string | null,
  found: RunFindings,
): Promise<RunProblem[]> {
  const { evaluations } = found;
  const createEvents = createEventFactory(input, ledger, origin);
  const unlisted =
    evaluations === null ? requestsInLedger(ledger.state(), input.loaded.policy.recipient.expiry) : [];
  queueRequestEvents(input, ledger, createEvents, found);
  ledger.defer(createEvents({ unlisted }).map((change) => [change]));
  const notWritten = await writeDeferredInTime(ledger, budget);
  if (receiversOf(input.ports).length === 0) return notWritten;
  const failures = [...found.failures, ...notWritten];
  const hasRecovered = failures.length === 0 && ledger.state().failing !== null;
  ledger.add([
    ...createEvents({ startedAt, failures }),
    ...(hasRecovered ? [{ kind: 'recovered' } as const] : []),
  ]);
  const isFull = isQueueFull(input.ports, ledger.state());
  const budgets = deliveryBudgets(input.ports, budget);
  const notDelivered = await deliverEvents(input.ports, ledger, budgets);
  // After the events that wait for nothing, so that a slow log of calls delays none of them.
  const notDeliveredLate = await deliverLateEvents(input, ledger, budgets, startedAt, previousListing, found);
  return [...notWritten, ...notDelivered, ...notDeliveredLate, ...(isFull ? [QUEUE_FULL] : [])];
}

/** Looks up the actors that events wait for, and delivers the events that became ready. @returns the problems of delivery */
async function deliverLateEvents(
  input: RunInput,
  ledger: LedgerUnitOfWork,
  budgets: DeliveryBudgets,
  startedAt: string,
  previousListing: string | null,
  found: RunFindings,
): Promise<RunProblem[]> {
  const { ports } = input;
  const isWaiting = ({ awaitedActor }: QueuedEvent): boolean => awaitedActor !== undefined;
  const waiting = new Set(
    Object.values(ledger.state().outbox)
      .filter(isWaiting)
      .map(({ id }) => id),
  );
  if (waiting.size === 0) return [];
  const intervalMs = previousListing === null ? null : Date.parse(startedAt) - Date.parse(previousListing);
  const auditLog = auditLogOf(input);
  found.warnings.push(
    ...(await lookUpActors({ auditLog, ledger, clock: ports.clock, budget: budgets.main, intervalMs })),
  );
  // Only these: the run has tried all others already, and a second refusal in it would count twice.
  return deliverEvents(ports, ledger, budgets, ({ id }) => waiting.has(id));
}

const QUEUE_FULL: RunProblem = {
  code: 'event-delivery',
  message:
    `${MOST_QUEUED} events or more are queued: events about held requests and deadlines wait until there is room, ` +
    'and events about withdrawn or deleted requests are left out, though the report and the ledger have those requests; fix the receiver of the events',
};

/** The requests in the ledger, which may still be pending while the listing fails. */
function requestsInLedger({ observations }: LedgerState, expiry: number | null): UnlistedRequest[] {
  return Object.entries(observations).flatMap(([id, observation]) => {
    const { connection, vlan, name, firstSeen, request, held, outbound } = observation;
    const deadline = deadlineOf(observation, expiry);
    const type = request?.type ?? null;
    return outbound ? [] : [{ id, connection, vlan, name, type, firstSeen, deadline, held }];
  });
}

/**
 * Publishes the event of a run whose ledger fails: directly, because nothing can be queued, and once per process, unless a
 * receiver does not take it.
 */
export async function publishFailure(
  { ports, outage }: RunInput,
  origin: EventOrigin,
  startedAt: string,
  failures: readonly RunProblem[],
): Promise<RunProblem[]> {
  const codes = failures.map(({ code }) => code).join();
  const receivers = receiversOf(ports);
  if (receivers.length === 0 || outage.publishedCodes === codes) return [];
  const event = createRunFailedEvent(origin, ports.clock.now().toISOString(), failures, startedAt);
  const deliveries = await Promise.all(receivers.map((receiver) => receiver.publish([event])));
  const problems = deliveries.flatMap(({ problem }) => (problem === null ? [] : [problem]));
  if (problems.length === 0) outage.publishedCodes = codes;
  return problems.map((problem) => ({
    code: 'event-delivery',
    message: `the event of this failure could not be delivered: ${problem}`,
  }));
}
