import type { InProcessEmulator } from '../../emulator/emulator.ts';
import { allocate } from '../../emulator/operations/allocate.ts';
import { ApiError } from '../../emulator/wire.ts';
import { createTruth, type Made, type Truth } from './oracle/groundTruth.ts';
import {
  ACME_1,
  LAB,
  OWN_CONNECTION,
  PLANTED,
  RECIPIENT_ACCOUNT,
  UNKNOWN_CONNECTION,
  UNKNOWN_REQUESTER,
} from './plan/constants.ts';
import type { LifePlan, Offer, UNREADABLE_FIELDS } from './plan/lifePlan.ts';

type Wanted = Parameters<typeof allocate>[4];

interface Extra {
  readonly requester?: string | null;
  readonly isFlood?: boolean;
  /** third octet of the addresses */
  readonly block?: number;
}

/** Makes one or many requests, and records their truths. */
export function createOffers(plan: LifePlan, simulation: InProcessEmulator, truths: Map<string, Truth>) {
  let floods = 0;
  let places = 0;

  /** @returns `null` where the platform rejects the request, for example because of a duplicate VLAN */
  function request(
    on: string,
    to: string,
    type: 'private' | 'transit',
    wanted: Wanted,
    { unreadable, ...made }: Omit<Made, 'expires' | 'isUnreadable'> & Pick<Offer, 'unreadable'>,
  ): Truth | null {
    const world = simulation.world();
    const connection = world.connections.get(on);
    // A connection in a LAG has no interfaces of its own.
    if (connection === undefined || connection.lag !== null) return null;
    try {
      const vif = allocate(world, connection, to, type, wanted);
      if (unreadable !== null) simulation.disguise(vif.id, { shows: UNREADABLE_VALUES[unreadable] });
      const expires = plan.provider === 'outscale';
      const truth = createTruth(vif, { ...made, expires, isUnreadable: unreadable !== null });
      truths.set(vif.id, truth);
      return truth;
    } catch (error) {
      if (error instanceof ApiError) return null;
      throw error;
    }
  }

  function offer(asked: Offer, at: number, { isFlood = false, block = 10, requester = null }: Extra = {}) {
    const { connection, toOtherAccount, hasKey, unreadable } = asked;
    const to = toOtherAccount || connection === OWN_CONNECTION ? UNKNOWN_REQUESTER : RECIPIENT_ACCOUNT;
    const authKey = hasKey ? `${PLANTED}${truths.size}` : '';
    const wanted = { ...wantedOf(asked, block, plan), authKey };
    return request(connection, to, 'private', wanted, { at, requester, isFlood, unreadable });
  }

  return {
    request,
    offer,
    flood: (size: number, at: number): void => {
      floods += 1;
      const one = {
        ...PLAIN,
        connection: UNKNOWN_CONNECTION,
        name: `flood-${floods}`,
        withoutAddresses: true,
      };
      for (let i = 0; i < size; i += 1) offer({ ...one, vlan: 1000 + i }, at, { isFlood: true });
    },
    /** Requests of one owner, each with its own VLAN and addresses. */
    manyOffers: (size: number, at: number): Truth[] =>
      Array.from({ length: size }).flatMap(() => {
        places += 1;
        const vlan = 100 + (places % 3) * 100 + (Math.floor(places / 3) % 100);
        const wanted = { ...PLAIN, vlan, name: 'renewed', subnet: places % 60 };
        return offer(wanted, at, { block: 20 + (Math.floor(places / 60) % 200) }) ?? [];
      }),
  };
}

function wantedOf(
  { vlan, asn, name, subnet, differentSubnets, withoutAddresses }: Offer,
  block: number,
  plan: LifePlan,
) {
  return {
    virtualInterfaceName: name,
    vlan,
    ...asnOf(asn, plan),
    amazonAddress: withoutAddresses ? '' : `169.254.${block}.${subnet * 4 + 1}/30`,
    customerAddress: withoutAddresses
      ? ''
      : `169.254.${differentSubnets ? block + 1 : block}.${subnet * 4 + 2}/30`,
    addressFamily: 'ipv4',
    tags: [],
    mtu: 1500,
    rateLimit: '',
    routeFilterPrefixes: [],
  };
}

export const PLAIN: Offer = {
  does: 'offer',
  connection: ACME_1,
  toOtherAccount: false,
  vlan: 100,
  asn: 65010,
  name: '',
  subnet: 0,
  differentSubnets: false,
  withoutAddresses: false,
  hasKey: true,
  unreadable: null,
};

/** The unreadable field of a request in answers. */
const UNREADABLE_VALUES: Readonly<
  Record<(typeof UNREADABLE_FIELDS)[number], Readonly<Record<string, unknown>>>
> = {
  name: { virtualInterfaceName: 'x'.repeat(1001) },
  vlan: { vlan: 0 },
  mtu: { mtu: 0 },
  asn: { asn: 65010, asnLong: 65020 },
  gateway: { virtualGatewayId: LAB },
};

/** AWS has a separate field for long ASNs. */
function asnOf(asn: number, { provider }: LifePlan) {
  const isLong = asn > 2147483646 && provider === 'aws';
  return isLong ? { asn: 0, asnLong: asn } : { asn, asnLong: null };
}
