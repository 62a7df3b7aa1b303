import { ApiError } from '../../simulator/errors.ts';
import { enter, isOver } from '../../simulator/lifecycle.ts';
import { allocate } from '../../simulator/operations/allocate.ts';
import type { VirtualInterface, World } from '../../simulator/world.ts';
import type { Provider } from './cloud/provider.ts';
import { isOffer, isPending, type Truth, truthOf } from './oracle/truth.ts';
import { GATEWAY_ASN, GATEWAYS, OURS, PLANTED, SPARE, STRANGER, US } from './plan/cast.ts';
import type { Event, Offer, Plan } from './plan/plan.ts';

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
    { connection: id, elsewhere, vlan, asn, name, subnet, torn, hasKey }: Offer,
    at: number,
  ): boolean {
    const connection = world().connections.get(id);
    if (connection === undefined) return false;
    const wanted = {
      virtualInterfaceName: name,
      vlan,
      ...asnOf(asn, plan),
      authKey: hasKey ? `${PLANTED}${truths.size}` : '',
      amazonAddress: `169.254.10.${subnet * 4 + 1}/30`,
      customerAddress: `169.254.${torn ? 11 : 10}.${subnet * 4 + 2}/30`,
      addressFamily: 'ipv4',
      tags: [],
      mtu: 1500,
      routeFilterPrefixes: [],
    };
    const to = elsewhere || id === OURS ? STRANGER : US;
    try {
      const vif = allocate(world(), connection, to, 'private', wanted);
      truths.set(vif.id, truthOf(vif, at, plan.provider === 'outscale'));
      return true;
    } catch (error) {
      // The platform refuses what it could not provision, such as a VLAN twice.
      if (error instanceof ApiError) return false;
      throw error;
    }
  }

  const pending = (at: number): Truth[] => [...truths.values()].filter((truth) => isPending(truth, at));
  const taken = (): Truth[] =>
    [...truths.values()].filter((truth) => truth.taken !== null && truth.deletedAt === null);
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
    truth.deletedAt = at;
    return true;
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
          return offer(event, at);
        case 'withdraw':
          return withdraw(one(pending(at), event.which), at);
        case 'askAgain': {
          const truth = one(pending(at).filter(isOffer), event.which);
          if (!withdraw(truth, at) || truth === undefined) return false;
          const { connection, vlan, asn, name } = truth;
          return offer(
            {
              does: 'offer',
              connection,
              vlan,
              asn,
              name,
              elsewhere: false,
              subnet: truths.size % 63,
              torn: false,
              hasKey: true,
            },
            at,
          );
        }
        case 'delete':
          return remove(one(taken(), event.which), at);
        case 'acceptByHand':
          return acceptByHand(one(pending(at).filter(isOffer), event.which), event.gateway, at);
        case 'goDown':
          return steer(one(taken(), event.which), 'down');
        case 'comeUp':
          return steer(one(taken(), event.which), 'available');
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

/** A long one has a field of its own on AWS. */
function asnOf(asn: number, { provider }: Plan) {
  const isLong = asn > 2147483646 && provider === 'aws';
  return isLong ? { asn: 0, asnLong: asn } : { asn, asnLong: null };
}
