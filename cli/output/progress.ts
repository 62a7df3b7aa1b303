import type { Ports } from '../../lambda/ports.ts';

/** Says on standard error what a slow command is doing, from its second second on. */
export interface Progress {
  /** Wraps ports so that each call is what is being done. */
  watch(target: string, ports: Ports): Ports;
  stop(): void;
}

export function startProgress(stream: NodeJS.WriteStream): Progress {
  const since = performance.now();
  let doing = '';
  let told = '';
  const timer = setInterval(() => {
    if (doing === '' || doing === told) return;
    told = doing;
    stream.write(`${doing} … (${Math.round((performance.now() - since) / 1000)} s)\n`);
  }, 1000);
  timer.unref();
  const during = async <T>(what: string, call: () => Promise<T>): Promise<T> => {
    doing = what;
    return call();
  };
  return {
    watch: (target, ports) => ({
      ...ports,
      directConnect: {
        list: () => during(`${target}: listing virtual interfaces`, () => ports.directConnect.list()),
        describe: (id) => during(`${target}: describing ${id}`, () => ports.directConnect.describe(id)),
        ownConnections: () =>
          during(`${target}: listing own connections`, () => ports.directConnect.ownConnections()),
        confirm: (id, gateway) =>
          during(`${target}: confirming ${id}`, () => ports.directConnect.confirm(id, gateway)),
      },
      gateways: {
        list: (kinds) => during(`${target}: listing gateways`, () => ports.gateways.list(kinds)),
        routing: (gateway) =>
          during(`${target}: looking where ${gateway} leads`, () => ports.gateways.routing(gateway)),
      },
      caller: {
        account: () => during(`${target}: asking whose credentials these are`, () => ports.caller.account()),
      },
    }),
    stop: () => clearInterval(timer),
  };
}
