import { deadlineOf } from '../core/deadline.ts';
import type { EndedRequest } from '../core/endedRequest.ts';
import type { EventOrigin } from '../core/events/event.ts';
import { NO_RUN_FACTS, type RunFacts, type UnlistedRequest } from '../core/events/eventDefinition.ts';
import { findNewEvents } from '../core/events/findNewEvents.ts';
import { createRunFailedEvent } from '../core/events/runFailed.ts';
import type { LedgerChange, LedgerState } from '../core/ledgerState.ts';
import { reportRequest } from '../core/requestEvaluation.ts';
import type { RunProblem } from '../core/runReport.ts';
import { deliverEvents } from './deliverEvents.ts';
import type { LedgerUnitOfWork } from './ledgerUnitOfWork.ts';
import type { Budget, RunFindings, RunInput } from './runContext.ts';

/** What writing one part of what was deferred may take at most, in milliseconds. */
const WRITE_MS = 5000;

/** Makes of facts what is to be queued of them; of facts that were told, or when nobody listens, nothing. */
export type EventFactory = (facts: Partial<typeof NO_RUN_FACTS | RunFacts>) => readonly LedgerChange[];

export function createEventFactory(
  input: RunInput,
  memory: LedgerUnitOfWork,
  origin: EventOrigin,
): EventFactory {
  const { ports, dryRun, loaded, endpoint, gatewayEndpoint } = input;
  if (dryRun || ports.eventPublisher === null) return () => [];
  const always = {
    ...NO_RUN_FACTS,
    origin,
    endpoints: { directConnect: endpoint, gateways: gatewayEndpoint },
  };
  return (facts) => {
    const at = ports.clock.now().toISOString();
    const { owners } = loaded.policy;
    const made = findNewEvents({ ...always, startedAt: at, at, state: memory.state(), owners, ...facts });
    return isQueueFull(memory) ? made.filter(isQueuedAlways) : made;
  };
}

/**
 * With so many events queued, those whose number strangers set are queued no more, so that an outage of the receiver cannot
 * make the ledger grow without bound. What is held or near its deadline is queued once there is room, for nothing marks it as
 * told. What was withdrawn or deleted stays on record for 90 days, and its event is not made up for: each run meanwhile fails, and
 * says so.
 */
const MOST_QUEUED = 5000;

const SET_BY_STRANGERS: ReadonlySet<string> = new Set(['Request Held', 'Deadline Near', 'Request Ended']);

function isQueueFull(memory: LedgerUnitOfWork): boolean {
  return Object.keys(memory.state().outbox).length >= MOST_QUEUED;
}

function isQueuedAlways(change: LedgerChange): boolean {
  if (change.kind !== 'queued') return true;
  const { type, detail } = change.event;
  // Only who has rights in our account can accept a request, so strangers cannot set how many of these events there are.
  return !SET_BY_STRANGERS.has(type) || detail.as === 'acceptedByOthers';
}

/** Queues what became of the requests: each event is written with what else is deferred about its interface. */
export function queueRequestEvents(
  input: RunInput,
  memory: LedgerUnitOfWork,
  news: EventFactory,
  { evaluations }: RunFindings,
): void {
  const { recipient } = input.loaded.policy;
  const requests = [...(evaluations?.values() ?? [])].map((item) =>
    reportRequest(item, recipient, input.endpoint),
  );
  memory.defer(news({ requests }).map((one) => [one]));
}

/** Changes by what they are about, each end after its event. */
export function withClosureEvents(
  changes: readonly LedgerChange[],
  ended: readonly EndedRequest[],
  news: EventFactory,
): LedgerChange[][] {
  const ends = new Map(ended.map((end) => [end.id, end]));
  return [...Map.groupBy(changes, (change) => ('id' in change ? change.id : null))].map(([id, own]) => {
    const end = ends.get(id ?? '');
    return end === undefined ? own : [...news({ ended: [end] }), ...own];
  });
}

/** Whether there is time to write one part more of what was deferred. */
export function hasWriteTime(budget: Budget): boolean {
  return budget() >= WRITE_MS;
}

/**
 * Writes what was deferred, the first part of it in any case.
 * @returns a failure when there was no time for all of it
 * @throws LedgerFailure
 */
export async function writeDeferredInTime(memory: LedgerUnitOfWork, budget: Budget): Promise<RunProblem[]> {
  let parts = 0;
  const forgotten = await memory.writeDeferred(() => {
    parts += 1;
    return parts === 1 || hasWriteTime(budget);
  });
  if (forgotten === 0) return [];
  const message = `time ran out before what was observed of ${forgotten} interfaces could be recorded; the next pass observes them again`;
  return [{ code: 'out-of-time', message }];
}

/**
 * Queues what became of the requests and what failed, and delivers everything queued, of earlier passes too. What is
 * delivered was written before: so it is told at least once, and nothing that it is about depends on it.
 * @returns why something could not be recorded or delivered, if it could not
 * @throws LedgerFailure
 */
export async function publishFindings(
  input: RunInput,
  memory: LedgerUnitOfWork,
  budget: Budget,
  origin: EventOrigin,
  startedAt: string,
  found: RunFindings,
): Promise<RunProblem[]> {
  const { eventPublisher } = input.ports;
  const { evaluations: cases } = found;
  const news = createEventFactory(input, memory, origin);
  const unlisted =
    cases === null ? rememberedRequests(memory.state(), input.loaded.policy.recipient.expiry) : [];
  queueRequestEvents(input, memory, news, found);
  memory.defer(news({ unlisted }).map((one) => [one]));
  const late = await writeDeferredInTime(memory, budget);
  if (eventPublisher === null) return late;
  const failures = [...found.failures, ...late];
  const hasRecovered = failures.length === 0 && memory.state().failing !== null;
  memory.add([...news({ startedAt, failures }), ...(hasRecovered ? [{ kind: 'recovered' } as const] : [])]);
  const isFull = isQueueFull(memory);
  const undelivered = await deliverEvents(eventPublisher, memory, budget);
  return [...late, ...undelivered, ...(isFull ? [QUEUE_FULL] : [])];
}

const QUEUE_FULL: RunProblem = {
  code: 'announcement',
  message:
    `${MOST_QUEUED} events or more are queued: events of held requests and of deadlines wait until there is room, ` +
    'and those of requests that were withdrawn or deleted are left out; the report and the ledger have them; make their receiver work again',
};

/** What may be pending still, while nobody can look. */
function rememberedRequests({ observations }: LedgerState, expiry: number | null): UnlistedRequest[] {
  return Object.entries(observations).flatMap(([id, sighting]) => {
    const { connection, vlan, name, firstSeen, held, outbound } = sighting;
    const deadline = deadlineOf(sighting, expiry);
    return outbound ? [] : [{ id, connection, vlan, name, firstSeen, deadline, held }];
  });
}

/** For a pass whose ledger fails: told at once, for nothing can be queued, and once by each process. */
export async function publishFailure(
  { ports: { eventPublisher: announcer, clock }, outage }: RunInput,
  origin: EventOrigin,
  startedAt: string,
  failures: readonly RunProblem[],
): Promise<RunProblem[]> {
  const codes = failures.map(({ code }) => code).join();
  if (announcer === null || outage.publishedCodes === codes) return [];
  const announcement = createRunFailedEvent(origin, clock.now().toISOString(), failures, startedAt);
  const { problem } = await announcer.publish([announcement]);
  if (problem !== null)
    return [{ code: 'announcement', message: `this failure could not be announced: ${problem}` }];
  outage.publishedCodes = codes;
  return [];
}
