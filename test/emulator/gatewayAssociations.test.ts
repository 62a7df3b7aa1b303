import {
  ConfirmPrivateVirtualInterfaceCommand,
  CreateDirectConnectGatewayAssociationCommand,
  CreateDirectConnectGatewayCommand,
  DeleteDirectConnectGatewayAssociationCommand,
  DeleteDirectConnectGatewayCommand,
  DeleteVirtualInterfaceCommand,
  DescribeDirectConnectGatewayAssociationsCommand,
  DescribeDirectConnectGatewaysCommand,
  UpdateDirectConnectGatewayAssociationCommand,
  UpdateDirectConnectGatewayCommand,
} from '@aws-sdk/client-direct-connect';
import { DeleteVpnGatewayCommand, DetachVpnGatewayCommand } from '@aws-sdk/client-ec2';
import { describe, expect, it } from 'vitest';
import { type Emulator, readScenario } from '../../emulator/emulator.ts';
import {
  defined,
  directConnect,
  ec2,
  gateway,
  offerInterface,
  RECIPIENT,
  startTestEmulator,
  UNRELATED_ACCOUNT,
} from './emulatorClients.ts';

const dialect = 'aws';

async function hub(simulator: Emulator): Promise<string> {
  const made = new CreateDirectConnectGatewayCommand({ directConnectGatewayName: 'hub' });
  const { directConnectGateway } = await directConnect(simulator, RECIPIENT).send(made);
  return defined(directConnectGateway?.directConnectGatewayId);
}

async function associations(simulator: Emulator, directConnectGatewayId: string, account = RECIPIENT) {
  const asked = new DescribeDirectConnectGatewayAssociationsCommand({ directConnectGatewayId });
  const { directConnectGatewayAssociations } = await directConnect(simulator, account).send(asked);
  return defined(directConnectGatewayAssociations);
}

const refusal = (message: string) => ({
  name: 'DirectConnectClientException',
  message: expect.stringContaining(message),
});

describe('the associations of a Direct Connect gateway', () => {
  it('can be created and deleted, and are visible in every region, to their account only', async () => {
    const simulator = await startTestEmulator({ dialect });
    const [directConnectGatewayId, gatewayId] = [await hub(simulator), await gateway(simulator)];
    expect(await associations(simulator, directConnectGatewayId)).toEqual([]);
    const client = directConnect(simulator, RECIPIENT);
    const made = await client.send(
      new CreateDirectConnectGatewayAssociationCommand({ directConnectGatewayId, gatewayId }),
    );
    expect(made.directConnectGatewayAssociation).toMatchObject({ associationState: 'associating' });
    simulator.clock.advance('PT9S');
    expect(await associations(simulator, directConnectGatewayId)).toMatchObject([
      { associationState: 'associating' },
    ]);
    simulator.clock.advance('PT1S');
    const associationId = defined(made.directConnectGatewayAssociation?.associationId);
    expect(await associations(simulator, directConnectGatewayId)).toMatchObject([
      {
        associationId,
        associationState: 'associated',
        directConnectGatewayId,
        directConnectGatewayOwnerAccount: RECIPIENT,
        associatedGateway: {
          id: gatewayId,
          type: 'virtualPrivateGateway',
          ownerAccount: RECIPIENT,
          region: 'eu-west-2',
        },
      },
    ]);
    const elsewhere = directConnect(simulator, RECIPIENT, { region: 'us-east-1' });
    for (const by of [
      { associationId },
      { associatedGatewayId: gatewayId },
      { virtualGatewayId: gatewayId },
    ]) {
      const asked = new DescribeDirectConnectGatewayAssociationsCommand(by);
      expect((await elsewhere.send(asked)).directConnectGatewayAssociations).toHaveLength(1);
    }
    expect(await associations(simulator, directConnectGatewayId, UNRELATED_ACCOUNT)).toEqual([]);

    const gone = await client.send(new DeleteDirectConnectGatewayAssociationCommand({ associationId }));
    expect(gone.directConnectGatewayAssociation).toMatchObject({ associationState: 'disassociating' });
    simulator.clock.advance('PT9S');
    expect(await associations(simulator, directConnectGatewayId)).toMatchObject([
      { associationState: 'disassociating' },
    ]);
    simulator.clock.advance('PT1S');
    expect(await associations(simulator, directConnectGatewayId)).toEqual([]);
  });

  it('keep their gateway from being deleted', async () => {
    const simulator = await startTestEmulator({ dialect });
    const [directConnectGatewayId, virtualGatewayId] = [await hub(simulator), await gateway(simulator)];
    const both = { directConnectGatewayId, virtualGatewayId };
    await directConnect(simulator, RECIPIENT).send(new CreateDirectConnectGatewayAssociationCommand(both));
    const client = ec2(simulator, RECIPIENT);
    await client.send(new DetachVpnGatewayCommand({ VpnGatewayId: virtualGatewayId, VpcId: 'vpc-1a2b3c4d' }));
    const deletion = new DeleteVpnGatewayCommand({ VpnGatewayId: virtualGatewayId });
    await expect(client.send(deletion)).rejects.toMatchObject({ name: 'IncorrectState' });
    await directConnect(simulator, RECIPIENT).send(new DeleteDirectConnectGatewayAssociationCommand(both));
    simulator.clock.advance('PT10S');
    await client.send(deletion);
  });

  it('keep their Direct Connect gateway, which can be renamed, from being deleted', async () => {
    const simulator = await startTestEmulator({ dialect });
    const [directConnectGatewayId, gatewayId] = [await hub(simulator), await gateway(simulator)];
    const client = directConnect(simulator, RECIPIENT);
    const ends = { directConnectGatewayId, gatewayId };
    await client.send(new CreateDirectConnectGatewayAssociationCommand(ends));
    const deletion = new DeleteDirectConnectGatewayCommand({ directConnectGatewayId });
    await expect(client.send(deletion)).rejects.toMatchObject(refusal(gatewayId));
    const newDirectConnectGatewayName = 'new';
    const { directConnectGateway } = await client.send(
      new UpdateDirectConnectGatewayCommand({ directConnectGatewayId, newDirectConnectGatewayName }),
    );
    expect(directConnectGateway).toMatchObject({ directConnectGatewayName: 'new' });
    await client.send(
      new DeleteDirectConnectGatewayAssociationCommand({
        directConnectGatewayId,
        virtualGatewayId: gatewayId,
      }),
    );
    await expect(client.send(deletion)).rejects.toMatchObject(refusal(gatewayId));
    simulator.clock.advance('PT10S');
    await client.send(deletion);
    const { directConnectGateways } = await client.send(new DescribeDirectConnectGatewaysCommand({}));
    expect(directConnectGateways).toEqual([]);
  });

  it('keep the Direct Connect gateway of an accepted interface from being deleted', async () => {
    const simulator = await startTestEmulator({ dialect });
    const directConnectGatewayId = await hub(simulator);
    const virtualInterfaceId = await offerInterface(simulator);
    const client = directConnect(simulator, RECIPIENT);
    await client.send(
      new ConfirmPrivateVirtualInterfaceCommand({ virtualInterfaceId, directConnectGatewayId }),
    );
    const deletion = new DeleteDirectConnectGatewayCommand({ directConnectGatewayId });
    await expect(client.send(deletion)).rejects.toMatchObject(refusal(virtualInterfaceId));
    await client.send(new DeleteVirtualInterfaceCommand({ virtualInterfaceId }));
    simulator.clock.advance('PT1M');
    await client.send(deletion);
  });

  it('are `updating` for the set time when their prefixes change', async () => {
    const simulator = await startTestEmulator({ dialect, associationTime: 'PT2M' });
    const [directConnectGatewayId, gatewayId] = [await hub(simulator), await gateway(simulator)];
    const client = directConnect(simulator, RECIPIENT);
    const prefixes = [{ cidr: '10.0.0.0/16' }, { cidr: '10.1.0.0/16' }];
    const { directConnectGatewayAssociation } = await client.send(
      new CreateDirectConnectGatewayAssociationCommand({
        directConnectGatewayId,
        gatewayId,
        addAllowedPrefixesToDirectConnectGateway: prefixes,
      }),
    );
    const update = new UpdateDirectConnectGatewayAssociationCommand({
      associationId: directConnectGatewayAssociation?.associationId,
      addAllowedPrefixesToDirectConnectGateway: [{ cidr: '10.2.0.0/16' }],
      removeAllowedPrefixesToDirectConnectGateway: [{ cidr: '10.0.0.0/16' }],
    });
    await expect(client.send(update)).rejects.toMatchObject(refusal('in state associating'));
    simulator.clock.advance('PT2M');
    await client.send(update);
    const allowedPrefixesToDirectConnectGateway = [{ cidr: '10.1.0.0/16' }, { cidr: '10.2.0.0/16' }];
    expect(await associations(simulator, directConnectGatewayId)).toMatchObject([
      { associationState: 'updating', allowedPrefixesToDirectConnectGateway },
    ]);
    simulator.clock.advance('PT2M');
    expect(await associations(simulator, directConnectGatewayId)).toMatchObject([
      { associationState: 'associated', allowedPrefixesToDirectConnectGateway },
    ]);
  });

  it('refuse resources that do not exist, and duplicates', async () => {
    const simulator = await startTestEmulator({ dialect });
    const client = directConnect(simulator, RECIPIENT);
    const [directConnectGatewayId, gatewayId] = [await hub(simulator), await gateway(simulator)];
    const nowhere = '00000000-0000-4000-8000-000000000000';
    const create = (input: { directConnectGatewayId: string; gatewayId?: string }) =>
      client.send(new CreateDirectConnectGatewayAssociationCommand(input));
    await expect(create({ directConnectGatewayId })).rejects.toMatchObject(refusal('must be given'));
    await expect(create({ directConnectGatewayId: nowhere, gatewayId })).rejects.toMatchObject(
      refusal(`${nowhere} does not exist`),
    );
    const foreign = await gateway(simulator, UNRELATED_ACCOUNT);
    await expect(create({ directConnectGatewayId, gatewayId: foreign })).rejects.toMatchObject(
      refusal(`${foreign} does not exist`),
    );
    await create({ directConnectGatewayId, gatewayId });
    await expect(create({ directConnectGatewayId, gatewayId })).rejects.toMatchObject(
      refusal('already associated'),
    );
    const deletion = new DeleteDirectConnectGatewayAssociationCommand({ associationId: nowhere });
    await expect(client.send(deletion)).rejects.toMatchObject(refusal('does not exist'));
    const nothing = new DescribeDirectConnectGatewayAssociationsCommand({});
    await expect(client.send(nothing)).rejects.toMatchObject(refusal('must be given'));
  });

  it('do not exist on outscale', async () => {
    const simulator = await startTestEmulator({ dialect: 'outscale' });
    await expect(associations(simulator, 'any')).rejects.toMatchObject({ name: 'UnknownOperationException' });
  });

  it.each([
    [{}, ['vgw-11111111']],
    [{ associated: false }, []],
    [{ account: UNRELATED_ACCOUNT }, []],
  ])('in a scenario, a gateway with %j is associated with %j', async (given, expected) => {
    const id = '11111111-2222-4333-8444-555555555555';
    const scenario = readScenario({
      region: 'eu-west-2',
      gateways: ['vgw-11111111', 'vgw-22222222'].map((vgw) => ({ account: RECIPIENT, id: vgw })),
      directConnectGateways: [{ account: RECIPIENT, id, name: 'hub', ...given }],
    });
    const found = await associations(await startTestEmulator({ dialect, scenario }), id);
    expect(found.map(({ virtualGatewayId }) => virtualGatewayId)).toEqual(expected);
  });
});
