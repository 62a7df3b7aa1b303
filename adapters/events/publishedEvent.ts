import type { Announcement } from '../../core/events/event.ts';

/** What leaves the house, on EventBridge and in a file alike; docs/events.schema.json describes it. */
export interface Event {
  readonly source: typeof SOURCE;
  readonly 'detail-type': Announcement['type'];
  readonly time: string;
  /** with the stable `id` to drop repeats by */
  readonly detail: Announcement['detail'];
}

export const SOURCE = 'vif-acceptor';

export function eventOf({ type, at, detail }: Announcement): Event {
  return { source: SOURCE, 'detail-type': type, time: at, detail };
}
