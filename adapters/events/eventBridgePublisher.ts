import {
  EventBridgeClient,
  type EventBridgeClientConfig,
  PutEventsCommand,
  type PutEventsRequestEntry,
} from '@aws-sdk/client-eventbridge';
import { type AcceptorEvent, type PublishedEvent, toBusEvent } from '../../core/events/event.ts';
import { chatTextOf } from '../../core/events/eventText.ts';
import { printableJson } from '../../core/json.ts';
import { escapeLong } from '../../core/printableText.ts';
import { ApiFailure } from '../../run/portErrors.ts';
import type { EventPublisher } from '../../run/ports.ts';
import { readBoundedBody, requestHandlerOptions } from '../awsProtocol/clientHttp.ts';
import { type CallLimit, splitIntoBatches } from '../awsProtocol/pagesAndBatches.ts';
import { toApiFailure } from '../awsProtocol/toApiFailure.ts';
import { withTimeout } from '../promises.ts';

/** The most that one call may contain. */
const CALL_LIMIT: CallLimit = { items: 10, bytes: 200_000 };
/** The time limit of a call with its attempts, in milliseconds. */
const LIMIT_MS = 4000;

/**
 * Creates a publisher to the default event bus.
 * @param config settings of the client; by default region, credentials and endpoint are those of the environment
 * @param resource the ARN by which the rule of a deployment selects its own events; `null`: none. It is added at publication and not
 * stored, so that an event that an earlier release stored has it too.
 */
export function createEventBridgePublisher(
  config: EventBridgeClientConfig = {},
  resource: string | null = null,
): EventPublisher {
  let client: EventBridgeClient | undefined;
  return {
    publish: async (events) => {
      client ??= new EventBridgeClient({
        maxAttempts: 2,
        requestHandler: requestHandlerOptions({ connectMs: 1000, requestMs: 1500 }),
        streamCollector: readBoundedBody,
        ...config,
      });
      const delivered: string[] = [];
      const refused = new Set<string>();
      let problem: string | null = null;
      for (const batch of splitIntoBatches(events, CALL_LIMIT, textOf)) {
        const result = await putEvents(client, batch, resource);
        delivered.push(...result.delivered);
        for (const id of result.refused) refused.add(id);
        problem ??= result.problem;
        // A bus that does not answer is not called again for every ten events. One that refuses some may take the others.
        if (result.isDown) break;
      }
      const settled = new Set([...delivered, ...refused]);
      const postponed = events.map(({ id }) => id).filter((id) => !settled.has(id));
      return { delivered, postponed, problem };
    },
  };
}

function textOf(event: AcceptorEvent): string {
  return printableJson(withChatTexts(event));
}

/**
 * An event as the bus gets it, with its texts for chat programs, because a rule of the bus can insert a text into a message, and
 * cannot change it. They are added at publication, so that an event that an earlier release queued has them too.
 */
function withChatTexts(event: AcceptorEvent): PublishedEvent {
  const published = toBusEvent(event);
  return { ...published, detail: { ...published.detail, chat: chatTextOf(event) } };
}

/** Error codes of an entry that do not depend on the entry, so that it may be taken later. */
const TEMPORARY = /^(Throttling|ThrottlingException|InternalFailure|InternalException|ServiceUnavailable)$/;

async function putEvents(
  client: EventBridgeClient,
  events: readonly AcceptorEvent[],
  resource: string | null,
) {
  try {
    const command = new PutEventsCommand({ Entries: events.map((event) => toEntry(event, resource)) });
    const { Entries = [] } = await withTimeout(LIMIT_MS, (abortSignal) =>
      client.send(command, { abortSignal }),
    );
    // Fail closed: only an entry with an ID from the bus was taken.
    const isTaken = events.map((_, i) => typeof Entries[i]?.EventId === 'string');
    const first = Entries.find(({ EventId }) => EventId === undefined);
    const ids = events.map(({ id }) => id);
    const delivered = ids.filter((_, i) => isTaken[i]);
    const refused = ids.filter((_, i) => !isTaken[i] && !TEMPORARY.test(Entries[i]?.ErrorCode ?? ''));
    if (delivered.length === events.length) return { delivered, refused, problem: null, isDown: false };
    const why = escapeLong(
      `${first?.ErrorCode ?? 'no answer'}: ${first?.ErrorMessage ?? 'for some of them'}`,
      1000,
    );
    return { delivered, refused, problem: `PutEvents refused some: ${why}`, isDown: false };
  } catch (error) {
    const failure = toApiFailure('PutEvents', error);
    // A call that is refused for its content, such as its size, says nothing about the next one.
    const isDown = !(failure instanceof ApiFailure && failure.kind === 'client');
    const refused = isDown ? [] : events.map(({ id }) => id);
    return { delivered: [], refused, problem: failure.message, isDown };
  }
}

function toEntry(event: AcceptorEvent, resource: string | null): PutEventsRequestEntry {
  const published = withChatTexts(event);
  return {
    Source: published.source,
    DetailType: published['detail-type'],
    Time: new Date(published.time),
    Detail: printableJson(published.detail),
    ...(resource === null ? {} : { Resources: [resource] }),
  };
}
