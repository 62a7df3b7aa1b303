import { hasEnded, setState } from '../../emulator/lifecycle.ts';
import { UNDISGUISED, type VirtualInterface, type World } from '../../emulator/world.ts';
import type { VirtualProvider } from './cloud/virtualProvider.ts';
import { createCustomers } from './customers.ts';
import { createOffers, PLAIN } from './offers.ts';
import { isOffer, isPending, type Truth } from './oracle/groundTruth.ts';
import { createOwnerChanges } from './ownerChanges.ts';
import { ACME_1, GATEWAY_ASN, GATEWAYS, HUB_TRANSIT, HUBS, OWNER_OF, SPARE } from './plan/constants.ts';
import type { CarrierEvent, LifePlan, OperatorEvent, WorldEvent } from './plan/lifePlan.ts';

/** All parties except the product, and the ground truth of their actions. */
export interface Actors {
  readonly truths: Map<string, Truth>;
  /** since when a gateway accepts no interfaces; `null` if it does */
  readonly badSince: Map<string, number | null>;
  /** @returns what happened; `null` if there was no effect */
  act(event: Exclude<WorldEvent, OperatorEvent>, at: number): string | null;
}

export function createActors(plan: LifePlan, { simulation }: VirtualProvider): Actors {
  const truths = new Map<string, Truth>();
  const badSince = new Map<string, number | null>(
    [...GATEWAYS, ...HUBS].map((id) => [id, id === SPARE ? Number.NEGATIVE_INFINITY : null]),
  );
  const world = (): World => simulation.world();

  const offers = createOffers(plan, simulation, truths);
  const { offer, flood, manyOffers } = offers;
  const change = createOwnerChanges(plan, world, truths);

  const pending = (at: number): Truth[] => [...truths.values()].filter((truth) => isPending(truth, at));
  const taken = (): Truth[] =>
    [...truths.values()].filter((truth) => truth.taken !== null && truth.deletedAt === null);
  /** interfaces that others may change: accepted, or offered to us */
  const owned = (at: number): Truth[] => [...taken(), ...pending(at).filter(isOffer)];
  const one = <T>(all: readonly T[], which: number): T | undefined => all[which % Math.max(1, all.length)];
  const emulated = (truth: Truth | undefined): VirtualInterface | undefined =>
    truth === undefined ? undefined : world().interfaces.get(truth.id);

  function withdraw(truth: Truth | undefined, at: number): boolean {
    const vif = emulated(truth);
    if (truth === undefined || vif === undefined) return false;
    setState(vif, 'rejected', at);
    truth.withdrawnAt = at;
    return true;
  }

  function remove(truth: Truth | undefined, at: number): boolean {
    const vif = emulated(truth);
    if (truth === undefined || vif === undefined || hasEnded(vif)) return false;
    setState(vif, 'deleting', at);
    vif.stateForced = false;
    vif.disguise = UNDISGUISED;
    truth.strangeSince = null;
    truth.deletedAt = at;
    return true;
  }

  /** An interface that is a request or accepted can be in any state. */
  function showUnknownState(truth: Truth | undefined, state: string, at: number): boolean {
    const vif = emulated(truth);
    if (truth === undefined || vif === undefined || vif.state === 'deleting' || hasEnded(vif)) return false;
    simulation.forceState(truth.id, state);
    simulation.disguise(truth.id, { unlisted: true });
    truth.strangeSince = at;
    return true;
  }

  function withdrawFlood(at: number): void {
    for (const truth of pending(at)) if (truth.isFlood) withdraw(truth, at);
  }

  function moveAllAway(at: number): boolean {
    if (plan.provider !== 'aws') return false;
    const own = taken().filter(({ account }) => account === OWNER_OF[ACME_1]);
    const moved = own.filter((truth) => change({ does: 'move', which: 0, to: 2 }, truth));
    manyOffers(1, at);
    return moved.length > 0;
  }

  let renewed: Truth[] = [];

  function renewOffers(size: number, at: number): boolean {
    for (const truth of renewed) {
      if (isPending(truth, at)) withdraw(truth, at);
      else if (truth.taken !== null) remove(truth, at);
    }
    renewed = manyOffers(size, at);
    return renewed.length > 0;
  }

  function acceptManually(truth: Truth | undefined, gateway: string, at: number): boolean {
    const vif = emulated(truth);
    if (truth === undefined || vif === undefined) return false;
    const id = vif.type === 'transit' ? HUB_TRANSIT : gateway;
    const isHub = id === HUB_TRANSIT;
    vif.gateway = { virtual: isHub ? null : id, directConnect: isHub ? id : null, asn: GATEWAY_ASN };
    setState(vif, 'pending', at);
    truth.taken = {
      at,
      by: 'person',
      gateway: id,
      connection: truth.shown.connection,
      assignment: null,
      received: true,
    };
    return true;
  }

  function steer(truth: Truth | undefined, state: string): boolean {
    const vif = emulated(truth);
    if (truth === undefined || vif === undefined || vif.state === 'deleting' || hasEnded(vif)) return false;
    simulation.forceState(truth.id, state);
    truth.wentDown ||= state === 'down';
    return true;
  }

  function changeGateway(id: string, does: string, at: number): boolean {
    const gateway = world().virtualGateways.get(id);
    if (gateway === undefined) return false;
    if (does === 'attachGateway') gateway.attachment = { vpc: `vpc-of-${id}`, state: 'attached' };
    if (does === 'detachGateway' && gateway.attachment)
      gateway.attachment = { ...gateway.attachment, state: 'detached' };
    if (does === 'deleteGateway') gateway.state = 'deleted';
    if (does === 'restoreGateway') gateway.state = 'available';
    const isGood = gateway.state === 'available' && gateway.attachment?.state === 'attached';
    badSince.set(id, isGood ? null : (badSince.get(id) ?? at));
    return true;
  }

  const customers = createCustomers(plan, simulation, truths, offers, {
    end: (truth, at) =>
      isPending(truth, at) ? withdraw(truth, at) : truth.taken !== null && remove(truth, at),
    acceptManually,
  });

  function perform(event: Exclude<WorldEvent, CarrierEvent | OperatorEvent>, at: number): boolean {
    switch (event.does) {
      case 'offer':
        return offer(event, at) !== null;
      case 'withdraw':
        return withdraw(one(pending(at), event.which), at);
      case 'offerAgain': {
        const truth = one(pending(at).filter(isOffer), event.which);
        if (!withdraw(truth, at) || truth === undefined) return false;
        const { vlan, shown } = truth;
        const { connection, name } = shown;
        const asn = shown.sessions[0]?.asn ?? 0;
        const again = { ...PLAIN, connection, vlan, asn, name, subnet: truths.size % 63 };
        return offer(again, at, { requester: truth.requester }) !== null;
      }
      case 'delete':
        return remove(one(taken(), event.which), at);
      case 'acceptManually':
        return acceptManually(one(pending(at).filter(isOffer), event.which), event.gateway, at);
      case 'goDown':
        return steer(one(taken(), event.which), 'down');
      case 'comeUp':
        return steer(one(taken(), event.which), 'available');
      case 'move':
      case 'rename':
      case 'resize':
      case 'addSession':
      case 'dropSession':
        return change(event, one(owned(at), event.which));
      case 'joinLag':
      case 'leaveLag':
        return change(event, undefined);
      case 'showUnknownState':
        return showUnknownState(one(pending(at).filter(isOffer), event.which), event.state, at);
      case 'flood':
        flood(event.size, at);
        return true;
      case 'withdrawFlood':
        withdrawFlood(at);
        return true;
      case 'moveAllAway':
        return moveAllAway(at);
      case 'renewOffers':
        return renewOffers(event.size, at);
      case 'attachGateway':
      case 'detachGateway':
      case 'deleteGateway':
      case 'restoreGateway':
        return changeGateway(event.gateway, event.does, at);
      case 'deploy':
      case 'setClock':
        return false;
      default:
        return event satisfies never;
    }
  }

  return {
    truths,
    badSince,
    act: (event, at) => {
      switch (event.does) {
        case 'order':
        case 'copyOrder':
        case 'endOrder':
        case 'acceptOrderManually':
        case 'endSession':
        case 'replaceSession':
        case 'addOtherSession':
          return customers.act(event, at);
        default:
          if (!perform(event, at)) return null;
          return event.does === 'offer' && event.unreadable ? 'unreadable' : event.does;
      }
    },
  };
}
