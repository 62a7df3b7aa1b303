import { describe, expect, it } from 'vitest';
import { OWNER, RECIPIENT } from '../emulator/emulatorClients.ts';
import { type Answer, BOTO3, type Boto3Account, installBoto3 } from './boto3.ts';
import {
  allocation,
  CLIENT_ERROR,
  idOf,
  interfacesOf,
  prepareStory,
  refusedFor,
  statesOf,
} from './boto3Story.ts';

const client = await installBoto3();

const arn = (account: string, resource: string): string =>
  `arn:aws:directconnect:eu-west-2:${account}:${resource}`;

/** The calls of an account to Direct Connect, without naming the service each time. */
const calls = (account: Boto3Account) => ({
  call: (operation: string, parameters?: Answer) => account.call('directconnect', operation, parameters),
  refusal: (operation: string, parameters?: Answer) =>
    account.refusal('directconnect', operation, parameters),
});

describe.skipIf(client.folder === null)(`boto3 ${BOTO3}, with what AWS alone has${client.skipped}`, () => {
  const story = prepareStory(client, 'aws');
  const owner = () => calls(story().owner);
  const recipient = () => calls(story().recipient);
  const unrelated = () => calls(story().unrelated);

  const createHub = async (): Promise<string> => {
    const asked = { directConnectGatewayName: 'hub', amazonSideAsn: 64513 };
    const { directConnectGateway } = await recipient().call('CreateDirectConnectGateway', asked);
    return idOf(directConnectGateway, 'directConnectGatewayId');
  };

  it('tags connections and interfaces when it creates them and later', async () => {
    const connectionId = await story().connect({ tags: [{ key: 'team', value: 'net' }] });
    const id = await story().allocate(connectionId, { tags: [{ key: 'ticket', value: '1' }] });
    const [connection, ownersArn] = [arn(OWNER, `dxcon/${connectionId}`), arn(OWNER, `dxvif/${id}`)];
    const tags = async (resourceArn: string) =>
      (await owner().call('DescribeTags', { resourceArns: [resourceArn] })).resourceTags;
    expect(await tags(connection)).toEqual([
      { resourceArn: connection, tags: [{ key: 'team', value: 'net' }] },
    ]);
    const added = [
      { key: 'team', value: 'edge' },
      { key: 'cost', value: '7' },
    ];
    await owner().call('TagResource', { resourceArn: connection, tags: added });
    expect(await tags(connection)).toMatchObject([{ tags: expect.arrayContaining(added) }]);
    expect(await owner().call('DescribeConnections')).toMatchObject({
      connections: [{ tags: expect.arrayContaining(added) }],
    });
    await owner().call('UntagResource', { resourceArn: connection, tagKeys: ['team', 'absent'] });
    expect(await tags(connection)).toMatchObject([{ tags: [{ key: 'cost', value: '7' }] }]);
    await owner().call('UntagResource', { resourceArn: ownersArn, tagKeys: ['ticket'] });
    expect(await interfacesOf(story().owner)).toEqual([
      expect.not.objectContaining({ tags: expect.anything() }),
    ]);
  });

  it('is refused tags that are too many, that have a key twice, and of what it does not own', async () => {
    const resourceArn = arn(OWNER, `dxcon/${await story().connect()}`);
    const many = Array.from({ length: 51 }, (_, i) => ({ key: `key-${i}`, value: '' }));
    const twice = [{ key: 'a' }, { key: 'a' }];
    expect(await owner().refusal('TagResource', { resourceArn, tags: many })).toMatchObject({
      code: 'TooManyTagsException',
    });
    expect(await owner().refusal('TagResource', { resourceArn, tags: twice })).toMatchObject({
      code: 'DuplicateTagKeysException',
    });
    for (const [operation, more] of [
      ['TagResource', { resourceArn, tags: [{ key: 'a' }] }],
      ['UntagResource', { resourceArn, tagKeys: ['a'] }],
      ['DescribeTags', { resourceArns: [resourceArn] }],
    ] as const)
      expect(await unrelated().refusal(operation, more)).toMatchObject(refusedFor(resourceArn));
  });

  it('assigns addresses and a key to a request without any', async () => {
    const without = { authKey: '', amazonAddress: '', customerAddress: '' };
    const asked = Object.fromEntries(Object.entries(allocation(await story().connect())[2]));
    const wanted = asked.newPrivateVirtualInterfaceAllocation;
    if (typeof wanted !== 'object' || wanted === null) throw new Error('no allocation');
    const few = Object.fromEntries(Object.entries(wanted).filter(([name]) => !(name in without)));
    const answer = await owner().call('AllocatePrivateVirtualInterface', {
      ...asked,
      newPrivateVirtualInterfaceAllocation: few,
    });
    expect(answer).toMatchObject({
      amazonAddress: expect.stringMatching(/^169\.254\.\d+\.\d+\/30$/),
      customerAddress: expect.stringMatching(/^169\.254\.\d+\.\d+\/30$/),
      authKey: expect.stringMatching(/^.{6,80}$/),
    });
  });

  it('changes the name and the MTU of an interface, as either of its accounts', async () => {
    const virtualInterfaceId = await story().allocate(await story().connect());
    const update = 'UpdateVirtualInterfaceAttributes';
    await owner().call(update, { virtualInterfaceId, mtu: 8500 });
    await recipient().call(update, { virtualInterfaceId, virtualInterfaceName: 'core' });
    expect(await interfacesOf(story().owner)).toMatchObject([{ mtu: 8500, virtualInterfaceName: 'core' }]);
    expect(await owner().refusal(update, { virtualInterfaceId, mtu: 1501 })).toMatchObject(
      refusedFor('1501'),
    );
    expect(await unrelated().refusal(update, { virtualInterfaceId, mtu: 1500 })).toMatchObject(
      refusedFor(virtualInterfaceId),
    );
  });

  it('reads listings page by page', async () => {
    const connectionId = await story().connect();
    const ids = await Promise.all(
      [11, 12, 13].map((vlan) =>
        story().allocate(connectionId, {
          vlan,
          amazonAddress: `169.254.${vlan}.1/30`,
          customerAddress: `169.254.${vlan}.2/30`,
        }),
      ),
    );
    const describe = 'DescribeVirtualInterfaces';
    const first = await recipient().call(describe, { maxResults: 2 });
    const second = await recipient().call(describe, { maxResults: 2, nextToken: first.nextToken });
    const found = [first, second].flatMap(({ virtualInterfaces }) =>
      Array.isArray(virtualInterfaces) ? virtualInterfaces.map((vif) => idOf(vif, 'virtualInterfaceId')) : [],
    );
    expect(found).toEqual(ids);
    expect(second.nextToken).toBeUndefined();
    expect(await recipient().refusal(describe, { nextToken: 'other' })).toMatchObject(CLIENT_ERROR);
  });

  it('associates a Direct Connect gateway with a virtual private gateway, changes it, and removes both', async () => {
    const [directConnectGatewayId, vgw] = [await createHub(), await story().gateway()];
    const create = 'CreateDirectConnectGatewayAssociation';
    const prefixes = [{ cidr: '10.0.0.0/16' }];
    const asked = { directConnectGatewayId, gatewayId: vgw };
    const { directConnectGatewayAssociation: made } = await recipient().call(create, {
      ...asked,
      addAllowedPrefixesToDirectConnectGateway: prefixes,
    });
    const associationId = idOf(made, 'associationId');
    const shown = async () =>
      (await recipient().call('DescribeDirectConnectGatewayAssociations', { directConnectGatewayId }))
        .directConnectGatewayAssociations;
    expect(await shown()).toMatchObject([{ associationId, associationState: 'associating' }]);
    story().emulator.clock.advance('PT1M');
    expect(await shown()).toMatchObject([
      { associationState: 'associated', allowedPrefixesToDirectConnectGateway: prefixes },
    ]);
    expect(await recipient().refusal(create, asked)).toMatchObject(refusedFor(vgw));
    expect(await unrelated().refusal(create, asked)).toMatchObject(refusedFor(directConnectGatewayId));

    await recipient().call('UpdateDirectConnectGatewayAssociation', {
      associationId,
      addAllowedPrefixesToDirectConnectGateway: [{ cidr: '10.1.0.0/16' }],
      removeAllowedPrefixesToDirectConnectGateway: prefixes,
    });
    expect(await shown()).toMatchObject([{ associationState: 'updating' }]);
    story().emulator.clock.advance('PT1M');
    expect(await shown()).toMatchObject([
      { associationState: 'associated', allowedPrefixesToDirectConnectGateway: [{ cidr: '10.1.0.0/16' }] },
    ]);

    const remove = ['DeleteDirectConnectGateway', { directConnectGatewayId }] as const;
    expect(await recipient().refusal(...remove)).toMatchObject(refusedFor(directConnectGatewayId));
    await recipient().call('DeleteDirectConnectGatewayAssociation', { associationId });
    expect(await shown()).toMatchObject([{ associationState: 'disassociating' }]);
    story().emulator.clock.advance('PT1M');
    expect(await shown()).toEqual([]);
    expect(await unrelated().refusal(...remove)).toMatchObject(refusedFor(directConnectGatewayId));
    await recipient().call(...remove);
    story().emulator.clock.advance('PT1H');
    expect(await recipient().call('DescribeDirectConnectGateways')).toMatchObject({
      directConnectGateways: [],
    });
  });

  it('accepts a transit interface on a Direct Connect gateway that serves no private ones', async () => {
    const [connectionId, directConnectGatewayId] = [await story().connect(), await createHub()];
    const { virtualInterface } = await owner().call('AllocateTransitVirtualInterface', {
      connectionId,
      ownerAccount: RECIPIENT,
      newTransitVirtualInterfaceAllocation: { virtualInterfaceName: 't', vlan: 7, asn: 65010, mtu: 8500 },
    });
    const virtualInterfaceId = idOf(virtualInterface, 'virtualInterfaceId');
    const confirm = 'ConfirmTransitVirtualInterface';
    const asked = { virtualInterfaceId, directConnectGatewayId };
    const unknown = '11111111-2222-4333-8444-555555555555';
    expect(await recipient().refusal(confirm, { ...asked, directConnectGatewayId: unknown })).toMatchObject(
      refusedFor(unknown),
    );
    expect(await owner().refusal(confirm, asked)).toMatchObject(refusedFor(virtualInterfaceId));
    expect(await recipient().call(confirm, asked)).toEqual({ virtualInterfaceState: 'pending' });
    const attachment = {
      directConnectGatewayId,
      virtualInterfaceId,
      virtualInterfaceOwnerAccount: RECIPIENT,
    };
    for (const state of ['attaching', 'attached']) {
      expect(
        await recipient().call('DescribeDirectConnectGatewayAttachments', { directConnectGatewayId }),
      ).toMatchObject({
        directConnectGatewayAttachments: [
          { ...attachment, attachmentState: state, attachmentType: 'TransitVirtualInterface' },
        ],
      });
      story().emulator.clock.advance('PT1M');
    }
    expect(await interfacesOf(story().owner)).toMatchObject([
      { virtualInterfaceState: 'available', directConnectGatewayId, virtualInterfaceType: 'transit' },
    ]);
    expect(await recipient().refusal('DeleteDirectConnectGateway', { directConnectGatewayId })).toMatchObject(
      refusedFor(directConnectGatewayId),
    );
    expect(
      await recipient().refusal('CreatePrivateVirtualInterface', {
        connectionId: idOf(
          await recipient().call('CreateConnection', {
            ...{ location: 'PAR1', bandwidth: '1Gbps', connectionName: 'own' },
          }),
          'connectionId',
        ),
        newPrivateVirtualInterface: {
          virtualInterfaceName: 'p',
          vlan: 8,
          asn: 65010,
          directConnectGatewayId,
        },
      }),
    ).toMatchObject(refusedFor(directConnectGatewayId));
  });

  it('accepts a public interface, which is verified first', async () => {
    const answer = await owner().call('AllocatePublicVirtualInterface', {
      connectionId: await story().connect(),
      ownerAccount: RECIPIENT,
      newPublicVirtualInterfaceAllocation: {
        ...{ virtualInterfaceName: 'edge', vlan: 9, asn: 65010 },
        ...{ amazonAddress: '203.0.113.1/30', customerAddress: '203.0.113.2/30', addressFamily: 'ipv4' },
        routeFilterPrefixes: [{ cidr: '192.0.2.0/24' }],
      },
    });
    const asked = { virtualInterfaceId: idOf(answer, 'virtualInterfaceId') };
    expect(await recipient().call('ConfirmPublicVirtualInterface', asked)).toEqual({
      virtualInterfaceState: 'verifying',
    });
    story().emulator.clock.advance('PT2M');
    expect(await statesOf(story().recipient)).toEqual(['available']);
  });

  it('bundles connections into a LAG, which carries their interfaces, and takes it apart', async () => {
    const connectionId = await story().connect();
    const virtualInterfaceId = await story().allocate(connectionId);
    const bundle = { location: 'PAR1', connectionsBandwidth: '1Gbps', lagName: 'pair' };
    const made = await owner().call('CreateLag', { ...bundle, connectionId, numberOfConnections: 2 });
    const lagId = idOf(made, 'lagId');
    expect(await interfacesOf(story().owner, { virtualInterfaceId })).toMatchObject([
      { connectionId: lagId },
    ]);
    await owner().call('UpdateLag', { lagId, lagName: 'trunk', minimumLinks: 1 });
    expect(await owner().call('DescribeLags', { lagId })).toMatchObject({
      lags: [{ lagName: 'trunk', minimumLinks: 1, numberOfConnections: 2 }],
    });
    expect(await owner().refusal('UpdateLag', { lagId, minimumLinks: 3 })).toMatchObject(refusedFor('3'));
    expect(await unrelated().refusal('DescribeLags', { lagId })).toMatchObject(refusedFor(lagId));
    expect(await owner().refusal('DeleteLag', { lagId })).toMatchObject(refusedFor(virtualInterfaceId));
    await owner().call('DeleteVirtualInterface', { virtualInterfaceId });
    await owner().call('UpdateLag', { lagId, minimumLinks: 0 });
    await owner().call('DisassociateConnectionFromLag', { connectionId, lagId });
    await owner().call('AssociateConnectionWithLag', { connectionId, lagId });
    await owner().call('DisassociateConnectionFromLag', { connectionId, lagId });
    await owner().call('DeleteLag', { lagId });
    expect(await owner().call('DescribeConnections', { connectionId })).toMatchObject({
      connections: [expect.not.objectContaining({ lagId })],
    });
  });

  it('orders a hosted connection for another account, which confirms one and declines one', async () => {
    const connectionId = await story().connect({ bandwidth: '10Gbps' });
    const order = async (vlan: number): Promise<string> => {
      const asked = { ownerAccount: RECIPIENT, bandwidth: '500Mbps', connectionName: `hosted-${vlan}`, vlan };
      return idOf(await owner().call('AllocateHostedConnection', { connectionId, ...asked }), 'connectionId');
    };
    const [kept, declined] = [await order(200), await order(201)];
    expect(await owner().call('DescribeHostedConnections', { connectionId })).toMatchObject({
      connections: [
        { connectionId: kept, connectionState: 'ordering', ownerAccount: RECIPIENT, vlan: 200 },
        { connectionId: declined, connectionState: 'ordering' },
      ],
    });
    const twice = { ownerAccount: RECIPIENT, bandwidth: '500Mbps', connectionName: 'b', vlan: 200 };
    expect(await owner().refusal('AllocateHostedConnection', { connectionId, ...twice })).toMatchObject(
      refusedFor('200'),
    );
    expect(await unrelated().refusal('ConfirmConnection', { connectionId: kept })).toMatchObject(
      refusedFor(kept),
    );
    await recipient().call('ConfirmConnection', { connectionId: kept });
    story().emulator.clock.advance('P7D');
    expect(await recipient().call('DescribeConnections', { connectionId: kept })).toMatchObject({
      connections: [{ connectionState: 'available', bandwidth: '500Mbps' }],
    });
    expect(await recipient().refusal('ConfirmConnection', { connectionId: kept })).toMatchObject(
      refusedFor(kept),
    );
    await recipient().call('DeleteConnection', { connectionId: declined });
    expect(await recipient().call('DescribeConnections', { connectionId: declined })).toMatchObject({
      connections: [{ connectionState: 'rejected' }],
    });
  });

  it('proposes an association to the account of a Direct Connect gateway, which accepts it', async () => {
    const directConnectGatewayId = await createHub();
    const { VpnGateway } = await story().owner.call('ec2', 'CreateVpnGateway', { Type: 'ipsec.1' });
    const gatewayId = idOf(VpnGateway, 'VpnGatewayId');
    await story().owner.call('ec2', 'AttachVpnGateway', { VpnGatewayId: gatewayId, VpcId: 'vpc-5e6f7a8b' });
    const proposal = {
      directConnectGatewayId,
      directConnectGatewayOwnerAccount: RECIPIENT,
      gatewayId,
      addAllowedPrefixesToDirectConnectGateway: [{ cidr: '10.9.0.0/16' }],
    };
    const { directConnectGatewayAssociationProposal: made } = await owner().call(
      'CreateDirectConnectGatewayAssociationProposal',
      proposal,
    );
    const proposalId = idOf(made, 'proposalId');
    for (const party of [owner(), recipient()]) {
      expect(
        await party.call('DescribeDirectConnectGatewayAssociationProposals', { proposalId }),
      ).toMatchObject({
        directConnectGatewayAssociationProposals: [{ proposalId, proposalState: 'requested' }],
      });
    }
    const accept = 'AcceptDirectConnectGatewayAssociationProposal';
    const asked = { directConnectGatewayId, proposalId, associatedGatewayOwnerAccount: OWNER };
    expect(await unrelated().refusal(accept, asked)).toMatchObject(CLIENT_ERROR);
    expect(await recipient().call(accept, asked)).toMatchObject({
      directConnectGatewayAssociation: {
        associationState: 'associating',
        associatedGateway: { id: gatewayId, ownerAccount: OWNER },
      },
    });
    expect(await recipient().refusal(accept, asked)).toMatchObject(refusedFor(proposalId));
  });

  it('adds a BGP peer to an interface, and removes it', async () => {
    const virtualInterfaceId = await story().allocate(await story().connect());
    const newBGPPeer = { asn: 65020, addressFamily: 'ipv6' };
    await recipient().call('CreateBGPPeer', { virtualInterfaceId, newBGPPeer });
    const [{ bgpPeers = [] } = {}] = (await interfacesOf(story().owner)) as readonly {
      readonly bgpPeers?: readonly unknown[];
    }[];
    expect(bgpPeers).toMatchObject([{ addressFamily: 'ipv4' }, { addressFamily: 'ipv6', asn: 65020 }]);
    const bgpPeerId = idOf(bgpPeers[1], 'bgpPeerId');
    await recipient().call('DeleteBGPPeer', { virtualInterfaceId, bgpPeerId });
    expect(await recipient().refusal('DeleteBGPPeer', { virtualInterfaceId, bgpPeerId })).toMatchObject(
      refusedFor(virtualInterfaceId),
    );
  });

  it('lists the routes of an interface', async () => {
    const virtualInterfaceId = await story().allocate(await story().connect());
    expect(await recipient().call('ListVirtualInterfaceRoutes', { virtualInterfaceId })).toMatchObject({
      virtualInterfaceId,
      routes: [],
    });
    expect(await unrelated().refusal('ListVirtualInterfaceRoutes', { virtualInterfaceId })).toMatchObject(
      refusedFor(virtualInterfaceId),
    );
  });
});
