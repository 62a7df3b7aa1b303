import type { Ports } from '../../run/ports.ts';

/** Prints on standard error what a slow command is doing, once per second: one line for all targets in progress. */
export interface Progress {
  /** Wraps ports so that each call is shown while it is in progress. */
  watch(target: string, ports: Ports): Ports;
  /** The work on a target has ended. */
  finish(target: string): void;
  stop(): void;
}

/**
 * @param stream `null`: nothing is printed
 * @param targets number of all targets
 */
export function startProgress(stream: NodeJS.WriteStream | null, targets: number): Progress {
  const since = performance.now();
  const current = new Map<string, string>();
  let finished = 0;
  let printed = '';
  const timer = setInterval(() => {
    const share = targets > 1 ? [`${finished} of ${targets} targets done`] : [];
    const line = [...share, ...current.values()].join('; ');
    if (current.size === 0 || line === printed) return;
    printed = line;
    stream?.write(`${line} … (${Math.round((performance.now() - since) / 1000)} s)\n`);
  }, 1000);
  timer.unref();
  return {
    watch: (target, ports) =>
      watchPorts(ports, (what, call) => {
        current.set(target, `${target}: ${what}`);
        return call();
      }),
    finish: (target) => {
      current.delete(target);
      finished += 1;
    },
    stop: () => clearInterval(timer),
  };
}

function watchPorts(ports: Ports, during: <T>(what: string, call: () => Promise<T>) => Promise<T>): Ports {
  const { directConnect, gateways, caller } = ports;
  return {
    ...ports,
    directConnect: {
      list: () => during('listing virtual interfaces', () => directConnect.list()),
      describe: (id) => during(`describing ${id}`, () => directConnect.describe(id)),
      ownConnections: () => during('listing own connections', () => directConnect.ownConnections()),
      confirm: (kind, id, gateway) =>
        during(`confirming ${id}`, () => directConnect.confirm(kind, id, gateway)),
      advertisedPrefixes: (id) =>
        during(`listing the routes of ${id}`, () => directConnect.advertisedPrefixes(id)),
      throttleCount: directConnect.throttleCount,
    },
    gateways: {
      list: (kinds) => during('listing gateways', () => gateways.list(kinds)),
      servedKinds: (gateway) =>
        during(`reading the associations of ${gateway}`, () => gateways.servedKinds(gateway)),
      readRouting: (gateway) =>
        during(`reading the routes of ${gateway}`, () => gateways.readRouting(gateway)),
      readNetworks: (gateway) =>
        during(`reading the networks behind ${gateway}`, () => gateways.readNetworks(gateway)),
    },
    caller: {
      account: () => during('identifying the credentials', () => caller.account()),
    },
  };
}
