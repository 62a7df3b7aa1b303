import { type AwaitedActor, MANUAL_ACTIONS } from '../../core/actor.ts';
import * as d from '../../core/decoders.ts';
import type { AcceptorEvent } from '../../core/events/event.ts';
import type { QueuedEvent } from '../../core/ledgerState.ts';
import { interfaceId, oneLine } from './decodeItems.ts';
import { decodeEnded } from './historyRecords.ts';

const decodeEvent = d.openObject<AcceptorEvent>({
  id: d.string,
  type: oneLine,
  at: d.instant,
  detail: d.record,
});
const count = d.integer(0);

const decodeAwaitedActor = d.openObject<AwaitedActor>({
  action: d.oneOf(MANUAL_ACTIONS),
  id: interfaceId,
  type: d.orNull(oneLine),
  since: d.instant,
  until: d.instant,
  ended: d.orNull(decodeEnded),
});

export const decodeQueuedEvent: d.Decoder<QueuedEvent> = (raw, path) => {
  const queued: QueuedEvent = decodeEvent(raw, path);
  for (const key of ['triedInVain', 'refusals'] as const)
    if (queued[key] !== undefined) count(queued[key], key);
  if (queued.awaitedActor === undefined) return queued;
  const { awaitedActor, ...ready } = queued;
  try {
    return { ...ready, awaitedActor: decodeAwaitedActor(awaitedActor, path) };
  } catch (error) {
    if (!(error instanceof d.Malformed)) throw error;
    // The event itself can be read, so it is delivered, without its actor.
    return ready;
  }
};
