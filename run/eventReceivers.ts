import { type LedgerState, MAIN_RECEIVER, receiverStateOf } from '../core/ledgerState.ts';
import type { EventPublisher, Ports } from './ports.ts';

/** The most events in one call: what fits one call to EventBridge. */
const AT_ONCE = 10;
/** The same for a webhook, which gets each event in a request of its own. */
const WEBHOOK_AT_ONCE = 4;
/** A receiver of events, with the name by which the ledger records what it has. */
export interface Receiver extends EventPublisher {
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

/**
 * From this many queued events on, event types whose number requesters control are not queued, so that an outage of the
 * receiver cannot make the ledger grow without bound. Events of held requests, of deadlines and of unexpected routes are queued once there is
 * room, because they are not marked as published. Events of withdrawn and deleted requests are lost, but the requests
 * stay on record for 90 days; each run meanwhile fails and says so.
 */
export const MOST_QUEUED = 5000;

/**
 * Whether the main receiver needs the events: this run has one, or a recorded run had one, so that other runs with the same ledger
 * deliver them. Where no run is recorded, it cannot be known, and the receivers of this run are taken as all.
 */
export function hasMainReceiver({ eventPublisher }: Ports, { health }: LedgerState): boolean {
  if (eventPublisher !== null) return true;
  const runs = health === null || health === 'unreadable' ? [] : health.runs;
  return runs.some(({ flags }) => !flags.includes('unattended') && !flags.includes('webhooksOnly'));
}

/**
 * Whether the queue is full: the main receiver still needs so many events or, without one, every webhook does. One webhook that is
 * down therefore does not keep new events from the other receivers: for that webhook, the oldest events are given up.
 */
export function isQueueFull(ports: Ports, state: LedgerState): boolean {
  const queued = Object.values(state.outbox);
  if (queued.length < MOST_QUEUED) return false;
  const names = hasMainReceiver(ports, state) ? [MAIN_RECEIVER] : receiversOf(ports).map(({ name }) => name);
  return names.every(
    (name) => queued.filter((event) => receiverStateOf(event, name).isDone !== true).length >= MOST_QUEUED,
  );
}
