import { IDS, onBothProviders, SECOND_PAGE, type Variants } from './callVariant.ts';

const { account, connection, other, lag, member, request, hub, spareHub, association } = IDS;
const { gateway, spare, ordered, hosted, publicRequest, proposal } = IDS;
const client = 'DirectConnectClientException';
const tags = [{ key: 'team/@', value: 'Zoë + Söhne: 1=1' }, { key: '署名' }];
const arn = (resource: string) => `arn:aws:directconnect:eu-west-2:${account}:${resource}`;
const connectionArn = arn(`dxcon/${connection}`);

/** Calls of Direct Connect about tags, and about resources that exist already. */
export const RESOURCE_CALLS: Variants = {
  DescribeTags: [
    { says: 'of a connection', input: { resourceArns: [connectionArn] } },
    {
      says: 'of each kind of resource',
      input: {
        resourceArns: [
          arn(`dxlag/${lag}`),
          arn(`dxvif/${request}`),
          `arn:aws:directconnect::${account}:dx-gateway/${hub}`,
        ],
      },
    },
    { says: 'of nothing that exists', input: { resourceArns: ['dxcon'] }, refused: onBothProviders(client) },
  ],
  TagResource: [
    { says: 'with two', input: { resourceArn: connectionArn, tags } },
    {
      says: 'with one twice',
      input: { resourceArn: connectionArn, tags: [{ key: 'a' }, { key: 'a', value: 'b' }] },
      refused: onBothProviders('DuplicateTagKeysException'),
    },
  ],
  UntagResource: [{ says: 'two', input: { resourceArn: connectionArn, tagKeys: ['team/@', '署名'] } }],
  DescribeLocations: [{ says: 'all', input: {} }],
  DeleteConnection: [
    { says: 'one', input: { connectionId: other } },
    { says: 'one in use', input: { connectionId: connection }, refused: onBothProviders(client) },
    {
      says: 'one that is not there',
      input: { connectionId: 'dxcon-00000000' },
      refused: onBothProviders(client),
    },
  ],
  UpdateConnection: [
    {
      says: 'its name',
      input: { connectionId: connection, connectionName: 'é', encryptionMode: 'no_encrypt' },
    },
    {
      says: 'its encryption, which is not emulated',
      input: { connectionId: connection, encryptionMode: 'must_encrypt' },
      refused: onBothProviders(client),
    },
  ],
  UpdateLag: [
    {
      says: 'all of it',
      input: { lagId: lag, lagName: 'é', minimumLinks: 1, encryptionMode: 'no_encrypt' },
    },
    {
      says: 'more links than it has',
      input: { lagId: lag, minimumLinks: 2 },
      refused: onBothProviders(client),
    },
  ],
  DeleteLag: [
    { says: 'one', input: { lagId: lag } },
    { says: 'one that is not there', input: { lagId: member }, refused: onBothProviders(client) },
  ],
  UpdateDirectConnectGateway: [
    {
      says: 'its name',
      input: { directConnectGatewayId: hub, newDirectConnectGatewayName: 'é' },
    },
  ],
  DeleteDirectConnectGateway: [
    { says: 'one', input: { directConnectGatewayId: spareHub } },
    { says: 'one in use', input: { directConnectGatewayId: hub }, refused: onBothProviders(client) },
  ],
  DescribeDirectConnectGatewayAttachments: [
    { says: 'of a Direct Connect gateway', input: { directConnectGatewayId: hub } },
    { says: 'of an interface', input: { virtualInterfaceId: request } },
    {
      says: 'the second page',
      input: { directConnectGatewayId: hub, maxResults: 1, nextToken: SECOND_PAGE },
    },
    { says: 'of nothing', input: {}, refused: onBothProviders(client) },
  ],
  CreateDirectConnectGatewayAssociationProposal: [
    {
      says: 'with all that is optional',
      input: {
        directConnectGatewayId: spareHub,
        directConnectGatewayOwnerAccount: account,
        gatewayId: spare,
        addAllowedPrefixesToDirectConnectGateway: [{ cidr: '10.0.0.0/8' }],
        removeAllowedPrefixesToDirectConnectGateway: [{ cidr: '192.0.2.0/24' }],
      },
    },
    {
      says: 'of another account',
      input: {
        directConnectGatewayId: hub,
        directConnectGatewayOwnerAccount: '999999999999',
        gatewayId: spare,
      },
      refused: onBothProviders(client),
    },
  ],
  AcceptDirectConnectGatewayAssociationProposal: [
    {
      says: 'with other prefixes',
      input: {
        directConnectGatewayId: hub,
        proposalId: proposal,
        associatedGatewayOwnerAccount: account,
        overrideAllowedPrefixesToDirectConnectGateway: [{ cidr: '10.0.0.0/8' }],
      },
    },
    {
      says: 'one that is not there',
      input: { directConnectGatewayId: hub, proposalId: hub, associatedGatewayOwnerAccount: account },
      refused: onBothProviders(client),
    },
  ],
  DeleteDirectConnectGatewayAssociationProposal: [{ says: 'one', input: { proposalId: proposal } }],
  DescribeDirectConnectGatewayAssociationProposals: [
    { says: 'all', input: {} },
    { says: 'one', input: { proposalId: proposal, directConnectGatewayId: hub } },
    { says: 'those of a gateway', input: { associatedGatewayId: gateway } },
    { says: 'the second page', input: { maxResults: 1, nextToken: SECOND_PAGE } },
  ],
  AllocateHostedConnection: [
    {
      says: 'with all that is optional',
      input: {
        connectionId: other,
        ownerAccount: account,
        bandwidth: '500Mbps',
        connectionName: 'é',
        vlan: 77,
        tags,
      },
    },
    {
      says: 'with a bandwidth that none has',
      input: {
        connectionId: other,
        ownerAccount: account,
        bandwidth: '3Gbps',
        connectionName: 'a',
        vlan: 77,
      },
      refused: onBothProviders(client),
    },
  ],
  DescribeHostedConnections: [
    { says: 'of a connection', input: { connectionId: connection } },
    { says: 'the second page', input: { connectionId: connection, maxResults: 1, nextToken: SECOND_PAGE } },
  ],
  ConfirmConnection: [
    { says: 'one that is ordered', input: { connectionId: ordered } },
    { says: 'one with its own port', input: { connectionId: other }, refused: onBothProviders(client) },
  ],
  AssociateHostedConnection: [
    { says: 'with a LAG', input: { connectionId: hosted, parentConnectionId: lag } },
    {
      says: 'one that is not hosted',
      input: { connectionId: connection, parentConnectionId: other },
      refused: onBothProviders(client),
    },
  ],
  ConfirmPublicVirtualInterface: [
    { says: 'one', input: { virtualInterfaceId: publicRequest } },
    { says: 'a private one', input: { virtualInterfaceId: request }, refused: onBothProviders(client) },
  ],
  UpdateDirectConnectGatewayAssociation: [
    {
      says: 'its prefixes',
      input: {
        associationId: association,
        addAllowedPrefixesToDirectConnectGateway: [{ cidr: '10.0.0.0/8' }],
        removeAllowedPrefixesToDirectConnectGateway: [{ cidr: '192.0.2.0/24' }],
      },
    },
  ],
};
