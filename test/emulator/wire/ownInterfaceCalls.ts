import { IDS, onBothProviders, type Variants } from './callVariant.ts';

const { connection: connectionId, gateway, hub, spareHub } = IDS;
const client = 'DirectConnectClientException';
const wanted = { virtualInterfaceName: 'acme-prod', vlan: 101, asn: 65010 };
const long = { virtualInterfaceName: 'a', vlan: 4094, asnLong: 4200000000 };
const tags = [{ key: 'team/@', value: 'Zoë + Söhne: 1=1' }, { key: '署名' }];
const session = {
  authKey: 'open+sesame&=%',
  amazonAddress: '169.254.10.1/30',
  customerAddress: '169.254.10.2/30',
  addressFamily: 'ipv4',
};

/** Calls about interfaces on the caller's own connection, which need no confirm. */
export const OWN_INTERFACE_CALLS: Variants = {
  CreatePrivateVirtualInterface: [
    {
      says: 'on a virtual private gateway',
      input: {
        connectionId,
        newPrivateVirtualInterface: { ...wanted, ...session, virtualGatewayId: gateway },
      },
    },
    {
      says: 'with all that is optional',
      input: {
        connectionId,
        newPrivateVirtualInterface: {
          ...long,
          ...session,
          mtu: 9001,
          enableSiteLink: false,
          tags,
          directConnectGatewayId: hub,
        },
      },
      refused: { outscale: client },
    },
    {
      says: 'on no gateway',
      input: { connectionId, newPrivateVirtualInterface: wanted },
      refused: onBothProviders(client),
    },
  ],
  CreatePublicVirtualInterface: [
    {
      says: 'with all that is optional',
      input: {
        connectionId,
        newPublicVirtualInterface: {
          ...wanted,
          ...{ ...session, amazonAddress: '203.0.113.1/30', customerAddress: '203.0.113.2/30' },
          ...{ tags, routeFilterPrefixes: [{ cidr: '192.0.2.0/24' }] },
        },
      },
    },
    { says: 'with a long ASN', input: { connectionId, newPublicVirtualInterface: long } },
  ],
  CreateTransitVirtualInterface: [
    {
      says: 'with all that is optional',
      input: {
        connectionId,
        newTransitVirtualInterface: {
          ...wanted,
          ...session,
          mtu: 8500,
          enableSiteLink: false,
          tags,
          directConnectGatewayId: spareHub,
        },
      },
    },
    {
      says: 'with a long ASN',
      input: { connectionId, newTransitVirtualInterface: { ...long, directConnectGatewayId: spareHub } },
    },
  ],
};
