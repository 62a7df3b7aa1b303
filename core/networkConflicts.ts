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
import {
  type CheckResult,
  failedCheck,
  mergeChecks,
  NO_FINDINGS,
  type ReasonParameters,
  skippedCheck,
} from './reasons.ts';

/** Checks that no other interface uses the VLAN of a request on its connection. */
export function checkVlanFree(request: VirtualInterface, context: DecisionContext): CheckResult {
  const { id, connection, vlan } = request;
  if (connection === null || vlan === null)
    return skippedCheck({ check: 'vlan-in-use', missing: 'vlanOrConnection' });
  const neighbours = neighboursOnVlan(connection, vlan, id, context).map((vif) => ({
    vif,
    use: classifyVlanUse(vif, context),
  }));
  const notGiven = neighbours.filter(({ use }) => use === 'notGiven').map(({ vif }) => vif);
  return mergeChecks([
    ...neighbours.flatMap(({ vif, use }) => {
      if (use === 'notGiven') return [];
      const parameters = { cause: use, vlan, connection, id: vif.id };
      return [failedCheck({ code: 'vlan-in-use', parameters })];
    }),
    skippedFor('vlan-in-use', notGiven),
  ]);
}

/** How certainly an interface uses the VLAN; its known fields are equal to those of the request. */
function classifyVlanUse(
  vif: VirtualInterface,
  context: DecisionContext,
): ReasonParameters['vlan-in-use']['cause'] | 'notGiven' {
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
  if (ownAddresses.length === 0) return skippedCheck({ check: 'peers-overlap', missing: 'addresses' });
  const neighbours = neighboursOnGateway(request, gatewayId, account, context).map((neighbour) => ({
    ...neighbour,
    overlap: classifyOverlap(ownAddresses, neighbour.vif),
  }));
  const incomplete = neighbours.filter((neighbour) => isIncomplete(neighbour)).map(({ vif }) => vif);
  return mergeChecks([
    ...(hasSubnets(request) ? [] : [skippedCheck({ check: 'peers-overlap', missing: 'prefixLengths' })]),
    overlapReasons([
      ...neighbours.flatMap(({ vif, relation, overlap }) => {
        const cause = findConflict(relation, overlap);
        return cause === null ? [] : [{ cause, id: vif.id }];
      }),
      // Fail closed: the ledger does not record its addresses. A later run that lists the interface, or finds that it
      // ended, can decide.
      ...unlistedOnGateway(gatewayId, request.id, context).map((id) => ({ cause: 'unlisted', id }) as const),
    ]),
    skippedFor('peers-overlap', incomplete),
  ]);
}

/**
 * The most conflicts that are listed: one large subnet may overlap thousands of interfaces, in each of thousands of
 * requests.
 */
const MAX_CONFLICTS = 20;

function overlapReasons(conflicts: readonly ReasonParameters['peers-overlap'][]): CheckResult {
  const count = conflicts.length - MAX_CONFLICTS;
  const listed: readonly ReasonParameters['peers-overlap'][] = [
    ...conflicts.slice(0, MAX_CONFLICTS),
    ...(count > 0 ? [{ cause: 'more', count } as const] : []),
  ];
  return mergeChecks(listed.map((parameters) => failedCheck({ code: 'peers-overlap', parameters })));
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

/** Why the addresses of a neighbour conflict, or may conflict; `null`: no known conflict. */
function findConflict(
  relation: Neighbour['relation'],
  overlap: Overlap,
): 'overlap' | 'unreadable' | 'unknownGateway' | null {
  if (overlap === 'no' || overlap === 'notGiven' || relation === 'temporary') return null;
  switch (relation) {
    case 'on':
      return overlap === 'yes' ? 'overlap' : 'unreadable';
    case 'anywhere':
      // Fail closed: it may be on this gateway and have these addresses.
      return 'unreadable';
    case 'notGiven':
      // Fail closed: it has these addresses and may be on this gateway.
      return overlap === 'yes' ? 'unknownGateway' : null;
    default:
      return relation satisfies never;
  }
}

/** Whether no conflict was found although the check was incomplete. */
function isIncomplete({
  relation,
  overlap,
}: Pick<Neighbour, 'relation'> & { readonly overlap: Overlap }): boolean {
  return overlap !== 'no' && findConflict(relation, overlap) === null;
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

function skippedFor(check: 'vlan-in-use' | 'peers-overlap', vifs: readonly VirtualInterface[]): CheckResult {
  const ids = vifs.map(({ id }) => id);
  return ids.length === 0 ? NO_FINDINGS : skippedCheck({ check, missing: 'ofOthers', ids });
}
