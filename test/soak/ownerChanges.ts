import { hasEnded } from '../../emulator/lifecycle.ts';
import { createPeer } from '../../emulator/operations/bgpPeers.ts';
import { interfacesOn, moveInterfaces } from '../../emulator/operations/callerResources.ts';
import { ApiError } from '../../emulator/wire.ts';
import type { Connection, Lag, VirtualInterface, World } from '../../emulator/world.ts';
import { shownFieldsOf, type Truth } from './oracle/groundTruth.ts';
import { ACME_LAG } from './plan/constants.ts';
import type { LifePlan, WorldEvent } from './plan/lifePlan.ts';

export type OwnerChange = Extract<
  WorldEvent,
  { does: 'move' | 'joinLag' | 'leaveLag' | 'rename' | 'resize' | 'addSession' | 'dropSession' }
>;

/** Changes of owners to existing interfaces on AWS, which are recorded in the truths. @returns whether there was an effect */
export function createOwnerChanges(plan: LifePlan, world: () => World, truths: ReadonlyMap<string, Truth>) {
  function noteAll(): void {
    for (const truth of truths.values()) {
      const vif = world().interfaces.get(truth.id);
      if (vif !== undefined) truth.shown = shownFieldsOf(vif, truth.shown.isUnreadable);
    }
  }

  /** @param make throws `ApiError` if the platform rejects the change */
  function changed(make: () => void): boolean {
    try {
      make();
    } catch (error) {
      if (error instanceof ApiError) return false;
      throw error;
    }
    noteAll();
    return true;
  }

  function linesOf(account: string): (Connection | Lag)[] {
    const { connections, lags } = world();
    const free = [...connections.values()].filter(({ lag }) => lag === null);
    return [...free, ...lags.values()].filter((line) => line.account === account);
  }

  function joinLag(id: string, isJoining: boolean): boolean {
    const connection = world().connections.get(id);
    const lag = world().lags.get(ACME_LAG);
    if (connection === undefined || lag === undefined) return false;
    if ((connection.lag === null) !== isJoining) return false;
    return changed(() => {
      if (isJoining) moveInterfaces(world(), interfacesOn(world(), connection), lag);
      connection.lag = isJoining ? lag.id : null;
    });
  }

  /** Applies a change to an interface. */
  function applied(
    change: Exclude<OwnerChange, { connection: string }>,
    vif: VirtualInterface,
    account: string,
  ): void {
    switch (change.does) {
      case 'move': {
        const lines = linesOf(account);
        const line = lines[change.to % Math.max(1, lines.length)];
        if (line !== undefined) moveInterfaces(world(), [vif], line);
        break;
      }
      case 'rename':
        vif.name = change.name;
        break;
      case 'resize':
        vif.mtu = change.mtu;
        break;
      case 'addSession':
        vif.peers = [...vif.peers, createPeer(world(), sessionOf(change), vif.id)];
        break;
      case 'dropSession':
        if (vif.peers.length > 1) vif.peers = vif.peers.slice(1);
        break;
      default:
        change satisfies never;
    }
  }

  return (change: OwnerChange, truth: Truth | undefined): boolean => {
    if (plan.provider !== 'aws') return false;
    if ('connection' in change) return joinLag(change.connection, change.does === 'joinLag');
    const vif = truth === undefined ? undefined : world().interfaces.get(truth.id);
    if (truth === undefined || vif === undefined || vif.state === 'deleting' || hasEnded(vif)) return false;
    return changed(() => applied(change, vif, truth.account));
  };
}

function sessionOf({ asn, subnet }: { readonly asn: number; readonly subnet: number | null }) {
  const address = (host: number) => (subnet === null ? '' : `169.254.10.${subnet * 4 + host}/30`);
  const addressFamily = subnet === null ? 'ipv6' : 'ipv4';
  const [amazonAddress, customerAddress] = [address(1), address(2)];
  return { asn, asnLong: null, authKey: '', addressFamily, amazonAddress, customerAddress };
}
