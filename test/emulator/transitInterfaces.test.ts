import {
  ConfirmPrivateVirtualInterfaceCommand,
  ConfirmTransitVirtualInterfaceCommand,
  CreateDirectConnectGatewayAssociationCommand,
  DescribeDirectConnectGatewayAssociationsCommand,
  DescribeDirectConnectGatewaysCommand,
} from '@aws-sdk/client-direct-connect';
import { describe, expect, it } from 'vitest';
import {
  createInProcessEmulator,
  type Emulator,
  readScenario,
  ScenarioRefused,
} from '../../emulator/emulator.ts';
import {
  adminRequest,
  defined,
  directConnect,
  listInterfaces,
  OWNER,
  RECIPIENT,
  startTestEmulator,
  UNRELATED_ACCOUNT,
} from './emulatorClients.ts';

/** The Direct Connect gateways of the scenario. */
const HUBS = {
  /** without associations */
  free: '11111111-2222-4333-8444-555555555555',
  private: '22222222-3333-4444-8555-666666666666',
  transit: '33333333-4444-4555-8666-777777777777',
  /** of another account, which shares it */
  foreign: '44444444-5555-4666-8777-888888888888',
  /** of another account, which does not share it */
  hidden: '55555555-6666-4777-8888-999999999999',
};
const [VGW, TGW] = ['vgw-11111111', 'tgw-1a2b3c4d5e6f7a8b9'];

const hub = (name: keyof typeof HUBS, given: object = {}) => ({
  account: RECIPIENT,
  id: HUBS[name],
  name,
  ...given,
});

const offer = (type: 'private' | 'transit', vlan: number) => ({
  connection: 'acme',
  to: RECIPIENT,
  name: `${type}-${vlan}`,
  type,
  vlan,
  asn: 65010,
});

const SCENARIO = {
  region: 'eu-west-2',
  options: { dialect: 'aws' },
  gateways: [{ account: RECIPIENT, id: VGW, vpc: 'vpc-1a2b3c4d' }],
  transitGateways: [{ account: RECIPIENT, id: TGW }],
  directConnectGateways: [
    hub('free', { associated: false }),
    hub('private'),
    hub('transit'),
    hub('foreign', { account: UNRELATED_ACCOUNT, sharedWith: [RECIPIENT] }),
    hub('hidden', { account: UNRELATED_ACCOUNT }),
  ],
  associations: [{ gateway: 'transit', with: TGW }],
  connections: [{ account: OWNER, id: 'dxcon-1a2b3c4d', name: 'acme', location: 'PAR1' }],
  allocations: [offer('private', 101), offer('transit', 201), offer('transit', 202)],
};

/** An emulator with one private request and two transit requests. */
async function startWithRequests() {
  const simulator = await startTestEmulator({ scenario: readScenario(SCENARIO) });
  const ids = (await listInterfaces(simulator)).map(({ virtualInterfaceId }) => defined(virtualInterfaceId));
  const [privateId = '', transitId = '', otherTransitId = ''] = ids;
  return { simulator, privateId, transitId, otherTransitId };
}

function confirmPrivate(simulator: Emulator, virtualInterfaceId: string, directConnectGatewayId: string) {
  const input = { virtualInterfaceId, directConnectGatewayId };
  return directConnect(simulator, RECIPIENT).send(new ConfirmPrivateVirtualInterfaceCommand(input));
}

function confirmTransit(simulator: Emulator, virtualInterfaceId: string, directConnectGatewayId: string) {
  const input = { virtualInterfaceId, directConnectGatewayId };
  return directConnect(simulator, RECIPIENT).send(new ConfirmTransitVirtualInterfaceCommand(input));
}

const refusal = (message: string) => ({
  name: 'DirectConnectClientException',
  message: expect.stringContaining(message),
});

describe('the confirm of a transit interface', () => {
  it('attaches it to a Direct Connect gateway of a transit gateway, or of none yet', async () => {
    const { simulator, transitId, otherTransitId } = await startWithRequests();
    const answer = await confirmTransit(simulator, transitId, HUBS.transit);
    expect(answer.virtualInterfaceState).toBe('pending');
    await confirmTransit(simulator, otherTransitId, HUBS.free);
    await adminRequest(simulator, 'POST', 'clock', { advance: 'PT1H' });
    expect(await listInterfaces(simulator)).toMatchObject([
      { virtualInterfaceState: 'confirming' },
      { virtualInterfaceState: 'available', directConnectGatewayId: HUBS.transit, virtualGatewayId: '' },
      { virtualInterfaceState: 'available', directConnectGatewayId: HUBS.free, virtualGatewayId: '' },
    ]);
  });

  it('refuses a gateway that is no Direct Connect gateway of the caller, or serves private interfaces', async () => {
    const { simulator, transitId } = await startWithRequests();
    const refusals = {
      [VGW]: 'does not exist',
      [TGW]: 'does not exist',
      [HUBS.foreign]: 'does not exist',
      [HUBS.hidden]: 'does not exist',
      [HUBS.private]: 'serves private',
    };
    for (const [gateway, message] of Object.entries(refusals))
      await expect(confirmTransit(simulator, transitId, gateway)).rejects.toMatchObject(refusal(message));
    await adminRequest(simulator, 'POST', `gateways/${HUBS.free}`, { state: 'deleting' });
    await expect(confirmTransit(simulator, transitId, HUBS.free)).rejects.toMatchObject(refusal('deleting'));
  });

  it('and that of a private one refuse an interface of the other type', async () => {
    const { simulator, privateId, transitId } = await startWithRequests();
    await expect(confirmTransit(simulator, privateId, HUBS.free)).rejects.toMatchObject(refusal('private'));
    await expect(confirmPrivate(simulator, transitId, HUBS.free)).rejects.toMatchObject(refusal('transit'));
  });

  it('makes its gateway refuse private interfaces and virtual private gateways', async () => {
    const { simulator, privateId, transitId } = await startWithRequests();
    await confirmTransit(simulator, transitId, HUBS.free);
    const refused = refusal('serves');
    await expect(confirmPrivate(simulator, privateId, HUBS.free)).rejects.toMatchObject(refused);
    await expect(confirmPrivate(simulator, privateId, HUBS.transit)).rejects.toMatchObject(refused);
    const input = { directConnectGatewayId: HUBS.free, gatewayId: VGW };
    const association = new CreateDirectConnectGatewayAssociationCommand(input);
    // The virtual private gateway of the scenario has an association already.
    await expect(directConnect(simulator, RECIPIENT).send(association)).rejects.toMatchObject(
      refusal('already associated'),
    );
  });

  it('does not exist on outscale', async () => {
    const simulator = await startTestEmulator({ dialect: 'outscale' });
    await expect(confirmTransit(simulator, 'dxvif-1a2b3c4d', HUBS.free)).rejects.toMatchObject({
      name: 'UnknownOperationException',
    });
  });
});

describe('a transit gateway', () => {
  it('can be associated with several Direct Connect gateways, none of which serves private interfaces', async () => {
    const { simulator } = await startWithRequests();
    const client = directConnect(simulator, RECIPIENT);
    const associate = (directConnectGatewayId: string) =>
      client.send(
        new CreateDirectConnectGatewayAssociationCommand({ directConnectGatewayId, gatewayId: TGW }),
      );
    await expect(associate(HUBS.transit)).rejects.toMatchObject(refusal('already associated'));
    await expect(associate(HUBS.private)).rejects.toMatchObject(refusal('another type'));
    await associate(HUBS.free);
    const { directConnectGatewayAssociations } = await client.send(
      new DescribeDirectConnectGatewayAssociationsCommand({ associatedGatewayId: TGW }),
    );
    expect(directConnectGatewayAssociations).toMatchObject([
      {
        directConnectGatewayId: HUBS.transit,
        associationState: 'associated',
        associatedGateway: { id: TGW, type: 'transitGateway', ownerAccount: RECIPIENT, region: 'eu-west-2' },
      },
      { directConnectGatewayId: HUBS.free, associatedGateway: { type: 'transitGateway' } },
    ]);
    expect(directConnectGatewayAssociations?.[0]).not.toHaveProperty('virtualGatewayId');
  });
});

describe('a Direct Connect gateway of another account', () => {
  it('is shown only to accounts that it is shared with', async () => {
    const { simulator } = await startWithRequests();
    const shown = async (account: string) => {
      const client = directConnect(simulator, account);
      const { directConnectGateways } = await client.send(new DescribeDirectConnectGatewaysCommand({}));
      return directConnectGateways?.map(({ directConnectGatewayId: id, ownerAccount }) => [id, ownerAccount]);
    };
    expect(await shown(RECIPIENT)).toContainEqual([HUBS.foreign, UNRELATED_ACCOUNT]);
    expect((await shown(RECIPIENT))?.map(([id]) => id)).not.toContain(HUBS.hidden);
    expect(await shown(OWNER)).toEqual([]);
  });
});

describe('the associations of a scenario', () => {
  it('have the given state, and no other association is added to their gateway', async () => {
    const associations = [{ gateway: HUBS.free, with: TGW, state: 'associating' }];
    const directConnectGateways = [hub('free')];
    const scenario = readScenario({ ...SCENARIO, directConnectGateways, associations });
    const simulator = await startTestEmulator({ scenario });
    const asked = new DescribeDirectConnectGatewayAssociationsCommand({ directConnectGatewayId: HUBS.free });
    const { directConnectGatewayAssociations } = await directConnect(simulator, RECIPIENT).send(asked);
    expect(directConnectGatewayAssociations).toMatchObject([
      { associationState: 'associating', associatedGateway: { id: TGW } },
    ]);
  });

  it.each([
    [{ gateway: 'other', with: TGW }, '`associations[0].gateway` does not fit'],
    [{ gateway: 'free', with: 'tgw-00000000000000000' }, '`associations[0].with` does not fit'],
    [{ gateway: 'private', with: TGW }, '`associations[0].with` does not fit'],
  ])('are refused if their ends do not fit together: %j', (association, message) => {
    const directConnectGateways = [hub('free', { associated: false }), hub('private', { associated: true })];
    const scenario = readScenario({ ...SCENARIO, directConnectGateways, associations: [association] });
    expect(() => createInProcessEmulator({}, scenario)).toThrow(ScenarioRefused);
    expect(() => createInProcessEmulator({}, scenario)).toThrow(message);
  });
});
