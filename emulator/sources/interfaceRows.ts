import { NEXT_PAGE, PAGE } from './connectionRows.ts';
import { aws, documented, each, type Members, type OperationRows, onAws, onEach } from './source.ts';

const ASSIGNED = 'with its subnet; on AWS assigned if neither is given';

/** The BGP session of an input. */
const NEW_PEER: Members = {
  asn: documented(),
  asnLong: aws('model'),
  authKey: documented(),
  addressFamily: each('inference', 'model', { note: 'on OUTSCALE `ipv4` only' }),
  amazonAddress: documented({ note: ASSIGNED }),
  customerAddress: documented({ note: ASSIGNED }),
};

/** The interface of an allocation, without what only some types have. */
const NEW_INTERFACE: Members = {
  virtualInterfaceName: documented({ note: '1 to 100 characters' }),
  vlan: documented({ note: '1 to 4094, on OUTSCALE from 2, once on each connection' }),
  ...NEW_PEER,
  rateLimit: aws('model', { note: 'such as `500Mbps`' }),
  tags: aws('model', { shape: 'tag' }),
};

const NO_SITELINK = aws('inference', { note: '`false` only: there is no SiteLink' });

const MTU: Members = { mtu: aws('documentation') };

/** What only an interface that its own account creates can have. */
const OWN: Members = {
  ...MTU,
  prefixPoolAllocatedCountIpv4: aws('model'),
  prefixPoolAllocatedCountIpv6: aws('model'),
  directConnectGatewayId: aws('model'),
  enableSiteLink: NO_SITELINK,
};

/** Shapes of inputs, by their names on the page. */
export const NEW_INTERFACE_SHAPES: Readonly<Record<string, Members>> = {
  newBGPPeer: NEW_PEER,
  newPrivateInterface: { ...NEW_INTERFACE, ...MTU },
  newPublicInterface: { ...NEW_INTERFACE, routeFilterPrefixes: aws('model', { shape: 'prefix' }) },
  newTransitInterface: { ...NEW_INTERFACE, ...MTU },
  ownPrivateInterface: { ...NEW_INTERFACE, ...OWN, virtualGatewayId: documented() },
  ownTransitInterface: { ...NEW_INTERFACE, ...OWN },
};

const OFFER: Members = {
  connectionId: documented({ note: 'a connection or LAG of the caller' }),
  ownerAccount: documented({ note: 'the recipient' }),
};

const ON_BOTH = { service: 'directconnect', effect: onEach('documentation', 'documentation') } as const;
const ON_AWS = { service: 'directconnect', effect: onAws('documentation') } as const;

const ONE: Members = { virtualInterfaceId: documented() };
const STATE: Members = { virtualInterfaceState: documented() };

export const INTERFACE_ROWS: OperationRows = {
  AllocatePrivateVirtualInterface: {
    ...ON_BOTH,
    note: 'an allocation to the own account waits in `confirming` too (inference)',
    input: {
      ...OFFER,
      newPrivateVirtualInterfaceAllocation: documented({ shape: 'newPrivateInterface' }),
    },
    output: 'virtualInterface',
  },
  AllocatePublicVirtualInterface: {
    ...ON_AWS,
    note: '',
    input: { ...OFFER, newPublicVirtualInterfaceAllocation: aws('model', { shape: 'newPublicInterface' }) },
    output: 'virtualInterface',
  },
  AllocateTransitVirtualInterface: {
    ...ON_AWS,
    note: '',
    input: { ...OFFER, newTransitVirtualInterfaceAllocation: aws('model', { shape: 'newTransitInterface' }) },
    output: { virtualInterface: aws('model', { shape: 'virtualInterface' }) },
  },
  CreatePrivateVirtualInterface: {
    ...ON_BOTH,
    note: 'on a connection or LAG of the caller; it needs no confirm',
    input: {
      connectionId: documented(),
      newPrivateVirtualInterface: documented({ shape: 'ownPrivateInterface' }),
    },
    output: 'virtualInterface',
  },
  CreatePublicVirtualInterface: {
    ...ON_AWS,
    note: 'then `verifying` for the `provisioningTime` (inference)',
    input: {
      connectionId: aws('model'),
      newPublicVirtualInterface: aws('model', { shape: 'newPublicInterface' }),
    },
    output: 'virtualInterface',
  },
  CreateTransitVirtualInterface: {
    ...ON_AWS,
    note: '',
    input: {
      connectionId: aws('model'),
      newTransitVirtualInterface: aws('model', { shape: 'ownTransitInterface' }),
    },
    output: { virtualInterface: aws('model', { shape: 'virtualInterface' }) },
  },
  DescribeVirtualInterfaces: {
    ...ON_BOTH,
    note: 'those of the caller, and those that it offered to others',
    input: { connectionId: documented(), ...ONE, ...PAGE },
    output: { virtualInterfaces: documented({ shape: 'virtualInterface' }), ...NEXT_PAGE },
  },
  ConfirmPrivateVirtualInterface: {
    ...ON_BOTH,
    note: 'of an interface that is not `confirming`, or with a gateway of another account, it is refused (inference)',
    input: { ...ONE, virtualGatewayId: documented(), directConnectGatewayId: aws('model') },
    output: STATE,
  },
  ConfirmTransitVirtualInterface: {
    ...ON_AWS,
    note: '',
    input: { ...ONE, directConnectGatewayId: aws('model') },
    output: STATE,
  },
  ConfirmPublicVirtualInterface: {
    ...ON_AWS,
    note: 'then `verifying` for the `provisioningTime`: every interface passes the review (inference)',
    input: ONE,
    output: STATE,
  },
  DeleteVirtualInterface: {
    ...ON_BOTH,
    note: 'by the owner of the connection or by the recipient; a request becomes `rejected`',
    input: ONE,
    output: STATE,
  },
  AssociateVirtualInterface: {
    ...ON_AWS,
    note: 'refused if the connection uses the VLAN or an address of the interface, or is a hosted one that carries another',
    input: { ...ONE, connectionId: aws('model') },
    output: 'virtualInterface',
  },
  ListVirtualInterfaceRoutes: {
    ...ON_AWS,
    note: 'what a test or a scenario sets; both accounts of the interface can call it (inference)',
    input: {
      virtualInterfaceId: aws('documentation', { note: 'mandatory here' }),
      filters: aws('documentation', { shape: 'routeFilters' }),
      ...PAGE,
    },
    output: {
      virtualInterfaceId: aws('documentation'),
      routes: aws('documentation', { shape: 'interfaceRoute' }),
      ...NEXT_PAGE,
    },
  },
  UpdateVirtualInterfaceAttributes: {
    ...ON_AWS,
    note: '',
    input: {
      ...ONE,
      mtu: aws('documentation'),
      virtualInterfaceName: aws('model'),
      enableSiteLink: NO_SITELINK,
      rateLimit: aws('model'),
      prefixPoolAllocatedCountIpv4: aws('model'),
      prefixPoolAllocatedCountIpv6: aws('model'),
    },
    output: 'virtualInterface',
  },
  CreateBGPPeer: {
    ...ON_AWS,
    note: 'refused if another peer has its family and ASN, or one of its addresses (inference)',
    input: { ...ONE, newBGPPeer: aws('model', { shape: 'newBGPPeer' }) },
    output: { virtualInterface: aws('model', { shape: 'virtualInterface' }) },
  },
  DeleteBGPPeer: {
    ...ON_AWS,
    note: 'the last session cannot be deleted',
    input: {
      ...ONE,
      asn: aws('model'),
      asnLong: aws('model'),
      customerAddress: aws('model'),
      bgpPeerId: aws('model'),
    },
    output: { virtualInterface: aws('model', { shape: 'virtualInterface' }) },
  },
};
