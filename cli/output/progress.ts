import type { Ports } from '../../run/ports.ts';

/** Says on standard error what a slow command is doing, from its second second on: one line for all targets in work. */
export interface Progress {
  /** Wraps ports so that each call is what is being done. */
  watch(target: string, ports: Ports): Ports;
  /** Nothing more is done about a target. */
  finish(target: string): void;
  stop(): void;
}

/**
 * @param stream `null`: nothing is said
 * @param targets how many there are in all
 */
export function startProgress(stream: NodeJS.WriteStream | null, targets: number): Progress {
  const since = performance.now();
  const doing = new Map<string, string>();
  let finished = 0;
  let told = '';
  const timer = setInterval(() => {
    const share = targets > 1 ? [`${finished} of ${targets} targets done`] : [];
    const now = [...share, ...doing.values()].join('; ');
    if (doing.size === 0 || now === told) return;
    told = now;
    stream?.write(`${now} … (${Math.round((performance.now() - since) / 1000)} s)\n`);
  }, 1000);
  timer.unref();
  return {
    watch: (target, ports) =>
      watched(ports, (what, call) => {
        doing.set(target, `${target}: ${what}`);
        return call();
      }),
    finish: (target) => {
      doing.delete(target);
      finished += 1;
    },
    stop: () => clearInterval(timer),
  };
}

function watched(ports: Ports, during: <T>(what: string, call: () => Promise<T>) => Promise<T>): Ports {
  const { directConnect, gateways, caller } = ports;
  return {
    ...ports,
    directConnect: {
      list: () => during('listing virtual interfaces', () => directConnect.list()),
      describe: (id) => during(`describing ${id}`, () => directConnect.describe(id)),
      ownConnections: () => during('listing own connections', () => directConnect.ownConnections()),
      confirm: (id, gateway) => during(`confirming ${id}`, () => directConnect.confirm(id, gateway)),
      throttleCount: directConnect.throttleCount,
    },
    gateways: {
      list: (kinds) => during('listing gateways', () => gateways.list(kinds)),
      readRouting: (gateway) => during(`looking where ${gateway} leads`, () => gateways.readRouting(gateway)),
    },
    caller: {
      account: () => during('asking whose credentials these are', () => caller.account()),
    },
  };
}
