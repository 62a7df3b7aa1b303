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

/** How a neighbour relates to a gateway. */
export type GatewayRelation =
  /** on the gateway, or confirmed for it, now or before */
  | 'on'
  /** possibly on any gateway: its gateway cannot be read */
  | 'anywhere'
  /** accepted, and the API does not return its gateway */
  | 'notGiven'
  /**
   * probably on no gateway of the recipient: the API returns none, and the state is temporary or the interface is another
   * account's
   */
  | 'temporary';

export interface Neighbour {
  readonly vif: VirtualInterface;
  readonly relation: GatewayRelation;
}

/**
 * The live interfaces, other than the request, that are or may be on a gateway, and that may have an address in a subnet of
 * the request.
 */
export function neighboursOnGateway(
  request: VirtualInterface,
  gatewayId: string,
  recipientAccount: string,
  context: DecisionContext,
): Neighbour[] {
  const candidates = new Set([...nearbyInterfaces(request, context.interfaces), ...recordedOffers(context)]);
  return [...candidates].flatMap((vif) => {
    const relation = gatewayRelationOf(vif, gatewayId, recipientAccount, context);
    return relation !== null && occupies(vif, context, request.id) ? [{ vif, relation }] : [];
  });
}

/** The live interfaces, other than the request, that are on a gateway, or were confirmed for it, as far as is certain. */
export function interfacesOnGateway(
  gatewayId: string,
  requestId: string,
  context: DecisionContext,
): VirtualInterface[] {
  const { intents, acceptances } = context;
  const listed = indexInterfaces(context.interfaces).gateways.get(gatewayId) ?? [];
  const recorded = recordedOffers(context).filter(
    ({ id }) => intents[id]?.gateway === gatewayId || acceptances[id]?.gateway === gatewayId,
  );
  return [...new Set([...listed, ...recorded])].filter((vif) => occupies(vif, context, requestId));
}

/** The interfaces that the ledger records, or may record, including those that the API shows as mere offers. */
function recordedOffers({ interfaces, acceptances, intents, damaged }: DecisionContext): Interfaces {
  const { byId } = indexInterfaces(interfaces);
  const begun = [...Object.keys(intents), ...Object.keys(damaged)].flatMap((id) => byId.get(id) ?? []);
  return [...recordsInLedger(interfaces, acceptances).offers, ...begun];
}

/** The IDs that were accepted or are being confirmed for a gateway, and that the listing lacks. */
export function unlistedOnGateway(gatewayId: string, requestId: string, context: DecisionContext): string[] {
  const { interfaces, acceptances, intents } = context;
  const { byId } = indexInterfaces(interfaces);
  const accepted = recordsInLedger(interfaces, acceptances).unlisted.get(gatewayId) ?? [];
  const begun = Object.keys(intents).filter((id) => intents[id]?.gateway === gatewayId && !byId.has(id));
  return [...new Set([...accepted, ...begun])].filter((id) => id !== requestId);
}

/** The live interfaces, other than the request, that have or may have a VLAN on a connection. */
export function neighboursOnVlan(
  connection: string,
  vlan: number,
  requestId: string,
  context: DecisionContext,
): VirtualInterface[] {
  const { vlans } = indexInterfaces(context.interfaces);
  const possibleConnections = [connection, null];
  const possibleVlans = [vlan, null];
  const candidates = new Set([
    ...possibleConnections.flatMap((id) => possibleVlans.flatMap((tag) => vlans.get(id)?.get(tag) ?? [])),
    ...recordedOffers(context).filter(
      (vif) => possibleConnections.includes(vif.connection) && possibleVlans.includes(vif.vlan),
    ),
  ]);
  return [...candidates].filter((vif) => occupies(vif, context, requestId));
}

/**
 * Whether an interface has no accepted state and no gateway, and is not recorded: for example a withdrawn offer of an
 * unknown requester.
 */
export function isTransient(
  vif: VirtualInterface,
  { intents, acceptances, damaged }: DecisionContext,
): boolean {
  const isRecorded =
    intents[vif.id] !== undefined || acceptances[vif.id] !== undefined || damaged[vif.id] !== undefined;
  return vif.state !== null && !hasAcceptedState(vif) && vif.gateway === null && !isRecorded;
}

/** `null`: certainly not on the gateway. */
function gatewayRelationOf(
  vif: VirtualInterface,
  gatewayId: string,
  recipientAccount: string,
  context: DecisionContext,
): GatewayRelation | null {
  const { intents, acceptances, damaged } = context;
  const recorded = [acceptances[vif.id]?.gateway, intents[vif.id]?.gateway].filter((id) => id !== undefined);
  // Fail closed: if the API and the ledger name different gateways, the interface counts for both.
  if (vif.gateway === gatewayId || recorded.includes(gatewayId)) return 'on';
  if (vif.gateway !== null) return null;
  // Fail closed: an unreadable field of the API or an unreadable ledger item may name any gateway.
  if (isUnreadable(vif, 'gateway') || isUnreadable(vif, 'id') || damaged[vif.id] !== undefined)
    return 'anywhere';
  if (recorded.length > 0) return null;
  const isOfOthers = vif.ownerAccount !== null && vif.ownerAccount !== recipientAccount;
  return isTransient(vif, context) || isOfOthers ? 'temporary' : 'notGiven';
}

type Interfaces = readonly VirtualInterface[];

/** An index of the listing, so that a decision does not have to scan every interface. */
interface Index {
  readonly byId: ReadonlyMap<string, VirtualInterface>;
  /**
   * the live interfaces except mere offers, of which there may be thousands: by the blocks that contain their subnets;
   * `beyondBlocks` has those with a larger subnet or with an incomplete address
   */
  readonly blocks: ReadonlyMap<string, Block>;
  readonly beyondBlocks: Interfaces;
  /** the same interfaces by gateway; `null`: on none, or unknown */
  readonly gateways: ReadonlyMap<string | null, Interfaces>;
  /** the same interfaces by connection, then by VLAN; `null`: unknown */
  readonly vlans: ReadonlyMap<string | null, ReadonlyMap<number | null, Interfaces>>;
}

interface Block {
  readonly subnet: Cidr;
  readonly vifs: Interfaces;
}

const indexInterfaces = memoizeByObject((interfaces: Interfaces): Index => {
  const live = interfaces.filter((vif) => !hasEnded(vif));
  const relevant = live.filter((vif) => !isUnacceptedOffer(vif) || isUnreadable(vif, 'id'));
  const placed = relevant.map((vif) => ({ vif, blocks: blocksOf(vif) }));
  const inBlocks = placed.flatMap(({ vif, blocks }) => (blocks ?? []).map((subnet) => ({ subnet, vif })));
  const blocks = Map.groupBy(inBlocks, ({ subnet }) => blockKey(subnet));
  const connections = Map.groupBy(relevant, ({ connection }) => connection);
  return {
    byId: new Map(interfaces.map((vif) => [vif.id, vif])),
    blocks: new Map(
      [...blocks].flatMap(([key, group]) =>
        group.slice(0, 1).map(({ subnet }) => [key, { subnet, vifs: group.map(({ vif }) => vif) }]),
      ),
    ),
    beyondBlocks: placed.filter((one) => one.blocks === null).map(({ vif }) => vif),
    gateways: Map.groupBy(relevant, ({ gateway }) => gateway),
    vlans: new Map([...connections].map(([id, group]) => [id, Map.groupBy(group, ({ vlan }) => vlan)])),
  };
});

/** The indexed interfaces that may have an address in a subnet of the request, without a scan of all. */
function nearbyInterfaces(request: VirtualInterface, interfaces: Interfaces): Interfaces {
  const { blocks, beyondBlocks } = indexInterfaces(interfaces);
  const own = addressesOf(request).flatMap((address) => (address === null ? [] : [address.subnet]));
  const within = own.flatMap((subnet) => blockOf(subnet) ?? []);
  const large = own.filter((subnet) => blockOf(subnet) === null);
  const reached =
    large.length === 0
      ? []
      : [...blocks.values()].filter((block) => large.some((subnet) => cidrsOverlap(subnet, block.subnet)));
  return [
    ...beyondBlocks,
    ...within.flatMap((block) => blocks.get(blockKey(block))?.vifs ?? []),
    ...reached.flatMap(({ vifs }) => vifs),
  ];
}

/** Prefix length of a block, by address family. The subnet of a link between two routers is much smaller. */
const BLOCK_PREFIX = { 4: 24, 6: 112 } as const;

function blockOf(subnet: Cidr): Cidr | null {
  return enclosingCidr(subnet, BLOCK_PREFIX[subnet.family]);
}

function blockKey({ family, base }: Cidr): string {
  return `${family} ${base}`;
}

/** `null`: the interface has a larger subnet or an incomplete address. */
function blocksOf(vif: VirtualInterface): readonly Cidr[] | null {
  const addresses = addressesOf(vif);
  if (addresses.length === 0 || isUnreadable(vif, 'addresses')) return null;
  const found = addresses.map((address) =>
    address === null || address.isBare ? null : blockOf(address.subnet),
  );
  const known = found.filter((block) => block !== null);
  return known.length < found.length ? null : [...new Map(known.map((one) => [blockKey(one), one])).values()];
}

interface Records {
  /** accepted interfaces that an outdated listing still shows as offers */
  readonly offers: Interfaces;
  /** by gateway: IDs of accepted interfaces that the listing lacks */
  readonly unlisted: ReadonlyMap<string, readonly string[]>;
}

const recordsInLedger = (interfaces: Interfaces, acceptances: DecisionContext['acceptances']): Records =>
  recordsByInterfaces(interfaces)(acceptances);

const recordsByInterfaces = memoizeByObject((interfaces: Interfaces) =>
  memoizeByObject((acceptances: DecisionContext['acceptances']): Records => {
    const { byId } = indexInterfaces(interfaces);
    const accepted = Object.entries(acceptances).map(([id, { gateway }]) => ({
      id,
      gateway,
      vif: byId.get(id),
    }));
    const unlisted = Map.groupBy(
      accepted.filter(({ vif }) => vif === undefined),
      ({ gateway }) => gateway,
    );
    return {
      offers: accepted.flatMap(({ vif }) => (vif !== undefined && isUnacceptedOffer(vif) ? [vif] : [])),
      unlisted: new Map([...unlisted].map(([gateway, group]) => [gateway, group.map(({ id }) => id)])),
    };
  }),
);
