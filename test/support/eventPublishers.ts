import { createEventBridgePublisher } from '../../adapters/events/eventBridgePublisher.ts';
import type { AcceptorEvent } from '../../core/events/event.ts';
import type { EventPublisher } from '../../run/ports.ts';
import type { EventBus } from './eventBus.ts';

/** The function's own event publisher, connected to an event bus on loopback. */
export function busPublisher({ url }: EventBus, resource: string | null = null): EventPublisher {
  const credentials = { accessKeyId: 'test', secretAccessKey: 'test' };
  return createEventBridgePublisher({ endpoint: url, region: 'eu-west-3', credentials }, resource);
}

/** Records published events, and can be set to fail. */
export interface RecordingPublisher extends EventPublisher {
  /** all delivered events, in order */
  readonly delivered: readonly AcceptorEvent[];
  /** The events delivered since the last call: `Type INTERFACE_ID`, or only the type. */
  takePublished(): string[];
  /** Sets how many events of each call are delivered at most. */
  deliverAtMost(count: number): void;
}

export function recordingPublisher(): RecordingPublisher {
  let most = Number.POSITIVE_INFINITY;
  let taken = 0;
  const delivered: AcceptorEvent[] = [];
  return {
    delivered,
    publish: async (events) => {
      const accepted = events.slice(0, most);
      delivered.push(...accepted);
      const problem = accepted.length === events.length ? null : 'the bus is down';
      return { delivered: accepted.map(({ id }) => id), problem };
    },
    takePublished: () => {
      const fresh = delivered.slice(taken);
      taken = delivered.length;
      return fresh.map(describeEvent);
    },
    deliverAtMost: (count) => {
      most = count;
    },
  };
}

function describeEvent({ type, detail }: AcceptorEvent): string {
  const about = detail.request ?? detail.interface;
  const id = typeof about === 'object' && about !== null && 'id' in about ? ` ${about.id}` : '';
  return `${type}${id}`;
}
