import { type DecisionContext, occupies } from './decisionContext.ts';
import { addressesOf, type Cidr, cidrsOverlap, enclosingCidr } from './ip.ts';
import { memoizeByObject } from './memoize.ts';
import {
  hasAcceptedState,
  hasEnded,
  isUnacceptedOffer,
  isUnreadable,
  type VirtualInterface,
} from './model.ts';

/** Where a neighbour stands with respect to a gateway. */
export type GatewayRelation =
  /** on it, or was or is being confirmed for it */
  | 'on'
  /** on any: what says it cannot be read */
  | 'anywhere'
  /** accepted, and the API does not give its gateway */
  | 'notGiven'
  /** most likely on none of ours: its state is a passing one, or it is another account's, and the API gives no gateway */
  | 'passing';

export interface Neighbour {
  readonly vif: VirtualInterface;
  readonly relation: GatewayRelation;
}

/**
 * The live interfaces that are on a gateway or may be, other than the request: those that may have an address of its subnets, by
 * what is known of both.
 */
export function neighboursOnGateway(
  request: VirtualInterface,
  gatewayId: string,
  ourAccount: string,
  world: DecisionContext,
): Neighbour[] {
  const candidates = new Set([...standingBeside(request, world.interfaces), ...offersOnRecord(world)]);
  return [...candidates].flatMap((vif) => {
    const relation = placeOf(vif, gatewayId, ourAccount, world);
    return relation !== null && occupies(vif, world, request.id) ? [{ vif, relation }] : [];
  });
}

/** What the ledger has a record of, or may have, among them all that the API shows as mere offers. */
function offersOnRecord({ interfaces, acceptances, intents, damaged }: DecisionContext): Several {
  const { byId } = indexOf(interfaces);
  const begun = [...Object.keys(intents), ...Object.keys(damaged)].flatMap((id) => byId.get(id) ?? []);
  return [...recordsOf(interfaces, acceptances).offers, ...begun];
}

/** IDs that were accepted or are being confirmed for a gateway, and that the API did not show. */
export function unlistedOnGateway(gatewayId: string, requestId: string, world: DecisionContext): string[] {
  const { interfaces, acceptances, intents } = world;
  const { byId } = indexOf(interfaces);
  const accepted = recordsOf(interfaces, acceptances).unseen.get(gatewayId) ?? [];
  const begun = Object.keys(intents).filter((id) => intents[id]?.gateway === gatewayId && !byId.has(id));
  return [...new Set([...accepted, ...begun])].filter((id) => id !== requestId);
}

/** The live interfaces that have a VLAN on a connection or may have it, other than the request. */
export function neighboursOnVlan(
  connection: string,
  vlan: number,
  requestId: string,
  world: DecisionContext,
): VirtualInterface[] {
  const { vlans } = indexOf(world.interfaces);
  const places = [connection, null];
  const tags = [vlan, null];
  const candidates = new Set([
    ...places.flatMap((place) => tags.flatMap((tag) => vlans.get(place)?.get(tag) ?? [])),
    ...offersOnRecord(world).filter((vif) => places.includes(vif.connection) && tags.includes(vif.vlan)),
  ]);
  return [...candidates].filter((vif) => occupies(vif, world, requestId));
}

/** Neither accepted by its state nor on a gateway that the API gives: a stranger's offer that is withdrawn looks like this. */
export function isTransient(
  vif: VirtualInterface,
  { intents, acceptances, damaged }: DecisionContext,
): boolean {
  const isOnRecord =
    intents[vif.id] !== undefined || acceptances[vif.id] !== undefined || damaged[vif.id] !== undefined;
  return vif.state !== null && !hasAcceptedState(vif) && vif.gateway === null && !isOnRecord;
}

/** `null`: certainly not on it. */
function placeOf(
  vif: VirtualInterface,
  gatewayId: string,
  ourAccount: string,
  world: DecisionContext,
): GatewayRelation | null {
  const { intents, acceptances, damaged } = world;
  const recorded = [acceptances[vif.id]?.gateway, intents[vif.id]?.gateway].filter((id) => id !== undefined);
  // Fail closed: where the API and the ledger disagree, it counts for both.
  if (vif.gateway === gatewayId || recorded.includes(gatewayId)) return 'on';
  if (vif.gateway !== null) return null;
  // Fail closed: what cannot be read, of the API or of the ledger, may name any gateway.
  if (isUnreadable(vif, 'gateway') || isUnreadable(vif, 'id') || damaged[vif.id] !== undefined)
    return 'anywhere';
  if (recorded.length > 0) return null;
  const isOfOthers = vif.ownerAccount !== null && vif.ownerAccount !== ourAccount;
  return isTransient(vif, world) || isOfOthers ? 'passing' : 'notGiven';
}

type Several = readonly VirtualInterface[];

/** So that a decision costs no look at every interface. */
interface Index {
  readonly byId: ReadonlyMap<string, VirtualInterface>;
  /**
   * All that are not over, without mere offers, of which there may be thousands: by the blocks that their subnets lie in, and
   * apart those with a larger subnet, or with an address that is not known in full
   */
  readonly blocks: ReadonlyMap<string, Block>;
  readonly beyondBlocks: Several;
  /** all of them, by connection, then by VLAN; `null`: not known */
  readonly vlans: ReadonlyMap<string | null, ReadonlyMap<number | null, Several>>;
}

interface Block {
  readonly subnet: Cidr;
  readonly vifs: Several;
}

const indexOf = memoizeByObject((interfaces: Several): Index => {
  const live = interfaces.filter((vif) => !hasEnded(vif));
  const standing = live.filter((vif) => !isUnacceptedOffer(vif) || isUnreadable(vif, 'id'));
  const placed = standing.map((vif) => ({ vif, blocks: blocksOf(vif) }));
  const inBlocks = placed.flatMap(({ vif, blocks }) => (blocks ?? []).map((subnet) => ({ subnet, vif })));
  const blocks = Map.groupBy(inBlocks, ({ subnet }) => keyOf(subnet));
  const connections = Map.groupBy(standing, ({ connection }) => connection);
  return {
    byId: new Map(interfaces.map((vif) => [vif.id, vif])),
    blocks: new Map(
      [...blocks].flatMap(([key, those]) =>
        those.slice(0, 1).map(({ subnet }) => [key, { subnet, vifs: those.map(({ vif }) => vif) }]),
      ),
    ),
    beyondBlocks: placed.filter((one) => one.blocks === null).map(({ vif }) => vif),
    vlans: new Map([...connections].map(([id, those]) => [id, Map.groupBy(those, ({ vlan }) => vlan)])),
  };
});

/** Those of the index that may have an address in a subnet of the request, without a look at each. */
function standingBeside(request: VirtualInterface, interfaces: Several): Several {
  const { blocks, beyondBlocks } = indexOf(interfaces);
  const own = addressesOf(request).flatMap((address) => (address === null ? [] : [address.subnet]));
  const within = own.flatMap((subnet) => blockOf(subnet) ?? []);
  const large = own.filter((subnet) => blockOf(subnet) === null);
  const reached =
    large.length === 0
      ? []
      : [...blocks.values()].filter((block) => large.some((subnet) => cidrsOverlap(subnet, block.subnet)));
  return [
    ...beyondBlocks,
    ...within.flatMap((block) => blocks.get(keyOf(block))?.vifs ?? []),
    ...reached.flatMap(({ vifs }) => vifs),
  ];
}

/** In bits: of the link between two routers, a subnet is much smaller. */
const BLOCK = { 4: 24, 6: 112 } as const;

function blockOf(subnet: Cidr): Cidr | null {
  return enclosingCidr(subnet, BLOCK[subnet.family]);
}

function keyOf({ family, base }: Cidr): string {
  return `${family} ${base}`;
}

/** `null`: it has a larger subnet, or an address that is not known in full. */
function blocksOf(vif: VirtualInterface): readonly Cidr[] | null {
  const addresses = addressesOf(vif);
  if (addresses.length === 0 || isUnreadable(vif, 'addresses')) return null;
  const found = addresses.map((address) =>
    address === null || address.isBare ? null : blockOf(address.subnet),
  );
  const known = found.filter((block) => block !== null);
  return known.length < found.length ? null : [...new Map(known.map((one) => [keyOf(one), one])).values()];
}

interface Records {
  /** accepted ones that a listing that lags behind shows as offers */
  readonly offers: Several;
  /** by gateway: IDs of accepted ones that the API did not show */
  readonly unseen: ReadonlyMap<string, readonly string[]>;
}

const recordsOf = (interfaces: Several, acceptances: DecisionContext['acceptances']): Records =>
  recordsBeside(interfaces)(acceptances);

const recordsBeside = memoizeByObject((interfaces: Several) =>
  memoizeByObject((acceptances: DecisionContext['acceptances']): Records => {
    const { byId } = indexOf(interfaces);
    const accepted = Object.entries(acceptances).map(([id, { gateway }]) => ({
      id,
      gateway,
      vif: byId.get(id),
    }));
    const unseen = Map.groupBy(
      accepted.filter(({ vif }) => vif === undefined),
      ({ gateway }) => gateway,
    );
    return {
      offers: accepted.flatMap(({ vif }) => (vif !== undefined && isUnacceptedOffer(vif) ? [vif] : [])),
      unseen: new Map([...unseen].map(([gateway, those]) => [gateway, those.map(({ id }) => id)])),
    };
  }),
);
