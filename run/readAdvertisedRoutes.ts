import type { OtherNetwork } from '../core/advertisedRoutes.ts';
import { formatFirst, quote } from '../core/printableText.ts';
import type { UnreadCode } from '../core/routeWatch.ts';
import { ApiFailure, CallFailure } from './portErrors.ts';
import type { RunInput } from './runContext.ts';

/** What was read about an interface. */
export interface RoutesRead {
  /** `null`: not read */
  readonly prefixes: readonly string[] | null;
  /** what was not read, with the reason */
  readonly unread: readonly UnreadPart[];
  /** `run`: this run reads no more; `all`: nothing that is due can be read now */
  readonly stop: 'no' | 'run' | 'all';
}

export interface UnreadPart {
  readonly code: UnreadCode;
  readonly message: string;
}

/** Reads what the owner of an interface advertises. A failed call is a result, never an error. */
export async function readRoutes(id: string, { ports }: RunInput): Promise<RoutesRead> {
  try {
    return { prefixes: await ports.directConnect.advertisedPrefixes(id), unread: [], stop: 'no' };
  } catch (error) {
    if (!(error instanceof CallFailure)) throw error;
    const { message } = error;
    const kind = error instanceof ApiFailure ? error.kind : 'unreachable';
    const unread = (code: UnreadCode): UnreadPart[] => [{ code, message }];
    if (kind === 'credentials') return { prefixes: null, unread: unread('routes-forbidden'), stop: 'all' };
    if (kind === 'client') return { prefixes: null, unread: unread('routes-refused'), stop: 'no' };
    const isBusy = kind === 'throttled' || kind === 'timeout' || kind === 'unreachable';
    return { prefixes: null, unread: unread('routes-failed'), stop: isBusy ? 'run' : 'no' };
  }
}

/** The networks of the recipient behind a gateway, as far as they can be read. */
export interface NetworksRead {
  readonly networks: readonly OtherNetwork[];
  /** `false`: they could not be read */
  readonly isKnown: boolean;
  readonly unread: readonly UnreadPart[];
}

export const NO_NETWORKS: NetworksRead = { networks: [], isKnown: false, unread: [] };

/** Reads the networks behind each gateway once in a run. */
export function createNetworkReader({ ports }: RunInput): (gateway: string) => Promise<NetworksRead> {
  const read = async (gateway: string): Promise<NetworksRead> => {
    try {
      const { networks, elsewhere } = await ports.gateways.readNetworks(gateway);
      const message = `gateway \`${gateway}\` leads to ${formatFirst(elsewhere.map(quote), 5)}, which is not a virtual private gateway of this account and region, so overlaps with the networks there are not found`;
      return {
        networks: networks.map(({ vpc, cidr }) => ({ id: vpc, owner: null, cidr })),
        isKnown: true,
        unread: elsewhere.length === 0 ? [] : [{ code: 'networks-elsewhere', message }],
      };
    } catch (error) {
      if (!(error instanceof CallFailure)) throw error;
      const isForbidden = error instanceof ApiFailure && error.kind === 'credentials';
      const code = isForbidden ? 'networks-forbidden' : 'networks-failed';
      const message = `overlaps with the VPCs of gateway \`${gateway}\` are not found: ${error.message}`;
      return { ...NO_NETWORKS, unread: [{ code, message }] };
    }
  };
  const started = new Map<string, Promise<NetworksRead>>();
  return (gateway) => {
    const known = started.get(gateway) ?? read(gateway);
    started.set(gateway, known);
    return known;
  };
}
