import { IDS, onBothProviders, SECOND_PAGE, type Variants } from './callVariant.ts';

const { account, connection, other, lag, member, request, peer, gateway, spare, hub, association } = IDS;
const { transitRequest, spareHub } = IDS;
const bundle = { location: 'PAR1', connectionsBandwidth: '1Gbps', lagName: 'acme' };
const client = 'DirectConnectClientException';
const offer = { connectionId: connection, ownerAccount: account };
const wanted = { virtualInterfaceName: 'acme-prod', vlan: 101, asn: 65010 };
const tags = [{ key: 'team/@', value: 'Zoë + Söhne: 1=1' }, { key: '署名' }];
/** Special characters that JSON must preserve. */
const virtualInterfaceName = 'Zoë & "Söhne" <\\>\t🚀';
const session = {
  virtualInterfaceName,
  authKey: 'open+sesame&=%',
  amazonAddress: '169.254.10.1/30',
  customerAddress: '169.254.10.2/30',
  addressFamily: 'ipv4',
  tags,
};

const long = { virtualInterfaceName: 'a', vlan: 4094, asnLong: 4200000000 };

/** All calls of Direct Connect that the emulator answers. */
export const DIRECT_CONNECT_CALLS: Variants = {
  CreateConnection: [
    { says: 'the least', input: { location: 'PAR1', bandwidth: '1Gbps', connectionName: 'acme' } },
    {
      says: 'with all that is optional',
      input: { location: 'PAR1', bandwidth: '1Gbps', connectionName: 'é', providerName: 'Équinixe', tags },
    },
    {
      says: 'in a LAG',
      input: { location: 'PAR1', bandwidth: '1Gbps', connectionName: 'a', lagId: lag },
      refused: { outscale: client },
    },
    {
      says: 'without MACsec',
      input: { location: 'PAR1', bandwidth: '100Gbps', connectionName: 'a', requestMACSec: false },
    },
    {
      says: 'with MACsec, which is not emulated',
      input: { location: 'PAR1', bandwidth: '100Gbps', connectionName: 'a', requestMACSec: true },
      refused: onBothProviders(client),
    },
  ],
  DescribeConnections: [
    { says: 'all', input: {} },
    { says: 'one', input: { connectionId: connection } },
    { says: 'a page', input: { maxResults: 100 } },
    { says: 'the second page', input: { maxResults: 1, nextToken: SECOND_PAGE } },
    {
      says: 'one that is not there',
      input: { connectionId: 'dxcon-00000000' },
      refused: onBothProviders(client),
    },
  ],
  AllocatePrivateVirtualInterface: [
    { says: 'the least', input: { ...offer, newPrivateVirtualInterfaceAllocation: wanted } },
    {
      says: 'as one types it',
      input: { ...offer, newPrivateVirtualInterfaceAllocation: wanted },
      flags: [
        ...['--connection-id', connection, '--owner-account', account],
        '--new-private-virtual-interface-allocation',
        'virtualInterfaceName=acme-prod,vlan=101,asn=65010',
      ],
    },
    {
      says: 'with all that is optional',
      input: { ...offer, newPrivateVirtualInterfaceAllocation: { ...wanted, ...session, mtu: 9001 } },
    },
    {
      says: 'with a long ASN',
      input: {
        ...offer,
        newPrivateVirtualInterfaceAllocation: long,
      },
      refused: { outscale: client },
    },
    {
      says: 'with one tag twice',
      input: {
        ...offer,
        newPrivateVirtualInterfaceAllocation: { ...wanted, tags: [{ key: 'a' }, { key: 'a', value: 'b' }] },
      },
      refused: onBothProviders('DuplicateTagKeysException'),
    },
  ],
  AllocatePublicVirtualInterface: [
    { says: 'with a long ASN', input: { ...offer, newPublicVirtualInterfaceAllocation: long } },
    {
      says: 'with all that is optional',
      input: {
        ...offer,
        newPublicVirtualInterfaceAllocation: {
          ...wanted,
          ...session,
          routeFilterPrefixes: [{ cidr: '192.0.2.0/24' }, { cidr: '198.51.100.0/24' }],
        },
      },
    },
  ],
  AllocateTransitVirtualInterface: [
    { says: 'with a long ASN', input: { ...offer, newTransitVirtualInterfaceAllocation: long } },
    {
      says: 'with all that is optional',
      input: { ...offer, newTransitVirtualInterfaceAllocation: { ...wanted, ...session, mtu: 8500 } },
    },
  ],
  DescribeVirtualInterfaces: [
    { says: 'all', input: {} },
    { says: 'one', input: { virtualInterfaceId: request } },
    { says: 'those of a connection', input: { connectionId: connection } },
    { says: 'a page', input: { maxResults: 100 } },
    { says: 'the second page', input: { maxResults: 1, nextToken: SECOND_PAGE } },
    { says: 'a page that is none', input: { nextToken: 'Zoë?' }, refused: { aws: client } },
  ],
  DeleteVirtualInterface: [
    { says: 'one', input: { virtualInterfaceId: request } },
    {
      says: 'one that is not there',
      input: { virtualInterfaceId: 'dxvif-00000000' },
      refused: onBothProviders(client),
    },
  ],
  ConfirmPrivateVirtualInterface: [
    {
      says: 'for a virtual private gateway',
      input: { virtualInterfaceId: request, virtualGatewayId: gateway },
    },
    {
      says: 'for a Direct Connect gateway',
      input: { virtualInterfaceId: request, directConnectGatewayId: hub },
      refused: { outscale: client },
    },
    { says: 'for no gateway', input: { virtualInterfaceId: request }, refused: onBothProviders(client) },
  ],
  ConfirmTransitVirtualInterface: [
    {
      says: 'for a Direct Connect gateway',
      input: { virtualInterfaceId: transitRequest, directConnectGatewayId: spareHub },
    },
    {
      says: 'for one that serves private interfaces',
      input: { virtualInterfaceId: transitRequest, directConnectGatewayId: hub },
      refused: { aws: client },
    },
  ],
  CreateLag: [
    { says: 'the least', input: { ...bundle, numberOfConnections: 2 } },
    {
      says: 'with all that is optional',
      input: {
        ...bundle,
        numberOfConnections: 2,
        connectionId: connection,
        providerName: 'Équinixe',
        tags,
        childConnectionTags: tags,
      },
    },
    {
      says: 'with MACsec, which is not emulated',
      input: { ...bundle, numberOfConnections: 1, requestMACSec: true },
      refused: onBothProviders(client),
    },
  ],
  DescribeLags: [
    { says: 'all', input: {} },
    { says: 'one', input: { lagId: lag } },
    { says: 'the second page', input: { maxResults: 1, nextToken: SECOND_PAGE } },
    { says: 'one that is not there', input: { lagId: 'dxlag-00000000' }, refused: onBothProviders(client) },
  ],
  AssociateConnectionWithLag: [
    { says: 'one with an interface', input: { connectionId: connection, lagId: lag } },
    {
      says: 'with one that is not there',
      input: { connectionId: connection, lagId: 'dxlag-00000000' },
      refused: onBothProviders(client),
    },
  ],
  DisassociateConnectionFromLag: [
    { says: 'a member', input: { connectionId: member, lagId: lag } },
    {
      says: 'one that is none',
      input: { connectionId: connection, lagId: lag },
      refused: onBothProviders(client),
    },
  ],
  AssociateVirtualInterface: [
    { says: 'with a connection', input: { virtualInterfaceId: request, connectionId: other } },
    { says: 'with a LAG', input: { virtualInterfaceId: request, connectionId: lag } },
    {
      says: 'with a member of a LAG',
      input: { virtualInterfaceId: request, connectionId: member },
      refused: onBothProviders(client),
    },
  ],
  UpdateVirtualInterfaceAttributes: [
    {
      says: 'its name and its MTU',
      input: { virtualInterfaceId: request, virtualInterfaceName, mtu: 8500 },
    },
    {
      says: 'SiteLink, which is not emulated',
      input: { virtualInterfaceId: request, enableSiteLink: true },
      refused: onBothProviders(client),
    },
  ],
  CreateBGPPeer: [
    {
      says: 'with all that is optional',
      input: {
        virtualInterfaceId: request,
        newBGPPeer: {
          asn: 65010,
          authKey: 'open+sesame&=%',
          addressFamily: 'ipv4',
          amazonAddress: '169.254.11.1/30',
          customerAddress: '169.254.11.2/30',
        },
      },
    },
    {
      says: 'with a long ASN',
      input: { virtualInterfaceId: request, newBGPPeer: { asnLong: 4200000000, addressFamily: 'ipv6' } },
    },
  ],
  DeleteBGPPeer: [
    { says: 'by its ID', input: { virtualInterfaceId: request, bgpPeerId: peer } },
    {
      says: 'by its ASN',
      input: { virtualInterfaceId: request, asn: 65020, customerAddress: '169.254.20.2/30' },
    },
    {
      says: 'by a long ASN',
      input: { virtualInterfaceId: request, asnLong: 65020, customerAddress: '169.254.20.2/30' },
    },
    {
      says: 'one that is not there',
      input: { virtualInterfaceId: request, bgpPeerId: 'dxpeer-00000000' },
      refused: onBothProviders(client),
    },
  ],
  DescribeVirtualGateways: [{ says: 'all', input: {} }],
  CreateDirectConnectGateway: [
    { says: 'the least', input: { directConnectGatewayName: 'hub' } },
    {
      says: 'with all that is optional',
      input: { directConnectGatewayName: 'hub', amazonSideAsn: 4200000001, tags },
    },
  ],
  DescribeDirectConnectGateways: [
    { says: 'all', input: {} },
    { says: 'one', input: { directConnectGatewayId: hub } },
    { says: 'the second page', input: { maxResults: 1, nextToken: SECOND_PAGE } },
  ],
  CreateDirectConnectGatewayAssociation: [
    {
      says: 'with all that is optional',
      input: {
        directConnectGatewayId: hub,
        gatewayId: spare,
        addAllowedPrefixesToDirectConnectGateway: [{ cidr: '10.0.0.0/8' }, { cidr: 'fd00::/8' }],
      },
    },
    {
      says: 'by the older name of the gateway',
      input: { directConnectGatewayId: hub, virtualGatewayId: spare },
    },
  ],
  DeleteDirectConnectGatewayAssociation: [
    { says: 'by its ID', input: { associationId: association } },
    { says: 'by its ends', input: { directConnectGatewayId: hub, virtualGatewayId: gateway } },
  ],
  DescribeDirectConnectGatewayAssociations: [
    { says: 'of a Direct Connect gateway', input: { directConnectGatewayId: hub } },
    { says: 'by its ID', input: { associationId: association } },
    { says: 'of a gateway', input: { associatedGatewayId: gateway } },
    { says: 'by the older name of the gateway', input: { virtualGatewayId: gateway } },
    {
      says: 'the second page',
      input: { directConnectGatewayId: hub, maxResults: 1, nextToken: SECOND_PAGE },
    },
  ],
};
