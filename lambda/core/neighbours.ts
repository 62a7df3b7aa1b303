import { isMereOffer, isOver, isSettled, isUnreadable, type VirtualInterface } from './model.ts';
import { oncePer } from './oncePer.ts';
import type { Acceptance } from './remembered.ts';
import { occupies, type World } from './world.ts';

/** Where a neighbour stands with respect to a gateway. */
export type Place =
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
  readonly place: Place;
}

/** The live interfaces that are on a gateway or may be, other than the request. */
export function aroundGateway(
  gatewayId: string,
  requestId: string,
  ourAccount: string,
  world: World,
): Neighbour[] {
  const { gateway, byId } = indexOf(world.interfaces);
  const recorded = [...onRecordFor(gatewayId, world), ...Object.keys(world.damaged)].map((id) =>
    byId.get(id),
  );
  const candidates = new Set([
    ...(gateway.get(gatewayId) ?? []),
    ...(gateway.get(null) ?? []),
    ...recorded.filter((vif) => vif !== undefined),
  ]);
  return [...candidates].flatMap((vif) => {
    const place = placeOf(vif, gatewayId, ourAccount, world);
    return place !== null && occupies(vif, world, requestId) ? [{ vif, place }] : [];
  });
}

/** IDs that were accepted or are being confirmed for a gateway, and that the API did not show. */
export function unseenOn(gatewayId: string, requestId: string, world: World): string[] {
  const { byId } = indexOf(world.interfaces);
  return onRecordFor(gatewayId, world).filter((id) => id !== requestId && !byId.has(id));
}

/** The live interfaces that have a VLAN on a connection or may have it, other than the request. */
export function aroundVlan(
  connection: string,
  vlan: number,
  requestId: string,
  world: World,
): VirtualInterface[] {
  const { vlans } = indexOf(world.interfaces);
  return [connection, null]
    .flatMap((place) => [vlan, null].flatMap((tag) => vlans.get(place)?.get(tag) ?? []))
    .filter((vif) => occupies(vif, world, requestId));
}

/** Neither accepted by its state nor on a gateway that the API gives: a stranger's offer that is withdrawn looks like this. */
export function isPassing(vif: VirtualInterface, { intents, acceptances, damaged }: World): boolean {
  const isOnRecord =
    intents[vif.id] !== undefined || acceptances[vif.id] !== undefined || damaged[vif.id] !== undefined;
  return vif.state !== null && !isSettled(vif) && vif.gateway === null && !isOnRecord;
}

/** `null`: certainly not on it. */
function placeOf(vif: VirtualInterface, gatewayId: string, ourAccount: string, world: World): Place | null {
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
  return isPassing(vif, world) || isOfOthers ? 'passing' : 'notGiven';
}

function onRecordFor(gatewayId: string, { intents, acceptances }: World): string[] {
  const accepted = acceptedByGateway(acceptances).get(gatewayId) ?? [];
  const begun = Object.keys(intents).filter((id) => intents[id]?.gateway === gatewayId);
  return [...new Set([...accepted, ...begun])];
}

const acceptedByGateway = oncePer((acceptances: Readonly<Record<string, Acceptance>>) =>
  Map.groupBy(Object.keys(acceptances), (id) => acceptances[id]?.gateway),
);

type Several = readonly VirtualInterface[];

interface Index {
  readonly byId: ReadonlyMap<string, VirtualInterface>;
  /** all that are on a gateway, and at `null` those on none that the API gives: without mere offers, of which there may be thousands */
  readonly gateway: ReadonlyMap<string | null, Several>;
  /** by connection, then by VLAN; `null`: the API does not give it, or not readably */
  readonly vlans: ReadonlyMap<string | null, ReadonlyMap<number | null, Several>>;
}

/** So that a decision costs no look at every interface. */
const indexOf = oncePer((interfaces: Several): Index => {
  const live = interfaces.filter((vif) => !isOver(vif));
  const onGateways = live.filter((vif) => !isMereOffer(vif) || isUnreadable(vif, 'id'));
  const connections = Map.groupBy(live, ({ connection }) => connection);
  return {
    byId: new Map(interfaces.map((vif) => [vif.id, vif])),
    gateway: Map.groupBy(onGateways, ({ gateway }) => gateway),
    vlans: new Map([...connections].map(([id, those]) => [id, Map.groupBy(those, ({ vlan }) => vlan)])),
  };
});
