import { MANUAL_ACTIONS } from '../../core/actor.ts';
import type { AwaitedActor } from '../../core/awaitedActor.ts';
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

/** Checks the optional counters of attempts to deliver an event. */
function checkAttempts(
  { triedInVain, refusals }: { readonly triedInVain?: unknown; readonly refusals?: unknown },
  path: string,
): void {
  for (const [key, value] of Object.entries({ triedInVain, refusals }))
    if (value !== undefined) count(value, `${path}${key}`);
}

export const decodeQueuedEvent: d.Decoder<QueuedEvent> = (raw, path) => {
  const queued: QueuedEvent = decodeEvent(raw, path);
  checkAttempts(queued, '');
  const receivers = queued.receivers === undefined ? {} : d.map(d.record)(queued.receivers, 'receivers');
  for (const [name, state] of Object.entries(receivers)) {
    const at = `receivers.${name}.`;
    checkAttempts(state, at);
    if (state.isDone !== undefined) d.boolean(state.isDone, `${at}isDone`);
  }
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
