import type { DecisionContext } from './decisionContext.ts';
import { addressesOf, type HostAddress, hasInvalidAddress, subnetsOverlap } from './ip.ts';
import { isUnreadable, type Recipient, type VirtualInterface } from './model.ts';
import {
  isTransient,
  type Neighbour,
  neighboursOnGateway,
  neighboursOnVlan,
  unlistedOnGateway,
} from './neighbours.ts';
import { formatFirst, quote } from './printableText.ts';
import { type CheckResult, failedCheck, mergeChecks, NO_FINDINGS, skippedCheck } from './reasons.ts';

/** Whether no other interface has the VLAN of a request on its connection. */
export function checkVlanFree(request: VirtualInterface, world: DecisionContext): CheckResult {
  const { id, connection, vlan } = request;
  if (connection === null || vlan === null)
    return skippedCheck('VLAN in use: the API gives no VLAN or no connection');
  const neighbours = neighboursOnVlan(connection, vlan, id, world).map((vif) => ({
    vif,
    use: useOf(vif, world),
  }));
  const notGiven = neighbours.filter(({ use }) => use === 'notGiven').map(({ vif }) => vif);
  return mergeChecks([
    ...neighbours.flatMap(({ vif, use }) => {
      if (use === 'notGiven') return [];
      const words = USES[use](quote(vif.id));
      return [failedCheck('vlan-in-use', `VLAN ${vlan} on ${quote(connection)} ${words}`)];
    }),
    skipFor(notGiven, 'VLAN in use: the API does not give both connection and VLAN of'),
  ]);
}

/** How certain it is that an interface has the VLAN on the connection. */
const USES = {
  certain: (id: string) => `is in use by ${id}`,
  unreadable: (id: string) => `may be in use by ${id}, which is unreadable`,
  elsewherePerhaps: (id: string) => `may be in use by ${id}, whose connection the API does not give`,
} as const;

/** Of an interface that has the VLAN and the connection as far as they are known. */
function useOf(vif: VirtualInterface, world: DecisionContext): keyof typeof USES | 'notGiven' {
  const { connection, vlan } = vif;
  if (connection !== null && vlan !== null) return 'certain';
  const isGiven =
    (connection !== null || isUnreadable(vif, 'connection')) && (vlan !== null || isUnreadable(vif, 'vlan'));
  // Fail closed: what cannot be read may be this connection and this VLAN.
  if (isGiven) return 'unreadable';
  // Fail closed: it has this VLAN, and its connection may be this one.
  return vlan !== null && !isTransient(vif, world) ? 'elsewherePerhaps' : 'notGiven';
}

/** Whether no other interface on a gateway has addresses of a request's subnets. */
export function checkAddressesFree(
  request: VirtualInterface,
  gatewayId: string,
  { account }: Recipient,
  world: DecisionContext,
): CheckResult {
  const own = addressesOf(request).filter((address) => address !== null);
  if (own.length === 0) return skippedCheck('peers overlap: the API gives no address');
  const neighbours = neighboursOnGateway(request, gatewayId, account, world).map((neighbour) => ({
    ...neighbour,
    meeting: meetingOf(own, neighbour.vif),
  }));
  const unclear = neighbours.filter((neighbour) => isUnclear(neighbour)).map(({ vif }) => vif);
  return mergeChecks([
    ...(hasSubnets(request)
      ? []
      : [skippedCheck(`peers overlap: the API does not give every address with its prefix length`)]),
    overlapping([
      ...neighbours.flatMap(
        ({ vif, relation, meeting }) => collision(relation, meeting)?.(quote(vif.id)) ?? [],
      ),
      ...unlistedOnGateway(gatewayId, request.id, world).map(
        // Fail closed: its addresses are on no record. The run that is shown the interface, or finds that it is over, knows more.
        (id) =>
          `may overlap those of ${quote(id)}, which the ledger has on this gateway and this run was not shown`,
      ),
    ]),
    skipFor(unclear, 'peers overlap: the API does not give every address, or not the gateway, of'),
  ]);
}

/** Interfaces of which it is said that a request collides with them: one large subnet may meet thousands, in thousands of requests. */
const MOST_MET = 20;

function overlapping(met: readonly string[]): CheckResult {
  const more = met.length - MOST_MET;
  const words = [
    ...met.slice(0, MOST_MET),
    ...(more > 0 ? [`overlap or may overlap those of ${more} more interfaces`] : []),
  ];
  return mergeChecks(words.map((one) => failedCheck('peers-overlap', `peer addresses ${one}`)));
}

/** Whether addresses of a neighbour stand in a subnet of the request: `unreadable` where those cannot be read. */
type Meeting = 'yes' | 'no' | 'notGiven' | 'unreadable';

function meetingOf(own: readonly HostAddress[], vif: VirtualInterface): Meeting {
  const theirs = addressesOf(vif);
  const known = theirs.filter((address) => address !== null);
  if (known.some((other) => own.some((mine) => subnetsOverlap(mine, other) === 'yes'))) return 'yes';
  // Fail closed: what is given as an address and is none may be any address.
  if (isUnreadable(vif, 'addresses') || hasInvalidAddress(vif)) return 'unreadable';
  const isComplete =
    theirs.length > 0 && known.length === theirs.length && !known.some(({ isBare }) => isBare);
  return isComplete ? 'no' : 'notGiven';
}

/** What stands against the request; `null`: nothing that is known. */
function collision(place: Neighbour['relation'], meeting: Meeting): ((id: string) => string) | null {
  if (meeting === 'no' || meeting === 'notGiven' || place === 'passing') return null;
  switch (place) {
    case 'on':
      return meeting === 'yes'
        ? (id) => `overlap those of ${id} on the same gateway`
        : (id) => `may overlap those of ${id}, which is unreadable`;
    case 'anywhere':
      // Fail closed: it may be on this gateway, and have these addresses.
      return (id) => `may overlap those of ${id}, which is unreadable`;
    case 'notGiven':
      // Fail closed: it has these addresses, and may be on this gateway.
      return meeting === 'yes'
        ? (id) => `may overlap those of ${id}, whose gateway the API does not give`
        : null;
    default:
      return place satisfies never;
  }
}

/** Whether nothing was found against the request, and the check was not complete. */
function isUnclear({
  relation: place,
  meeting,
}: Pick<Neighbour, 'relation'> & { readonly meeting: Meeting }): boolean {
  return meeting !== 'no' && collision(place, meeting) === null;
}

/** Each session of which one address has its prefix length: the other one is in that subnet, or the two are no pair. */
function hasSubnets(request: VirtualInterface): boolean {
  const addresses = addressesOf(request);
  return request.peers.every((_, i) =>
    addresses.slice(2 * i, 2 * i + 2).some((address) => address !== null && !address.isBare),
  );
}

/** IDs that a line on a skipped check names. */
const MOST = 5;

function skipFor(vifs: readonly VirtualInterface[], what: string): CheckResult {
  const ids = vifs.map(({ id }) => quote(id)).sort();
  return ids.length === 0 ? NO_FINDINGS : skippedCheck(`${what} ${formatFirst(ids, MOST)}`);
}
