import { createEventBridgePublisher } from '../../adapters/events/eventBridgePublisher.ts';
import type { AcceptorEvent } from '../../core/events/event.ts';
import type { EventPublisher } from '../../run/ports.ts';
import type { EventBus } from './eventBus.ts';

/** The function's own announcer, on a bus on loopback. */
export function busPublisher({ url }: EventBus): EventPublisher {
  const credentials = { accessKeyId: 'test', secretAccessKey: 'test' };
  return createEventBridgePublisher({ endpoint: url, region: 'eu-west-3', credentials });
}

/** Collects what is announced, and fails when told to. */
export interface RecordingPublisher extends EventPublisher {
  /** everything delivered, in order */
  readonly delivered: readonly AcceptorEvent[];
  /** What was delivered since this was last asked: `Type ID of the interface`, or the type alone. */
  takePublished(): string[];
  /** From now on so many of each call are delivered at most. */
  deliverAtMost(count: number): void;
}

export function recordingPublisher(): RecordingPublisher {
  let most = Number.POSITIVE_INFINITY;
  let told = 0;
  const delivered: AcceptorEvent[] = [];
  return {
    delivered,
    publish: async (announcements) => {
      const taken = announcements.slice(0, most);
      delivered.push(...taken);
      const problem = taken.length === announcements.length ? null : 'the bus is down';
      return { delivered: taken.map(({ id }) => id), problem };
    },
    takePublished: () => {
      const fresh = delivered.slice(told);
      told = delivered.length;
      return fresh.map(inShort);
    },
    deliverAtMost: (count) => {
      most = count;
    },
  };
}

function inShort({ type, detail }: AcceptorEvent): string {
  const about = detail.request ?? detail.interface;
  const id = typeof about === 'object' && about !== null && 'id' in about ? ` ${about.id}` : '';
  return `${type}${id}`;
}
