import type { DecisionContext } from './decisionContext.ts';
import { addressesOf, type HostAddress, hasInvalidAddress, subnetsOverlap } from './ip.ts';
import { isUnreadable, type Recipient, type VirtualInterface } from './model.ts';
import {
  isTransient,
  type Neighbour,
  neighboursOnGateway,
  neighboursOnVlan,
  unlistedOnGateway,
} from './otherInterfaces.ts';
import { formatFirst, quote } from './printableText.ts';
import { type CheckResult, failedCheck, mergeChecks, NO_FINDINGS, skippedCheck } from './reasons.ts';

/** Checks that no other interface uses the VLAN of a request on its connection. */
export function checkVlanFree(request: VirtualInterface, context: DecisionContext): CheckResult {
  const { id, connection, vlan } = request;
  if (connection === null || vlan === null)
    return skippedCheck('VLAN in use: the API does not return the VLAN or the connection');
  const neighbours = neighboursOnVlan(connection, vlan, id, context).map((vif) => ({
    vif,
    use: classifyVlanUse(vif, context),
  }));
  const notGiven = neighbours.filter(({ use }) => use === 'notGiven').map(({ vif }) => vif);
  return mergeChecks([
    ...neighbours.flatMap(({ vif, use }) => {
      if (use === 'notGiven') return [];
      const words = USE_MESSAGES[use](quote(vif.id));
      return [failedCheck('vlan-in-use', `VLAN ${vlan} on ${quote(connection)} ${words}`)];
    }),
    skippedFor(notGiven, 'VLAN in use: the API does not return both connection and VLAN of'),
  ]);
}

/** The message for each degree of certainty that an interface uses the VLAN on the connection. */
const USE_MESSAGES = {
  certain: (id: string) => `is in use by ${id}`,
  unreadable: (id: string) => `may be in use by ${id}, which is unreadable`,
  unknownConnection: (id: string) => `may be in use by ${id}, whose connection the API does not return`,
} as const;

/** How certainly an interface uses the VLAN; its known fields are equal to those of the request. */
function classifyVlanUse(
  vif: VirtualInterface,
  context: DecisionContext,
): keyof typeof USE_MESSAGES | 'notGiven' {
  const { connection, vlan } = vif;
  if (connection !== null && vlan !== null) return 'certain';
  const isGiven =
    (connection !== null || isUnreadable(vif, 'connection')) && (vlan !== null || isUnreadable(vif, 'vlan'));
  // Fail closed: an unreadable field may have this connection or this VLAN.
  if (isGiven) return 'unreadable';
  // Fail closed: it has this VLAN, and its unknown connection may be this one.
  return vlan !== null && !isTransient(vif, context) ? 'unknownConnection' : 'notGiven';
}

/** Checks that no other interface on a gateway has an address in a subnet of the request. */
export function checkAddressesFree(
  request: VirtualInterface,
  gatewayId: string,
  { account }: Recipient,
  context: DecisionContext,
): CheckResult {
  const ownAddresses = addressesOf(request).filter((address) => address !== null);
  if (ownAddresses.length === 0) return skippedCheck('peers overlap: the API does not return an address');
  const neighbours = neighboursOnGateway(request, gatewayId, account, context).map((neighbour) => ({
    ...neighbour,
    overlap: classifyOverlap(ownAddresses, neighbour.vif),
  }));
  const incomplete = neighbours.filter((neighbour) => isIncomplete(neighbour)).map(({ vif }) => vif);
  return mergeChecks([
    ...(hasSubnets(request)
      ? []
      : [skippedCheck('peers overlap: the API does not return every address with its prefix length')]),
    overlapReasons([
      ...neighbours.flatMap(
        ({ vif, relation, overlap }) => describeConflict(relation, overlap)?.(quote(vif.id)) ?? [],
      ),
      ...unlistedOnGateway(gatewayId, request.id, context).map(
        // Fail closed: the ledger does not record its addresses. A later run that lists the interface, or finds that it
        // ended, can decide.
        (id) =>
          `may overlap those of ${quote(id)}, which the ledger has on this gateway and which the listing lacks`,
      ),
    ]),
    skippedFor(incomplete, 'peers overlap: the API does not return every address, or not the gateway, of'),
  ]);
}

/**
 * The most conflicts that are listed: one large subnet may overlap thousands of interfaces, in each of thousands of
 * requests.
 */
const MAX_CONFLICTS = 20;

function overlapReasons(conflicts: readonly string[]): CheckResult {
  const more = conflicts.length - MAX_CONFLICTS;
  const messages = [
    ...conflicts.slice(0, MAX_CONFLICTS),
    ...(more > 0 ? [`overlap or may overlap those of ${more} more interfaces`] : []),
  ];
  return mergeChecks(messages.map((one) => failedCheck('peers-overlap', `peer addresses ${one}`)));
}

/** Whether a neighbour's addresses overlap a subnet of the request: `unreadable` if the addresses cannot be read. */
type Overlap = 'yes' | 'no' | 'notGiven' | 'unreadable';

function classifyOverlap(ownAddresses: readonly HostAddress[], vif: VirtualInterface): Overlap {
  const theirs = addressesOf(vif);
  const known = theirs.filter((address) => address !== null);
  if (known.some((other) => ownAddresses.some((mine) => subnetsOverlap(mine, other) === 'yes'))) return 'yes';
  // Fail closed: an invalid address may mean any address.
  if (isUnreadable(vif, 'addresses') || hasInvalidAddress(vif)) return 'unreadable';
  const isComplete =
    theirs.length > 0 && known.length === theirs.length && !known.some(({ isBare }) => isBare);
  return isComplete ? 'no' : 'notGiven';
}

/** The message about a conflict, by the ID of the neighbour; `null`: no known conflict. */
function describeConflict(
  relation: Neighbour['relation'],
  overlap: Overlap,
): ((id: string) => string) | null {
  if (overlap === 'no' || overlap === 'notGiven' || relation === 'temporary') return null;
  switch (relation) {
    case 'on':
      return overlap === 'yes'
        ? (id) => `overlap those of ${id} on the same gateway`
        : (id) => `may overlap those of ${id}, which is unreadable`;
    case 'anywhere':
      // Fail closed: it may be on this gateway and have these addresses.
      return (id) => `may overlap those of ${id}, which is unreadable`;
    case 'notGiven':
      // Fail closed: it has these addresses and may be on this gateway.
      return overlap === 'yes'
        ? (id) => `may overlap those of ${id}, whose gateway the API does not return`
        : null;
    default:
      return relation satisfies never;
  }
}

/** Whether no conflict was found although the check was incomplete. */
function isIncomplete({
  relation,
  overlap,
}: Pick<Neighbour, 'relation'> & { readonly overlap: Overlap }): boolean {
  return overlap !== 'no' && describeConflict(relation, overlap) === null;
}

/**
 * Whether every session has at least one address with a prefix length. The other address is in that subnet, or the pair is
 * invalid.
 */
function hasSubnets(request: VirtualInterface): boolean {
  const addresses = addressesOf(request);
  return request.peers.every((_, i) =>
    addresses.slice(2 * i, 2 * i + 2).some((address) => address !== null && !address.isBare),
  );
}

/** The most IDs that a skipped check lists. */
const MAX_LISTED_IDS = 5;

function skippedFor(vifs: readonly VirtualInterface[], what: string): CheckResult {
  const ids = vifs.map(({ id }) => quote(id)).sort();
  return ids.length === 0 ? NO_FINDINGS : skippedCheck(`${what} ${formatFirst(ids, MAX_LISTED_IDS)}`);
}
