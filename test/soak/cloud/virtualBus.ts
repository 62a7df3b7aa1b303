import { answerJson, type VirtualServer } from './virtualServer.ts';

/** A received event. */
export interface DeliveredEvent {
  readonly at: number;
  readonly type: string;
  readonly detail: Readonly<Record<string, unknown>>;
}

/** An EventBridge that stores accepted events, and rejects every nth entry on request. */
export function createVirtualBus(now: () => number, onRefusal: () => void) {
  const delivered: DeliveredEvent[] = [];
  let refuseEvery = 0;
  let count = 0;
  const server: VirtualServer = {
    answer: ({ body }) => {
      const entries: { DetailType: string; Detail: string }[] = JSON.parse(body).Entries;
      const Entries = entries.map(({ DetailType, Detail }) => {
        count += 1;
        if (refuseEvery > 0 && count % refuseEvery === 0) {
          onRefusal();
          return { ErrorCode: 'InternalFailure' };
        }
        delivered.push({ at: now(), type: DetailType, detail: JSON.parse(Detail) });
        return { EventId: `event-${count}` };
      });
      return answerJson(200, {
        Entries,
        FailedEntryCount: Entries.filter((one) => 'ErrorCode' in one).length,
      });
    },
    failure: (status) =>
      answerJson(status, {
        __type: status === 400 ? 'ThrottlingException' : 'InternalException',
        message: 'no',
      }),
  };
  return {
    ...server,
    delivered,
    refuse: (every: number) => {
      refuseEvery = every;
    },
  };
}
