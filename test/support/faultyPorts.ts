import type { AcceptorEvent } from '../../core/events/event.ts';
import type { VirtualInterface } from '../../core/model.ts';
import type { Emulator } from '../../emulator/emulator.ts';
import { ApiFailure } from '../../run/portErrors.ts';
import type { DirectConnect, EventPublisher, Ports } from '../../run/ports.ts';
import { PROD } from './cloud.ts';
import { callWithFault, hasLostLease } from './faultInjection.ts';

/** The owner's limit in the policy of the schedules. */
export const LIMIT = 3;

/** Duration of a call to the API, in milliseconds. */
const TAKES_MS = 1000;

/** Ports with injected faults, and the violations that runs commit on them. */
export function faultyPorts(cloud: Emulator, { directConnect, gateways, caller }: Ports) {
  const wrongs: string[] = [];
  /** started confirms of which the API has not shown since that they had no effect */
  const open = new Set<string>();
  const api = async <T>(name: string, make: () => Promise<T>): Promise<T> => {
    cloud.clock.advance(TAKES_MS);
    const answer = await callWithFault(`api ${name}`, make, () => new ApiFailure(name, 'server', 'no'));
    cloud.clock.advance(TAKES_MS);
    return answer;
  };
  const saw = (vif: VirtualInterface | null): void => {
    if (vif?.state === 'confirming') open.delete(vif.id);
  };
  const confirm: DirectConnect['confirm'] = (id, gateway) => {
    if (hasLostLease()) wrongs.push(`${id} was confirmed without the lease`);
    if (open.has(id)) wrongs.push(`${id} was confirmed twice without a description in between`);
    const taken = [...cloud.world.interfaces.values()].filter(
      (vif) => vif.gateway?.virtual === PROD && vif.state !== 'deleted',
    );
    if (taken.length >= LIMIT) wrongs.push(`${id} was confirmed beyond the limit`);
    open.add(id);
    return directConnect.confirm(id, gateway);
  };
  return {
    wrongs,
    directConnect: {
      list: async () => {
        const listed = await api('list', directConnect.list);
        listed.forEach(saw);
        return listed;
      },
      describe: async (id: string) => {
        const vif = await api('describe', () => directConnect.describe(id));
        saw(vif);
        return vif;
      },
      ownConnections: () => api('ownConnections', directConnect.ownConnections),
      confirm: (id: string, gateway: string) => api('confirm', () => confirm(id, gateway)),
      throttleCount: directConnect.throttleCount,
    },
    gateways: {
      list: (...kinds: Parameters<typeof gateways.list>) => api('gateways', () => gateways.list(...kinds)),
      readRouting: (...of: Parameters<typeof gateways.readRouting>) =>
        api('routing', () => gateways.readRouting(...of)),
    },
    caller: { account: () => api('account', caller.account) },
  };
}

/** A publisher with injected faults. It never throws, as the port requires. When its answer is lost, the events are delivered. */
export function faultyPublisher(inner: EventPublisher): EventPublisher {
  return {
    publish: async (events: readonly AcceptorEvent[]) => {
      try {
        return await callWithFault(
          'bus publish',
          () => inner.publish(events),
          () => new Error('no'),
        );
      } catch {
        return { delivered: [], problem: 'the bus is out of reach' };
      }
    },
  };
}
