import { associateGateways } from '../associations.ts';
import { exactObject, optional, text } from '../decoders.ts';
import { setState } from '../lifecycle.ts';
import { type Context, clientException, type Operation, type Output, operation } from '../wire.ts';
import { type AssociationProposal, isIn, type Prefixes, type World } from '../world.ts';
import { describeAssociation, refuseTaken } from './directConnectGateways.ts';
import { PAGING, paginate } from './listParameters.ts';
import { PREFIXES } from './tags.ts';

const createProposal = operation(
  exactObject({
    directConnectGatewayId: text,
    directConnectGatewayOwnerAccount: text,
    gatewayId: text,
    addAllowedPrefixesToDirectConnectGateway: optional(PREFIXES, []),
    removeAllowedPrefixesToDirectConnectGateway: optional(PREFIXES, []),
  }),
  (context, { directConnectGatewayId: id, directConnectGatewayOwnerAccount: owner, gatewayId, ...asked }) => {
    const { world, account, region } = context;
    const gateway = world.virtualGateways.get(gatewayId) ?? world.transitGateways.get(gatewayId);
    if (gateway === undefined || !isIn(context, gateway)) {
      throw clientException(`The gateway ${gatewayId} does not exist.`);
    }
    if (world.directConnectGateways.get(id)?.account !== owner) {
      throw clientException(`The DirectConnectGateway ${id} of the account ${owner} does not exist.`);
    }
    const same = [...world.associationProposals.values()].find(
      (one) =>
        one.directConnectGateway === id && one.associatedGateway === gatewayId && one.state === 'requested',
    );
    if (same !== undefined)
      throw clientException(`The proposal ${same.id} for the same gateways exists already.`);
    const existing = associationOf(world, id, gatewayId)?.allowedPrefixes ?? [];
    const removed = asked.removeAllowedPrefixesToDirectConnectGateway;
    const added = asked.addAllowedPrefixesToDirectConnectGateway;
    const proposal: AssociationProposal = {
      id: world.ids.associationProposal(),
      account,
      region,
      directConnectGateway: id,
      associatedGateway: gatewayId,
      requestedPrefixes: withPrefixes(existing, added, removed),
      state: 'requested',
      since: world.clock.now().getTime(),
    };
    world.associationProposals.set(proposal.id, proposal);
    return { directConnectGatewayAssociationProposal: present(proposal, world) };
  },
);

const acceptProposal = operation(
  exactObject({
    directConnectGatewayId: text,
    proposalId: text,
    associatedGatewayOwnerAccount: text,
    overrideAllowedPrefixesToDirectConnectGateway: optional(PREFIXES, null),
  }),
  (context, { directConnectGatewayId, proposalId, associatedGatewayOwnerAccount: owner, ...asked }) => {
    const { world, account } = context;
    const proposal = world.associationProposals.get(proposalId);
    if (
      proposal?.directConnectGateway !== directConnectGatewayId ||
      proposal.account !== owner ||
      world.directConnectGateways.get(directConnectGatewayId)?.account !== account
    ) {
      throw proposalNotFound(proposalId);
    }
    if (proposal.state !== 'requested') throw clientException(`${proposalId} is in state ${proposal.state}.`);
    const { associatedGateway } = proposal;
    const prefixes = asked.overrideAllowedPrefixesToDirectConnectGateway ?? proposal.requestedPrefixes;
    const now = world.clock.now().getTime();
    const known = associationOf(world, directConnectGatewayId, associatedGateway);
    if (known !== undefined) {
      // A proposal for gateways that are associated already changes their prefixes.
      known.allowedPrefixes = prefixes;
      known.stateForced = false;
      setState(known, 'updating', now);
      setState(proposal, 'accepted', now);
      return { directConnectGatewayAssociation: describeAssociation(known, world) };
    }
    refuseTaken(world, directConnectGatewayId, associatedGateway);
    const made = associateGateways(world, directConnectGatewayId, associatedGateway, prefixes, 'associating');
    if (made === null) {
      throw clientException(
        `${associatedGateway} does not exist any more, or ${directConnectGatewayId} serves another type of gateway.`,
      );
    }
    setState(proposal, 'accepted', now);
    return { directConnectGatewayAssociation: describeAssociation(made, world) };
  },
);

const deleteProposal = operation(exactObject({ proposalId: text }), (context, { proposalId }) => {
  const { world } = context;
  const proposal = visibleProposals(context).find(({ id }) => id === proposalId);
  // An accepted one can be deleted, as Terraform does after the association.
  if (proposal === undefined || proposal.state === 'deleted') throw proposalNotFound(proposalId);
  setState(proposal, 'deleted', world.clock.now().getTime());
  return { directConnectGatewayAssociationProposal: present(proposal, world) };
});

const describeProposals = operation(
  exactObject({
    directConnectGatewayId: optional(text, null),
    proposalId: optional(text, null),
    associatedGatewayId: optional(text, null),
    ...PAGING,
  }),
  (context, { directConnectGatewayId, proposalId, associatedGatewayId, ...asked }) => {
    const { world } = context;
    const found = visibleProposals(context).filter(
      ({ id, directConnectGateway, associatedGateway }) =>
        (proposalId ?? id) === id &&
        (directConnectGatewayId ?? directConnectGateway) === directConnectGateway &&
        (associatedGatewayId ?? associatedGateway) === associatedGateway,
    );
    const { items, next } = paginate(found, asked, world.dialect);
    const shown = items.map((proposal) => present(proposal, world));
    return { directConnectGatewayAssociationProposals: shown, ...next };
  },
);

/** Visible in every region to the accounts of both gateways, like an association. */
function visibleProposals({ world, account }: Context): AssociationProposal[] {
  return [...world.associationProposals.values()].filter(
    (proposal) =>
      proposal.account === account ||
      world.directConnectGateways.get(proposal.directConnectGateway)?.account === account,
  );
}

function associationOf({ gatewayAssociations }: World, directConnect: string, associated: string) {
  return [...gatewayAssociations.values()].find(
    (one) =>
      one.directConnectGateway === directConnect &&
      one.associatedGateway === associated &&
      one.state !== 'disassociating',
  );
}

function withPrefixes(existing: Prefixes, added: Prefixes, removed: Prefixes): Prefixes {
  const gone = [...added, ...removed].map(({ cidr }) => cidr);
  return [...existing.filter(({ cidr }) => !gone.includes(cidr)), ...added];
}

/** In the words by which Terraform's provider knows that there is nothing left to delete. */
function proposalNotFound(id: string) {
  return clientException(`The association proposal ${id} is not found.`);
}

function present(proposal: AssociationProposal, world: World): Output {
  const { id, account, region, directConnectGateway, associatedGateway, state } = proposal;
  const type = world.transitGateways.has(associatedGateway) ? 'transitGateway' : 'virtualPrivateGateway';
  const association = associationOf(world, directConnectGateway, associatedGateway);
  return {
    proposalId: id,
    directConnectGatewayId: directConnectGateway,
    directConnectGatewayOwnerAccount: world.directConnectGateways.get(directConnectGateway)?.account ?? '',
    proposalState: state,
    associatedGateway: { id: associatedGateway, type, ownerAccount: account, region },
    existingAllowedPrefixesToDirectConnectGateway: association?.allowedPrefixes ?? [],
    requestedAllowedPrefixesToDirectConnectGateway: proposal.requestedPrefixes,
  };
}

export const ASSOCIATION_PROPOSAL_OPERATIONS: Readonly<Record<string, Operation>> = {
  CreateDirectConnectGatewayAssociationProposal: createProposal,
  AcceptDirectConnectGatewayAssociationProposal: acceptProposal,
  DeleteDirectConnectGatewayAssociationProposal: deleteProposal,
  DescribeDirectConnectGatewayAssociationProposals: describeProposals,
};
