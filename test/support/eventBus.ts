import { onTestFinished } from 'vitest';
import { type ApiServer, json, type Reply, startApi } from './apiServer.ts';

/** An event that came in at a bus, as EventBridge's API names its parts. */
export interface BusEntry {
  readonly Source: string;
  readonly DetailType: string;
  readonly Time: number;
  readonly Detail: string;
}

export interface EventBus {
  readonly url: string;
  readonly entries: readonly BusEntry[];
  readonly received: ApiServer['received'];
}

/**
 * EventBridge's `PutEvents` on loopback; gone when the test is.
 * @param refuse error code for an entry by its place among all that came, or `null` to take it
 * @param reply instead of an answer, such as a hang
 */
export async function startEventBus(
  refuse: (place: number) => string | null = () => null,
  reply: (call: number) => Reply | null = () => null,
): Promise<EventBus> {
  const entries: BusEntry[] = [];
  let place = 0;
  const api = await startApi(({ body }, earlier) => {
    const instead = reply(earlier);
    if (instead !== null) return instead;
    const sent: BusEntry[] = JSON.parse(body).Entries;
    const results = sent.map((entry) => {
      const ErrorCode = refuse(place);
      place += 1;
      if (ErrorCode !== null) return { ErrorCode, ErrorMessage: 'refused' };
      entries.push(entry);
      return { EventId: `event-${place}` };
    });
    const FailedEntryCount = results.filter((result) => 'ErrorCode' in result).length;
    return json({ Entries: results, FailedEntryCount });
  });
  onTestFinished(() => api.close());
  return { url: api.url, entries, received: api.received };
}
