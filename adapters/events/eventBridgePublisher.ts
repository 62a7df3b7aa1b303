import {
  EventBridgeClient,
  type EventBridgeClientConfig,
  PutEventsCommand,
  type PutEventsRequestEntry,
} from '@aws-sdk/client-eventbridge';
import type { AcceptorEvent } from '../../core/events/event.ts';
import { printableJson } from '../../core/json.ts';
import { escapeLong } from '../../core/printableText.ts';
import { ApiFailure } from '../../run/portErrors.ts';
import type { EventPublisher } from '../../run/ports.ts';
import { readBoundedBody, requestHandlerOptions } from '../aws/clientHttp.ts';
import { toApiFailure } from '../aws/toApiFailure.ts';
import { withTimeout } from '../promises.ts';
import { toPublishedEvent } from './publishedEvent.ts';

/** What one call may hold. */
const BATCH = 10;
const BATCH_BYTES = 200_000;
/** What a call may take with its attempts, in milliseconds. */
const LIMIT_MS = 4000;

/**
 * Announces on the default event bus.
 * @param config the client's own: region, credentials and endpoint are the platform's unless given
 */
export function createEventBridgePublisher(config: EventBridgeClientConfig = {}): EventPublisher {
  let client: EventBridgeClient | undefined;
  return {
    publish: async (announcements) => {
      client ??= new EventBridgeClient({
        maxAttempts: 2,
        requestHandler: requestHandlerOptions({ connectMs: 1000, requestMs: 1500 }),
        streamCollector: readBoundedBody,
        ...config,
      });
      const delivered: string[] = [];
      const refused = new Set<string>();
      let problem: string | null = null;
      for (const batch of batches(announcements)) {
        const result = await putEvents(client, batch);
        delivered.push(...result.delivered);
        for (const id of result.refused) refused.add(id);
        problem ??= result.problem;
        // A bus that cannot be asked is not asked again for every ten. One that refuses some says nothing about the others.
        if (result.isDown) break;
      }
      const settled = new Set([...delivered, ...refused]);
      const postponed = announcements.map(({ id }) => id).filter((id) => !settled.has(id));
      return { delivered, postponed, problem };
    },
  };
}

/** As many as one call may hold, by number and by size. */
function batches(announcements: readonly AcceptorEvent[]): AcceptorEvent[][] {
  const made: AcceptorEvent[][] = [];
  let bytes = 0;
  for (const announcement of announcements) {
    const size = Buffer.byteLength(printableJson(toPublishedEvent(announcement)));
    const last = made.at(-1);
    if (last === undefined || last.length === BATCH || bytes + size > BATCH_BYTES) {
      made.push([announcement]);
      bytes = size;
    } else {
      last.push(announcement);
      bytes += size;
    }
  }
  return made;
}

/** Codes of an entry that say nothing about the entry. */
const PASSING = /^(Throttling|ThrottlingException|InternalFailure|InternalException|ServiceUnavailable)$/;

async function putEvents(client: EventBridgeClient, announcements: readonly AcceptorEvent[]) {
  try {
    const command = new PutEventsCommand({ Entries: announcements.map(entryOf) });
    const { Entries = [] } = await withTimeout(LIMIT_MS, (abortSignal) =>
      client.send(command, { abortSignal }),
    );
    // Fail closed: only what has an ID of the bus was taken.
    const isTaken = announcements.map((_, i) => typeof Entries[i]?.EventId === 'string');
    const first = Entries.find(({ EventId }) => EventId === undefined);
    const ids = announcements.map(({ id }) => id);
    const delivered = ids.filter((_, i) => isTaken[i]);
    const refused = ids.filter((_, i) => !isTaken[i] && !PASSING.test(Entries[i]?.ErrorCode ?? ''));
    if (delivered.length === announcements.length)
      return { delivered, refused, problem: null, isDown: false };
    const why = escapeLong(
      `${first?.ErrorCode ?? 'no answer'}: ${first?.ErrorMessage ?? 'for some of them'}`,
      1000,
    );
    return { delivered, refused, problem: `PutEvents refused some: ${why}`, isDown: false };
  } catch (error) {
    const failure = toApiFailure('PutEvents', error);
    // A call that is refused for what is in it, such as its size, says nothing about the next one.
    const isDown = !(failure instanceof ApiFailure && failure.kind === 'client');
    const refused = isDown ? [] : announcements.map(({ id }) => id);
    return { delivered: [], refused, problem: failure.message, isDown };
  }
}

function entryOf(announcement: AcceptorEvent): PutEventsRequestEntry {
  const event = toPublishedEvent(announcement);
  return {
    Source: event.source,
    DetailType: event['detail-type'],
    Time: new Date(event.time),
    Detail: printableJson(event.detail),
  };
}
