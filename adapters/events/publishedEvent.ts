import type { AcceptorEvent } from '../../core/events/event.ts';

/** An event in the form in which it is published, to EventBridge and to a file alike; docs/events.schema.json describes it. */
export interface PublishedEvent {
  readonly source: typeof EVENT_SOURCE;
  readonly 'detail-type': AcceptorEvent['type'];
  readonly time: string;
  /** with the stable `id`, by which a receiver drops duplicates */
  readonly detail: AcceptorEvent['detail'];
}

export const EVENT_SOURCE = 'vif-acceptor';

export function toPublishedEvent({ type, at, detail }: AcceptorEvent): PublishedEvent {
  return { source: EVENT_SOURCE, 'detail-type': type, time: at, detail };
}
