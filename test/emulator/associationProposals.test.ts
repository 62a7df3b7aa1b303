import {
  AcceptDirectConnectGatewayAssociationProposalCommand,
  CreateDirectConnectGatewayAssociationProposalCommand,
  CreateDirectConnectGatewayCommand,
  DeleteDirectConnectGatewayAssociationProposalCommand,
  DescribeDirectConnectGatewayAssociationProposalsCommand,
  DescribeDirectConnectGatewayAssociationsCommand,
  UpdateDirectConnectGatewayAssociationCommand,
} from '@aws-sdk/client-direct-connect';
import { describe, expect, it } from 'vitest';
import {
  adminRequest,
  defined,
  directConnect,
  gateway,
  OWNER,
  RECIPIENT,
  startTestEmulator,
  UNRELATED_ACCOUNT,
} from './emulatorClients.ts';

const refusal = (message: string) => ({
  name: 'DirectConnectClientException',
  message: expect.stringContaining(message),
});
const prefixes = [{ cidr: '10.0.0.0/16' }];

/** A Direct Connect gateway of the recipient, for which the owner proposes its virtual private gateway. */
async function startWithProposal() {
  const simulator = await startTestEmulator({ dialect: 'aws' });
  const [proposer, accepter] = [directConnect(simulator, OWNER), directConnect(simulator, RECIPIENT)];
  const { directConnectGateway } = await accepter.send(
    new CreateDirectConnectGatewayCommand({ directConnectGatewayName: 'hub' }),
  );
  const directConnectGatewayId = defined(directConnectGateway?.directConnectGatewayId);
  const gatewayId = await gateway(simulator, OWNER);
  const propose = (more: object = {}) =>
    proposer.send(
      new CreateDirectConnectGatewayAssociationProposalCommand({
        directConnectGatewayId,
        directConnectGatewayOwnerAccount: RECIPIENT,
        gatewayId,
        addAllowedPrefixesToDirectConnectGateway: prefixes,
        ...more,
      }),
    );
  const made = (await propose()).directConnectGatewayAssociationProposal;
  const proposalId = defined(made?.proposalId);
  const accept = (more: object = {}, client = accepter) =>
    client.send(
      new AcceptDirectConnectGatewayAssociationProposalCommand({
        directConnectGatewayId,
        proposalId,
        associatedGatewayOwnerAccount: OWNER,
        ...more,
      }),
    );
  const stateSeenBy = async (account: string) => {
    const asked = new DescribeDirectConnectGatewayAssociationProposalsCommand({ proposalId });
    const answer = await directConnect(simulator, account).send(asked);
    return answer.directConnectGatewayAssociationProposals?.map(({ proposalState }) => proposalState);
  };
  return {
    simulator,
    proposer,
    directConnectGatewayId,
    gatewayId,
    made,
    proposalId,
    propose,
    accept,
    stateSeenBy,
  };
}

describe('a proposal to associate a gateway', () => {
  it('is seen by both accounts, and creates the association when it is accepted', async () => {
    const { simulator, directConnectGatewayId, gatewayId, made, accept, stateSeenBy } =
      await startWithProposal();
    expect(made).toMatchObject({
      directConnectGatewayId,
      directConnectGatewayOwnerAccount: RECIPIENT,
      proposalState: 'requested',
      associatedGateway: { id: gatewayId, type: 'virtualPrivateGateway', ownerAccount: OWNER },
      existingAllowedPrefixesToDirectConnectGateway: [],
      requestedAllowedPrefixesToDirectConnectGateway: prefixes,
    });
    for (const account of [OWNER, RECIPIENT]) expect(await stateSeenBy(account)).toEqual(['requested']);
    expect(await stateSeenBy(UNRELATED_ACCOUNT)).toEqual([]);
    const { directConnectGatewayAssociation } = await accept();
    expect(directConnectGatewayAssociation).toMatchObject({ associationState: 'associating' });
    simulator.clock.advance('PT10S');
    const { directConnectGatewayAssociations } = await directConnect(simulator, OWNER).send(
      new DescribeDirectConnectGatewayAssociationsCommand({ directConnectGatewayId }),
    );
    expect(directConnectGatewayAssociations).toMatchObject([
      {
        associationState: 'associated',
        associatedGateway: { id: gatewayId },
        allowedPrefixesToDirectConnectGateway: prefixes,
      },
    ]);
    expect(await stateSeenBy(OWNER)).toEqual(['accepted']);
    await expect(accept()).rejects.toMatchObject(refusal('in state accepted'));
  });

  it('for associated gateways changes their prefixes, and the accepter’s prefixes take precedence', async () => {
    const { simulator, propose, accept } = await startWithProposal();
    await accept();
    const change = { addAllowedPrefixesToDirectConnectGateway: [{ cidr: '10.9.0.0/16' }] };
    const { directConnectGatewayAssociationProposal: second } = await propose(change);
    expect(second).toMatchObject({
      existingAllowedPrefixesToDirectConnectGateway: prefixes,
      requestedAllowedPrefixesToDirectConnectGateway: [...prefixes, { cidr: '10.9.0.0/16' }],
    });
    simulator.clock.advance('PT10S');
    const overrideAllowedPrefixesToDirectConnectGateway = [{ cidr: '10.7.0.0/16' }];
    const changed = await accept({
      proposalId: second?.proposalId,
      overrideAllowedPrefixesToDirectConnectGateway,
    });
    expect(changed.directConnectGatewayAssociation).toMatchObject({
      associationState: 'updating',
      allowedPrefixesToDirectConnectGateway: overrideAllowedPrefixesToDirectConnectGateway,
    });
  });

  it('is accepted by the account of the Direct Connect gateway only', async () => {
    const { simulator, accept } = await startWithProposal();
    for (const account of [OWNER, UNRELATED_ACCOUNT]) {
      await expect(accept({}, directConnect(simulator, account))).rejects.toMatchObject(
        refusal('is not found'),
      );
    }
    await expect(accept({ associatedGatewayOwnerAccount: RECIPIENT })).rejects.toMatchObject(
      refusal('is not found'),
    );
  });

  it('can be deleted by its account, and is then not accepted', async () => {
    const { simulator, proposer, proposalId, accept, stateSeenBy } = await startWithProposal();
    const deletion = new DeleteDirectConnectGatewayAssociationProposalCommand({ proposalId });
    await expect(directConnect(simulator, UNRELATED_ACCOUNT).send(deletion)).rejects.toMatchObject(
      refusal('is not found'),
    );
    await proposer.send(deletion);
    expect(await stateSeenBy(RECIPIENT)).toEqual(['deleted']);
    await expect(accept()).rejects.toMatchObject(refusal('in state deleted'));
  });

  it('is refused twice, for an unknown gateway, and for the gateway of a third account', async () => {
    const { simulator, proposalId, propose } = await startWithProposal();
    await expect(propose()).rejects.toMatchObject(refusal(proposalId));
    const foreign = await gateway(simulator, UNRELATED_ACCOUNT);
    await expect(propose({ gatewayId: foreign })).rejects.toMatchObject(refusal(foreign));
    await expect(propose({ directConnectGatewayOwnerAccount: OWNER })).rejects.toMatchObject(refusal(OWNER));
  });

  it('is the only way in which the other account changes the prefixes of the association', async () => {
    const { simulator, proposer, accept, propose } = await startWithProposal();
    const { directConnectGatewayAssociation: made } = await accept();
    simulator.clock.advance('PT1M');
    const update = new UpdateDirectConnectGatewayAssociationCommand({
      associationId: defined(made?.associationId),
      addAllowedPrefixesToDirectConnectGateway: [{ cidr: '10.1.0.0/16' }],
    });
    await expect(proposer.send(update)).rejects.toMatchObject(refusal(defined(made?.associationId)));
    await propose();
    const updated = await directConnect(simulator, RECIPIENT).send(update);
    expect(updated.directConnectGatewayAssociation).toMatchObject({ associationState: 'updating' });
  });

  it('that is accepted ends a state that was forced', async () => {
    const { simulator, accept, propose } = await startWithProposal();
    const { directConnectGatewayAssociation: made } = await accept();
    const associationId = defined(made?.associationId);
    const force = () =>
      adminRequest(simulator, 'POST', `associations/${associationId}`, { state: 'associated' });
    expect(await force()).toMatchObject({ status: 200 });
    const stateNow = async () => {
      const asked = new DescribeDirectConnectGatewayAssociationsCommand({ associationId });
      const answer = await directConnect(simulator, RECIPIENT).send(asked);
      return answer.directConnectGatewayAssociations?.[0]?.associationState;
    };
    const second = (await propose()).directConnectGatewayAssociationProposal;
    await accept({ proposalId: second?.proposalId });
    expect(await stateNow()).toBe('updating');
    simulator.clock.advance('PT1M');
    expect(await stateNow()).toBe('associated');
    await force();
    await directConnect(simulator, RECIPIENT).send(
      new UpdateDirectConnectGatewayAssociationCommand({ associationId }),
    );
    simulator.clock.advance('PT1M');
    expect(await stateNow()).toBe('associated');
  });

  it.each(['nonsense', '10.0.0.0', '10.0.0.0/33', '2001:db8::/129'])(
    'does not allow the prefix %s',
    async (cidr) => {
      const { propose, accept } = await startWithProposal();
      const addAllowedPrefixesToDirectConnectGateway = [...prefixes, { cidr }];
      await expect(propose({ addAllowedPrefixesToDirectConnectGateway })).rejects.toMatchObject(
        refusal(cidr),
      );
      const overrideAllowedPrefixesToDirectConnectGateway = [{ cidr }];
      const accepted = accept({ overrideAllowedPrefixesToDirectConnectGateway });
      await expect(accepted).rejects.toMatchObject(refusal(cidr));
    },
  );

  it('stays listed for three days after it was accepted or deleted', async () => {
    const { simulator, proposer, proposalId, accept, propose, stateSeenBy } = await startWithProposal();
    await accept();
    const { directConnectGatewayAssociationProposal: second } = await propose();
    const secondId = defined(second?.proposalId);
    await proposer.send(new DeleteDirectConnectGatewayAssociationProposalCommand({ proposalId: secondId }));
    await propose();
    const listed = async () => {
      const asked = new DescribeDirectConnectGatewayAssociationProposalsCommand({});
      const { directConnectGatewayAssociationProposals: all } = await proposer.send(asked);
      return all?.map(({ proposalState }) => proposalState);
    };
    simulator.clock.advance('P2DT23H59M59S');
    expect(await stateSeenBy(OWNER)).toEqual(['accepted']);
    expect(await listed()).toEqual(['accepted', 'deleted', 'requested']);
    simulator.clock.advance('PT1S');
    expect(await listed()).toEqual(['requested']);
    const deletion = new DeleteDirectConnectGatewayAssociationProposalCommand({ proposalId });
    await expect(proposer.send(deletion)).rejects.toMatchObject(refusal('is not found'));
    simulator.clock.advance('P365D');
    expect(await listed()).toEqual(['requested']);
  });
});
