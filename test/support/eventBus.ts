import { onTestFinished } from 'vitest';
import { type ApiServer, json, type Reply, startApi } from './apiServer.ts';

/** A received event, with the names of EventBridge's API. */
export interface BusEntry {
  readonly Source: string;
  readonly DetailType: string;
  readonly Time: number;
  readonly Detail: string;
  readonly Resources?: readonly string[];
}

export interface EventBus {
  readonly url: string;
  readonly entries: readonly BusEntry[];
  readonly received: ApiServer['received'];
}

/**
 * Starts an EventBridge with `PutEvents` on loopback. It is stopped after the test.
 * @param refuse error code for an entry, by its index among all received entries; `null` accepts the entry
 * @param reply replaces the answer, for example by a hang
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
