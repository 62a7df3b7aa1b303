import { IDS, onBothProviders, SECOND_PAGE, type Variants } from './callVariant.ts';

const { account, gateway, spare, vpc, emptyVpc, table } = IDS;
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
  CreateTags: [
    { says: 'of two resources', input: { Resources: [gateway, vpc], Tags, DryRun: false } },
    {
      says: 'as one types it',
      input: { Resources: [gateway], Tags: [{ Key: 'Name', Value: 'prod' }] },
      flags: ['--resources', gateway, '--tags', 'Key=Name,Value=prod'],
    },
    {
      says: 'of one that is not there',
      input: { Resources: ['vgw-00000000'], Tags },
      refused: onBothProviders('InvalidVpnGatewayID.NotFound'),
    },
    {
      says: 'with a key that AWS keeps for itself',
      input: { Resources: [gateway], Tags: [{ Key: 'aws:a', Value: 'b' }] },
      refused: onBothProviders('InvalidParameterValue'),
    },
  ],
  DeleteTags: [
    { says: 'all', input: { Resources: [gateway] } },
    { says: 'some', input: { Resources: [gateway, vpc], Tags: [...Tags, { Key: 'Name' }] } },
  ],
  DescribeTags: [
    { says: 'all', input: {} },
    { says: 'those that pass filters', input: { Filters: [{ Name: 'resource-id', Values: [gateway] }] } },
    { says: 'the second page', input: { MaxResults: 5, NextToken: SECOND_PAGE } },
  ],
  CreateVpc: [
    { says: 'the least', input: { CidrBlock: '10.0.0.0/16' } },
    {
      says: 'with all that is optional',
      input: {
        CidrBlock: '10.1.0.0/24',
        InstanceTenancy: 'default',
        AmazonProvidedIpv6CidrBlock: false,
        TagSpecifications: [{ ResourceType: 'vpc', Tags }],
      },
    },
    {
      says: 'with too many addresses',
      input: { CidrBlock: '10.0.0.0/8' },
      refused: onBothProviders('InvalidVpc.Range'),
    },
    {
      says: 'with IPv6, which is not emulated',
      input: { CidrBlock: '10.0.0.0/16', AmazonProvidedIpv6CidrBlock: true },
      refused: onBothProviders('InvalidParameterValue'),
    },
  ],
  DeleteVpc: [
    { says: 'one', input: { VpcId: emptyVpc } },
    { says: 'one in use', input: { VpcId: vpc }, refused: onBothProviders('DependencyViolation') },
  ],
  DescribeVpcs: [
    { says: 'all', input: {} },
    { says: 'some', input: { VpcIds: [vpc], Filters: [{ Name: 'cidr', Values: ['10.*'] }] } },
    { says: 'the second page', input: { MaxResults: 5, NextToken: SECOND_PAGE } },
    {
      says: 'one that is not there',
      input: { VpcIds: ['vpc-00000000'] },
      refused: onBothProviders('InvalidVpcID.NotFound'),
    },
  ],
  DescribeVpcAttribute: [{ says: 'one', input: { VpcId: vpc, Attribute: 'enableDnsSupport' } }],
  ModifyVpcAttribute: [
    { says: 'DNS support', input: { VpcId: vpc, EnableDnsSupport: { Value: false } } },
    {
      says: 'host names and metrics',
      input: {
        VpcId: vpc,
        EnableDnsHostnames: { Value: true },
        EnableNetworkAddressUsageMetrics: { Value: true },
      },
    },
    {
      says: 'both of DNS',
      input: { VpcId: vpc, EnableDnsSupport: { Value: true }, EnableDnsHostnames: { Value: true } },
      refused: onBothProviders('InvalidParameterCombination'),
    },
  ],
  DescribeSecurityGroups: [
    { says: 'all', input: {} },
    {
      says: 'some',
      input: {
        GroupIds: ['sg-5e6f7a8b'],
        GroupNames: ['default'],
        Filters: [{ Name: 'vpc-id', Values: [vpc] }],
      },
    },
    { says: 'the second page', input: { MaxResults: 5, NextToken: SECOND_PAGE } },
    {
      says: 'one that is not there',
      input: { GroupIds: ['sg-00000000'] },
      refused: onBothProviders('InvalidGroup.NotFound'),
    },
  ],
  DescribeNetworkAcls: [
    { says: 'all', input: {} },
    {
      says: 'some',
      input: { NetworkAclIds: ['acl-5e6f7a8b'], Filters: [{ Name: 'default', Values: ['true'] }] },
    },
    { says: 'the second page', input: { MaxResults: 5, NextToken: SECOND_PAGE } },
    {
      says: 'one that is not there',
      input: { NetworkAclIds: ['acl-00000000'] },
      refused: { aws: 'InvalidNetworkAclID.NotFound' },
    },
  ],
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
