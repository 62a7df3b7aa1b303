import { IDS, onBothProviders, SECOND_PAGE, type Variants } from './callVariant.ts';

const { account, gateway, spare, vpc, table } = IDS;
const attachment = { VpcId: vpc, VpnGatewayId: gateway };
const propagation = { RouteTableId: table, GatewayId: gateway };
const role = { RoleArn: `arn:aws:iam::${account}:role/path/acceptor`, RoleSessionName: 'pass' };
/** Special characters that a form must preserve. */
const Tags = [
  { Key: 'team', Value: 'Zoë & "Söhne" +1=100% <b>' },
  { Key: '署名 🚀', Value: '' },
];

/** All calls of EC2 that the emulator answers. */
export const EC2_CALLS: Variants = {
  CreateVpnGateway: [
    { says: 'the least', input: { Type: 'ipsec.1' } },
    {
      says: 'with all that is optional',
      input: {
        Type: 'ipsec.1',
        AmazonSideAsn: 4200000000,
        AvailabilityZone: 'eu-west-2a',
        DryRun: false,
        TagSpecifications: [{ ResourceType: 'vpn-gateway', Tags }],
      },
    },
    {
      says: 'as one types it',
      input: {
        Type: 'ipsec.1',
        TagSpecifications: [{ ResourceType: 'vpn-gateway', Tags: [{ Key: 'a', Value: 'b' }] }],
      },
      flags: [
        ...['--type', 'ipsec.1'],
        ...['--tag-specifications', 'ResourceType=vpn-gateway,Tags=[{Key=a,Value=b}]'],
      ],
    },
    {
      says: 'only to try',
      input: { Type: 'ipsec.1', DryRun: true },
      refused: onBothProviders('DryRunOperation'),
    },
    {
      says: 'with tags for something else',
      input: { Type: 'ipsec.1', TagSpecifications: [{ ResourceType: 'vpc', Tags }] },
      refused: onBothProviders('InvalidParameterValue'),
    },
  ],
  AttachVpnGateway: [{ says: 'the least', input: { VpcId: vpc, VpnGatewayId: spare } }],
  DetachVpnGateway: [{ says: 'the least', input: attachment }],
  DeleteVpnGateway: [
    { says: 'one', input: { VpnGatewayId: spare } },
    { says: 'one in use', input: { VpnGatewayId: gateway }, refused: onBothProviders('IncorrectState') },
  ],
  DescribeVpnGateways: [
    { says: 'all', input: {} },
    { says: 'some', input: { VpnGatewayIds: [gateway, spare] } },
    {
      says: 'those that pass filters',
      input: {
        Filters: [
          { Name: 'state', Values: ['available', 'pending'] },
          { Name: 'tag:Zoë & Söhne', Values: ['*'] },
        ],
      },
    },
    {
      says: 'as one types it',
      input: { Filters: [{ Name: 'attachment.vpc-id', Values: [vpc, 'vpc-1'] }], VpnGatewayIds: [gateway] },
      flags: [
        ...['--filters', `Name=attachment.vpc-id,Values=${vpc},vpc-1`],
        ...['--vpn-gateway-ids', gateway],
      ],
    },
    {
      says: 'one that is not there',
      input: { VpnGatewayIds: ['vgw-00000000'] },
      refused: onBothProviders('InvalidVpnGatewayID.NotFound'),
    },
    {
      says: 'by a filter that is not emulated',
      input: { Filters: [{ Name: 'availability-zone', Values: ['a'] }] },
      refused: onBothProviders('InvalidParameterValue'),
    },
  ],
  CreateRoute: [
    { says: 'to a gateway', input: { ...propagation, DestinationCidrBlock: '192.0.2.0/24' } },
    {
      says: 'to what is not emulated',
      input: { RouteTableId: table, DestinationIpv6CidrBlock: '::/0', NatGatewayId: 'nat-1a2b3c4d' },
      refused: onBothProviders('MissingParameter'),
    },
  ],
  DescribeRouteTables: [
    { says: 'all', input: {} },
    { says: 'one', input: { RouteTableIds: [table] } },
    { says: 'those of VPCs', input: { Filters: [{ Name: 'vpc-id', Values: [vpc, 'vpc-1a2b3c4d'] }] } },
    { says: 'a page', input: { MaxResults: 5 } },
    { says: 'the second page', input: { MaxResults: 5, NextToken: SECOND_PAGE } },
    { says: 'those of a VPC', input: { Filters: [{ Name: 'vpc-id', Values: [vpc] }] } },
    {
      says: 'the second page of those of a VPC',
      input: { Filters: [{ Name: 'vpc-id', Values: [vpc] }], NextToken: SECOND_PAGE },
    },
  ],
  EnableVgwRoutePropagation: [{ says: 'the least', input: propagation }],
  DisableVgwRoutePropagation: [{ says: 'the least', input: propagation }],
};

/** All calls of STS that the emulator answers. */
export const STS_CALLS: Variants = {
  GetCallerIdentity: [
    { says: 'of an account', input: {} },
    { says: 'of a role', input: {}, assumed: true },
  ],
  AssumeRole: [
    { says: 'the least', input: role },
    {
      says: 'with an external ID',
      input: { ...role, ExternalId: 'between-us:/@=,.', DurationSeconds: 900 },
    },
    {
      says: 'with a session policy, which is not emulated',
      input: { ...role, Policy: '{"Version":"2012-10-17"}', Tags: [{ Key: 'a', Value: 'b' }] },
      refused: onBothProviders('ValidationError'),
    },
  ],
};
