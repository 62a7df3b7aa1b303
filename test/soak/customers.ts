import type { InProcessEmulator } from '../../emulator/emulator.ts';
import { hasEnded } from '../../emulator/lifecycle.ts';
import { createPeer } from '../../emulator/operations/bgpPeers.ts';
import type { VirtualInterface } from '../../emulator/world.ts';
import type { createOffers } from './offers.ts';
import { isPending, type Session, shownFieldsOf, type Truth } from './oracle/groundTruth.ts';
import { AGREED_KEYS } from './plan/carrierPolicy.ts';
import { CARRIER_1, PLANTED, RECIPIENT_ACCOUNT } from './plan/constants.ts';
import type { CarrierEvent, LifePlan, Order } from './plan/lifePlan.ts';

/** What others do to an interface. */
interface Acts {
  end(truth: Truth, at: number): boolean;
  acceptManually(truth: Truth, gateway: string, at: number): boolean;
}

/** How many VLANs the carrier tries for one order. */
const VLANS_TO_TRY = 40;

/** The customers of the carrier, who order interfaces on its one connection. */
export function createCustomers(
  { provider }: LifePlan,
  simulation: InProcessEmulator,
  truths: ReadonlyMap<string, Truth>,
  { request }: ReturnType<typeof createOffers>,
  { end, acceptManually }: Acts,
) {
  const emulated = (truth: Truth): VirtualInterface | undefined =>
    simulation.world().interfaces.get(truth.id);

  /** The orders that satisfy a condition, the latest one first. */
  function nth(which: number, condition: (truth: Truth) => boolean): Truth | undefined {
    const all = [...truths.values()].filter((truth) => truth.requester !== null && condition(truth));
    return all.at(-1 - (which % Math.max(1, all.length)));
  }

  const isOfOwner = ({ requester }: Truth): boolean => requester !== 'zeta';

  const isChangeable = (truth: Truth): boolean => {
    const vif = emulated(truth);
    return isOfOwner(truth) && vif !== undefined && vif.state !== 'deleting' && !hasEnded(vif);
  };

  const keyAgreedWith = ({ requester }: Truth): string =>
    requester === 'gamma' ? AGREED_KEYS.gamma : AGREED_KEYS.delta;

  /** An owner replaces a session only if its key is wrong. */
  const canChange =
    (does: CarrierEvent['does']) =>
    (truth: Truth): boolean =>
      isChangeable(truth) &&
      (does !== 'replaceSession' || truth.shown.sessions[0]?.key !== keyAgreedWith(truth));

  interface Wanted extends Pick<Order, 'vlan' | 'asn' | 'name' | 'mtu' | 'type'> {
    readonly session: Pick<Session, 'amazonAddress' | 'customerAddress' | 'key'>;
  }

  /** The carrier takes the next VLAN that is free. */
  function place(
    customer: string,
    { vlan, asn, name, mtu, type, session }: Wanted,
    at: number,
  ): Truth | null {
    const { amazonAddress, customerAddress, key } = session;
    for (let next = vlan; next < vlan + VLANS_TO_TRY; next += 1) {
      const made = request(
        CARRIER_1,
        RECIPIENT_ACCOUNT,
        provider === 'aws' ? type : 'private',
        {
          ...{ virtualInterfaceName: name, vlan: next, asn, asnLong: null, authKey: key },
          ...{ amazonAddress, customerAddress, addressFamily: 'ipv4' },
          ...{ mtu: provider === 'aws' ? mtu : 1500, rateLimit: '', tags: [], routeFilterPrefixes: [] },
        },
        { at, requester: customer, isFlood: false, unreadable: null },
      );
      if (made !== null) return made;
    }
    return null;
  }

  function keyOf({ customer, key }: Order): string {
    if (key === 'none') return '';
    if (customer === 'zeta' || key === 'own') return `${PLANTED}${truths.size}`;
    return AGREED_KEYS[key === 'ofTwo' ? 'ofTwo' : customer];
  }

  function order(asked: Order, at: number): string | null {
    const { customer, subnet } = asked;
    const session = {
      amazonAddress: `169.254.11.${subnet * 4 + 1}/30`,
      customerAddress: `169.254.11.${subnet * 4 + 2}/30`,
      key: keyOf(asked),
    };
    if (place(customer, { ...asked, session }, at) === null) return null;
    if (customer === 'zeta') return 'orderOfOther';
    if (provider === 'aws' && asked.type === 'transit') return 'transitOrder';
    return session.key === AGREED_KEYS.ofTwo ? 'keyOfTwo' : 'order';
  }

  /** Copies all that an order shows, and the VLAN too if it is free. The key of another customer is not known. */
  function copy(original: Truth | undefined, key: 'own' | 'similar' | 'none', at: number): string | null {
    const session = original?.shown.sessions[0];
    if (original === undefined || session === undefined) return null;
    const { vlan, taken, shown } = original;
    const type: Order['type'] = original.type === 'transit' ? 'transit' : 'private';
    const keys = { own: `${PLANTED}${truths.size}`, similar: `${AGREED_KEYS.delta}s`, none: '' };
    const copied = { ...shown, vlan, type, asn: session.asn, session: { ...session, key: keys[key] } };
    if (place('zeta', copied, at) === null) return null;
    if (isPending(original, at)) return 'copyOfPending';
    return taken !== null && isChangeable(original) ? 'copyOfAccepted' : 'copyOfEnded';
  }

  function changeSessions(
    does: 'endSession' | 'replaceSession' | 'addOtherSession',
    truth: Truth | undefined,
    at: number,
  ): boolean {
    const vif = truth === undefined ? undefined : emulated(truth);
    if (truth === undefined || vif === undefined) return false;
    const [first] = vif.peers.filter(({ state }) => state === 'live');
    if (provider !== 'aws' || first === undefined) return false;
    const addresses = { amazonAddress: '', customerAddress: '', addressFamily: 'ipv6' };
    const authKey = does === 'replaceSession' ? keyAgreedWith(truth) : `${PLANTED}${truths.size}-other`;
    const added = { asn: first.asn, asnLong: null, authKey, ...addresses };
    vif.peers = [...vif.peers, createPeer(simulation.world(), added, vif.id)];
    if (does !== 'addOtherSession') {
      first.state = 'deleting';
      first.since = at;
    }
    truth.shown = shownFieldsOf(vif, truth.shown.isUnreadable);
    return true;
  }

  return {
    /** @returns what happened; `null` if there was no effect */
    act: (event: CarrierEvent, at: number): string | null => {
      switch (event.does) {
        case 'order':
          return order(event, at);
        case 'copyOrder':
          return copy(nth(event.which, isOfOwner), event.key, at);
        case 'endOrder': {
          const ended = nth(event.which, isOfOwner);
          return ended !== undefined && end(ended, at) ? event.does : null;
        }
        case 'acceptOrderManually': {
          const accepted = nth(event.which, (truth) => isPending(truth, at));
          return accepted !== undefined && acceptManually(accepted, event.gateway, at) ? event.does : null;
        }
        case 'endSession':
        case 'replaceSession':
        case 'addOtherSession':
          return changeSessions(event.does, nth(event.which, canChange(event.does)), at) ? event.does : null;
        default:
          return event satisfies never;
      }
    },
  };
}
