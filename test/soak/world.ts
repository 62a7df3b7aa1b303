import { ApiError } from '../../simulator/errors.ts';
import { enter, isOver } from '../../simulator/lifecycle.ts';
import { allocate } from '../../simulator/operations/allocate.ts';
import { newPeer } from '../../simulator/operations/bgpPeers.ts';
import { interfacesOn, move } from '../../simulator/operations/lines.ts';
import {
  type Connection,
  type Lag,
  UNDISGUISED,
  type VirtualInterface,
  type World,
} from '../../simulator/world.ts';
import type { Provider } from './cloud/provider.ts';
import { isOffer, isPending, shownOf, type Truth, truthOf } from './oracle/truth.ts';
import {
  ACME_1,
  ACME_LAG,
  GATEWAY_ASN,
  GATEWAYS,
  LAB,
  OURS,
  PLANTED,
  SPARE,
  STRANGER,
  STRANGERS,
  US,
} from './plan/cast.ts';
import type { Event, ODDS, Offer, Plan } from './plan/plan.ts';

/** Everybody but the product, and a true record of what they did. */
export interface Cast {
  readonly truths: Map<string, Truth>;
  /** since when a gateway takes nothing; `null`: it does */
  readonly badSince: Map<string, number | null>;
  /** @returns whether anything came of it */
  act(event: Event, at: number): boolean;
}

export function createCast(plan: Plan, { simulation }: Provider): Cast {
  const truths = new Map<string, Truth>();
  const badSince = new Map<string, number | null>(
    GATEWAYS.map((id) => [id, id === SPARE ? Number.NEGATIVE_INFINITY : null]),
  );
  const world = (): World => simulation.world();

  function offer(
    { connection: id, elsewhere, vlan, asn, name, subnet, torn, bare, hasKey, odd }: Offer,
    at: number,
    more: { readonly isFlood?: boolean; readonly block?: number } = {},
  ): Truth | null {
    const connection = world().connections.get(id);
    // A member of a LAG carries nothing itself.
    if (connection === undefined || connection.lag !== null) return null;
    const { isFlood = false, block = 10 } = more;
    const wanted = {
      virtualInterfaceName: name,
      vlan,
      ...asnOf(asn, plan),
      authKey: hasKey ? `${PLANTED}${truths.size}` : '',
      amazonAddress: bare ? '' : `169.254.${block}.${subnet * 4 + 1}/30`,
      customerAddress: bare ? '' : `169.254.${torn ? block + 1 : block}.${subnet * 4 + 2}/30`,
      addressFamily: 'ipv4',
      tags: [],
      mtu: 1500,
      routeFilterPrefixes: [],
    };
    const to = elsewhere || id === OURS ? STRANGER : US;
    try {
      const vif = allocate(world(), connection, to, 'private', wanted);
      if (odd !== null) simulation.disguise(vif.id, { shows: ODD[odd] });
      const made = { at, expires: plan.provider === 'outscale', isFlood, isOdd: odd !== null };
      const truth = truthOf(vif, made);
      truths.set(vif.id, truth);
      return truth;
    } catch (error) {
      // The platform refuses what it could not provision, such as a VLAN twice.
      if (error instanceof ApiError) return null;
      throw error;
    }
  }

  const pending = (at: number): Truth[] => [...truths.values()].filter((truth) => isPending(truth, at));
  const taken = (): Truth[] =>
    [...truths.values()].filter((truth) => truth.taken !== null && truth.deletedAt === null);
  /** that somebody may change: accepted, or offered to us */
  const owned = (at: number): Truth[] => [...taken(), ...pending(at).filter(isOffer)];
  const one = <T>(all: readonly T[], which: number): T | undefined => all[which % Math.max(1, all.length)];
  const emulated = (truth: Truth | undefined): VirtualInterface | undefined =>
    truth === undefined ? undefined : world().interfaces.get(truth.id);

  function withdraw(truth: Truth | undefined, at: number): boolean {
    const vif = emulated(truth);
    if (truth === undefined || vif === undefined) return false;
    enter(vif, 'rejected', at);
    truth.withdrawnAt = at;
    return true;
  }

  function remove(truth: Truth | undefined, at: number): boolean {
    const vif = emulated(truth);
    if (truth === undefined || vif === undefined || isOver(vif)) return false;
    enter(vif, 'deleting', at);
    vif.steered = false;
    vif.disguise = UNDISGUISED;
    truth.strangeSince = null;
    truth.deletedAt = at;
    return true;
  }

  /** What an owner, or whoever it gave it to, changes on AWS. */
  function change(truth: Truth | undefined, make: (vif: VirtualInterface) => void): boolean {
    const vif = emulated(truth);
    if (plan.provider !== 'aws' || truth === undefined || vif === undefined) return false;
    if (vif.state === 'deleting' || isOver(vif)) return false;
    try {
      make(vif);
    } catch (error) {
      if (error instanceof ApiError) return false;
      throw error;
    }
    noteAll();
    return true;
  }

  function noteAll(): void {
    for (const truth of truths.values()) {
      const vif = emulated(truth);
      if (vif !== undefined) truth.shown = shownOf(vif, truth.shown.isOdd);
    }
  }

  function linesOf(account: string): (Connection | Lag)[] {
    const { connections, lags } = world();
    return [...[...connections.values()].filter(({ lag }) => lag === null), ...lags.values()].filter(
      (line) => line.account === account,
    );
  }

  function moveTo(truth: Truth | undefined, to: number): boolean {
    const line = truth === undefined ? undefined : one(linesOf(truth.account), to);
    return line !== undefined && change(truth, (vif) => move(world(), [vif], line));
  }

  function joinLag(id: string, isJoining: boolean): boolean {
    const connection = world().connections.get(id);
    const lag = world().lags.get(ACME_LAG);
    if (connection === undefined || lag === undefined || (connection.lag === null) !== isJoining)
      return false;
    try {
      if (isJoining) move(world(), interfacesOn(world(), connection), lag);
    } catch (error) {
      if (error instanceof ApiError) return false;
      throw error;
    }
    connection.lag = isJoining ? lag.id : null;
    noteAll();
    return true;
  }

  function addSession(truth: Truth | undefined, asn: number, subnet: number | null): boolean {
    const address = (host: number) => (subnet === null ? '' : `169.254.10.${subnet * 4 + host}/30`);
    const addressFamily = subnet === null ? 'ipv6' : 'ipv4';
    const [amazonAddress, customerAddress] = [address(1), address(2)];
    const asked = { asn, asnLong: null, authKey: '', addressFamily, amazonAddress, customerAddress };
    return change(truth, (vif) => {
      vif.peers = [...vif.peers, newPeer(world(), asked, vif.id)];
    });
  }

  function dropSession(truth: Truth | undefined): boolean {
    return change(truth, (vif) => {
      if (vif.peers.length > 1) vif.peers = vif.peers.slice(1);
    });
  }

  /** As long as it is a request or accepted, it can be anything. */
  function mystify(truth: Truth | undefined, state: string, at: number): boolean {
    const vif = emulated(truth);
    if (truth === undefined || vif === undefined || vif.state === 'deleting' || isOver(vif)) return false;
    simulation.steer(truth.id, state);
    simulation.disguise(truth.id, { unlisted: true });
    truth.strangeSince = at;
    return true;
  }

  const connected = (size: number) => Array.from({ length: size }, (_, i) => i);
  let floods = 0;

  function flood(size: number, at: number): boolean {
    floods += 1;
    const name = `flood-${floods}`;
    for (const i of connected(size))
      offer({ ...PLAIN, connection: STRANGERS, vlan: 1000 + i, name, bare: true }, at, { isFlood: true });
    return true;
  }

  function ebb(at: number): boolean {
    for (const truth of pending(at)) if (truth.isFlood) withdraw(truth, at);
    return true;
  }

  let crowded: Truth[] = [];
  let places = 0;

  function crowd(size: number, at: number): boolean {
    for (const truth of crowded) {
      if (isPending(truth, at)) withdraw(truth, at);
      else if (truth.taken !== null) remove(truth, at);
    }
    crowded = connected(size).flatMap(() => {
      places += 1;
      const vlan = 100 + (places % 3) * 100 + (Math.floor(places / 3) % 100);
      const wanted = { ...PLAIN, connection: ACME_1, vlan, name: 'crowd', subnet: places % 60 };
      return offer(wanted, at, { block: 20 + (Math.floor(places / 60) % 200) }) ?? [];
    });
    return crowded.length > 0;
  }

  function acceptByHand(truth: Truth | undefined, gateway: string, at: number): boolean {
    const vif = emulated(truth);
    if (truth === undefined || vif === undefined) return false;
    vif.gateway = { virtual: gateway, directConnect: null, asn: GATEWAY_ASN };
    enter(vif, 'pending', at);
    truth.taken = { at, by: 'hand', gateway, award: null, heard: true };
    return true;
  }

  function steer(truth: Truth | undefined, state: string): boolean {
    const vif = emulated(truth);
    if (truth === undefined || vif === undefined || vif.state === 'deleting' || isOver(vif)) return false;
    simulation.steer(truth.id, state);
    truth.wentDown ||= state === 'down';
    return true;
  }

  function changeGateway(id: string, does: string, at: number): boolean {
    const gateway = world().virtualGateways.get(id);
    if (gateway === undefined) return false;
    if (does === 'attach') gateway.attachment = { vpc: `vpc-of-${id}`, state: 'attached' };
    if (does === 'detach' && gateway.attachment)
      gateway.attachment = { ...gateway.attachment, state: 'detached' };
    if (does === 'lose') gateway.state = 'deleted';
    if (does === 'bringBack') gateway.state = 'available';
    const isGood = gateway.state === 'available' && gateway.attachment?.state === 'attached';
    badSince.set(id, isGood ? null : (badSince.get(id) ?? at));
    return true;
  }

  return {
    truths,
    badSince,
    act: (event, at) => {
      switch (event.does) {
        case 'offer':
          return offer(event, at) !== null;
        case 'withdraw':
          return withdraw(one(pending(at), event.which), at);
        case 'askAgain': {
          const truth = one(pending(at).filter(isOffer), event.which);
          if (!withdraw(truth, at) || truth === undefined) return false;
          const { vlan, shown } = truth;
          const { connection, name } = shown;
          const asn = shown.sessions[0]?.asn ?? 0;
          const again = { ...PLAIN, connection, vlan, asn, name, subnet: truths.size % 63 };
          return offer(again, at) !== null;
        }
        case 'delete':
          return remove(one(taken(), event.which), at);
        case 'acceptByHand':
          return acceptByHand(one(pending(at).filter(isOffer), event.which), event.gateway, at);
        case 'goDown':
          return steer(one(taken(), event.which), 'down');
        case 'comeUp':
          return steer(one(taken(), event.which), 'available');
        case 'move':
          return moveTo(one(owned(at), event.which), event.to);
        case 'joinLag':
        case 'leaveLag':
          return joinLag(event.connection, event.does === 'joinLag');
        case 'rename':
          return change(one(owned(at), event.which), (vif) => {
            vif.name = event.name;
          });
        case 'resize':
          return change(one(owned(at), event.which), (vif) => {
            vif.mtu = event.mtu;
          });
        case 'addSession':
          return addSession(one(owned(at), event.which), event.asn, event.subnet);
        case 'dropSession':
          return dropSession(one(owned(at), event.which));
        case 'mystify':
          return mystify(one(pending(at).filter(isOffer), event.which), event.state, at);
        case 'flood':
          return flood(event.size, at);
        case 'ebb':
          return ebb(at);
        case 'crowd':
          return crowd(event.size, at);
        case 'attach':
        case 'detach':
        case 'lose':
        case 'bringBack':
          return changeGateway(event.gateway, event.does, at);
        case 'deploy':
        case 'setClock':
          return false;
        default:
          return event satisfies never;
      }
    },
  };
}

const PLAIN: Offer = {
  does: 'offer',
  connection: ACME_1,
  elsewhere: false,
  vlan: 100,
  asn: 65010,
  name: '',
  subnet: 0,
  torn: false,
  bare: false,
  hasKey: true,
  odd: null,
};

/** What answers show of an odd one. */
const ODD: Readonly<Record<(typeof ODDS)[number], Readonly<Record<string, unknown>>>> = {
  name: { virtualInterfaceName: 'x'.repeat(1001) },
  vlan: { vlan: 0 },
  mtu: { mtu: 0 },
  asn: { asn: 65010, asnLong: 65020 },
  gateway: { virtualGatewayId: LAB },
};

/** A long one has a field of its own on AWS. */
function asnOf(asn: number, { provider }: Plan) {
  const isLong = asn > 2147483646 && provider === 'aws';
  return isLong ? { asn: 0, asnLong: asn } : { asn, asnLong: null };
}
