import { NEXT_PAGE, PAGE } from './connectionRows.ts';
import { aws, both, documented, type OperationRows, onAws, onEach } from './source.ts';

const ON_AWS = { service: 'directconnect', effect: onAws('documentation'), note: '' } as const;

export const DIRECT_CONNECT_GATEWAY_ROWS: OperationRows = {
  DescribeVirtualGateways: {
    service: 'directconnect',
    effect: onEach('documentation', 'model'),
    note: '',
    input: {},
    output: { virtualGateways: documented({ shape: 'virtualGateway' }) },
  },
  CreateDirectConnectGateway: {
    ...ON_AWS,
    input: {
      directConnectGatewayName: aws('model'),
      amazonSideAsn: aws('documentation', {
        note: 'a private ASN: 64512 to 65534, or 4200000000 to 4294967294',
      }),
      tags: aws('model', { shape: 'tag' }),
    },
    output: { directConnectGateway: aws('model', { shape: 'directConnectGateway' }) },
  },
  DescribeDirectConnectGateways: {
    ...ON_AWS,
    note: 'in every region, to its account, and to accounts that a scenario shares it with (inference)',
    input: { directConnectGatewayId: aws('model'), ...PAGE },
    output: { directConnectGateways: aws('model', { shape: 'directConnectGateway' }), ...NEXT_PAGE },
  },
  UpdateDirectConnectGateway: {
    ...ON_AWS,
    input: { directConnectGatewayId: aws('model'), newDirectConnectGatewayName: aws('model') },
    output: { directConnectGateway: aws('model', { shape: 'directConnectGateway' }) },
  },
  DeleteDirectConnectGateway: {
    ...ON_AWS,
    note: 'refused while it has an interface or an association; the next listing lacks it (inference)',
    input: { directConnectGatewayId: aws('model') },
    output: { directConnectGateway: aws('model', { shape: 'directConnectGateway' }) },
  },
  DescribeDirectConnectGatewayAttachments: {
    ...ON_AWS,
    note: 'those of interfaces of the caller',
    input: { directConnectGatewayId: aws('model'), virtualInterfaceId: aws('model'), ...PAGE },
    output: { directConnectGatewayAttachments: aws('model', { shape: 'gatewayAttachment' }), ...NEXT_PAGE },
  },
  CreateDirectConnectGatewayAssociation: {
    ...ON_AWS,
    note: 'the first association decides whether the gateway serves private or transit interfaces',
    input: {
      directConnectGatewayId: aws('model'),
      gatewayId: aws('model'),
      virtualGatewayId: aws('model'),
      addAllowedPrefixesToDirectConnectGateway: aws('model', { shape: 'prefix' }),
    },
    output: { directConnectGatewayAssociation: aws('model', { shape: 'gatewayAssociation' }) },
  },
  DeleteDirectConnectGatewayAssociation: {
    ...ON_AWS,
    input: {
      associationId: aws('model'),
      directConnectGatewayId: aws('model'),
      virtualGatewayId: aws('model'),
    },
    output: { directConnectGatewayAssociation: aws('model', { shape: 'gatewayAssociation' }) },
  },
  UpdateDirectConnectGatewayAssociation: {
    ...ON_AWS,
    note: 'by the account of the Direct Connect gateway; refused unless it is `associated` (inference)',
    input: {
      associationId: aws('model'),
      addAllowedPrefixesToDirectConnectGateway: aws('model', { shape: 'prefix' }),
      removeAllowedPrefixesToDirectConnectGateway: aws('model', { shape: 'prefix' }),
    },
    output: { directConnectGatewayAssociation: aws('model', { shape: 'gatewayAssociation' }) },
  },
  DescribeDirectConnectGatewayAssociations: {
    ...ON_AWS,
    note: 'to the accounts of both gateways',
    input: {
      associationId: aws('model'),
      associatedGatewayId: aws('model'),
      directConnectGatewayId: aws('model'),
      virtualGatewayId: aws('model'),
      ...PAGE,
    },
    output: { directConnectGatewayAssociations: aws('model', { shape: 'gatewayAssociation' }), ...NEXT_PAGE },
  },
};

const PROPOSED = { directConnectGatewayAssociationProposal: aws('model', { shape: 'associationProposal' }) };

export const ASSOCIATION_PROPOSAL_ROWS: OperationRows = {
  CreateDirectConnectGatewayAssociationProposal: {
    ...ON_AWS,
    note: 'a second one for the same gateways is refused (inference)',
    input: {
      directConnectGatewayId: aws('model'),
      directConnectGatewayOwnerAccount: aws('model'),
      gatewayId: aws('model'),
      addAllowedPrefixesToDirectConnectGateway: aws('model', { shape: 'prefix' }),
      removeAllowedPrefixesToDirectConnectGateway: aws('model', { shape: 'prefix' }),
    },
    output: PROPOSED,
  },
  AcceptDirectConnectGatewayAssociationProposal: {
    ...ON_AWS,
    note: 'of gateways that are associated already, it changes the prefixes (inference)',
    input: {
      directConnectGatewayId: aws('model'),
      proposalId: aws('model'),
      associatedGatewayOwnerAccount: aws('model'),
      overrideAllowedPrefixesToDirectConnectGateway: aws('model', { shape: 'prefix' }),
    },
    output: { directConnectGatewayAssociation: aws('model', { shape: 'gatewayAssociation' }) },
  },
  DeleteDirectConnectGatewayAssociationProposal: {
    ...ON_AWS,
    note: 'by either account, also after it was accepted, as Terraform does (inference)',
    input: { proposalId: aws('model') },
    output: PROPOSED,
  },
  DescribeDirectConnectGatewayAssociationProposals: {
    ...ON_AWS,
    note: 'to the accounts of both gateways; accepted and deleted ones for 3 days (inference); the others do not expire',
    input: {
      directConnectGatewayId: aws('model'),
      proposalId: aws('model'),
      associatedGatewayId: aws('model'),
      ...PAGE,
    },
    output: {
      directConnectGatewayAssociationProposals: aws('model', { shape: 'associationProposal' }),
      ...NEXT_PAGE,
    },
  },
};

const STS = { service: 'sts', note: 'OUTSCALE has no STS: answered for clients that ask' } as const;

export const STS_ROWS: OperationRows = {
  GetCallerIdentity: {
    ...STS,
    effect: onEach('inference', 'documentation'),
    input: {},
    output: { Account: both('model'), Arn: both('model'), UserId: both('model') },
  },
  AssumeRole: {
    ...STS,
    effect: onEach('inference', 'inference'),
    note: 'every account may assume every role',
    input: { RoleArn: both('model'), RoleSessionName: both('model'), DurationSeconds: both('model') },
    output: {
      Credentials: both('model', { shape: 'credentials' }),
      AssumedRoleUser: both('model', { shape: 'assumedRoleUser' }),
    },
  },
};
