import { createEventBridgeAnnouncer } from '../../adapters/events/eventBridgePublisher.ts';
import type { Announcement } from '../../core/events/event.ts';
import type { Announcer } from '../../run/ports.ts';
import type { EventBus } from './eventBus.ts';

/** The function's own announcer, on a bus on loopback. */
export function busAnnouncer({ url }: EventBus): Announcer {
  const credentials = { accessKeyId: 'test', secretAccessKey: 'test' };
  return createEventBridgeAnnouncer({ endpoint: url, region: 'eu-west-3', credentials });
}

/** Collects what is announced, and fails when told to. */
export interface RecordingAnnouncer extends Announcer {
  /** everything delivered, in order */
  readonly delivered: readonly Announcement[];
  /** What was delivered since this was last asked: `Type ID of the interface`, or the type alone. */
  news(): string[];
  /** From now on so many of each call are delivered at most. */
  deliverAtMost(count: number): void;
}

export function recordingAnnouncer(): RecordingAnnouncer {
  let most = Number.POSITIVE_INFINITY;
  let told = 0;
  const delivered: Announcement[] = [];
  return {
    delivered,
    announce: async (announcements) => {
      const taken = announcements.slice(0, most);
      delivered.push(...taken);
      const problem = taken.length === announcements.length ? null : 'the bus is down';
      return { delivered: taken.map(({ id }) => id), problem };
    },
    news: () => {
      const fresh = delivered.slice(told);
      told = delivered.length;
      return fresh.map(inShort);
    },
    deliverAtMost: (count) => {
      most = count;
    },
  };
}

function inShort({ type, detail }: Announcement): string {
  const about = detail.request ?? detail.interface;
  const id = typeof about === 'object' && about !== null && 'id' in about ? ` ${about.id}` : '';
  return `${type}${id}`;
}
