import { aws, both, documented, type Members, type OperationRows, onAws, onEach } from './source.ts';

const EC2 = { service: 'ec2', effect: onEach('documentation', 'documentation'), note: '' } as const;

const DONE: Members = { return: documented() };
const ATTACHMENT: Members = { VpcId: documented({ note: 'any text' }), VpnGatewayId: documented() };
const PROPAGATION: Members = { RouteTableId: documented(), GatewayId: documented() };
const FILTER: Members = {
  Filter: documented({
    shape: 'filter',
    note: 'at most 50 with 200 values of 255 characters; unknown names are refused; in values `*`, `?` and the backslash mean what EC2 documents',
  }),
};
const PAGE: Members = { MaxResults: aws('model'), NextToken: aws('model') };
const NEXT_PAGE: Members = { nextToken: aws('model') };

export const EC2_ROWS: OperationRows = {
  CreateVpnGateway: {
    ...EC2,
    input: {
      Type: documented(),
      AmazonSideAsn: documented({ note: 'a private ASN: 64512 to 65534, or 4200000000 to 4294967294' }),
      TagSpecification: documented({ shape: 'tagSpecification' }),
    },
    output: { vpnGateway: documented({ shape: 'vpnGateway' }) },
  },
  AttachVpnGateway: {
    ...EC2,
    note: 'attached at once, though its own answer says `attaching`',
    input: ATTACHMENT,
    output: { attachment: documented({ shape: 'vpcAttachment' }) },
  },
  DetachVpnGateway: { ...EC2, note: 'detached at once', input: ATTACHMENT, output: DONE },
  DeleteVpnGateway: {
    ...EC2,
    note: 'refused while it is attached, associated, or has an interface',
    input: { VpnGatewayId: documented() },
    output: DONE,
  },
  DescribeVpnGateways: {
    ...EC2,
    note: 'one unknown ID fails the whole call',
    input: { VpnGatewayId: documented(), ...FILTER },
    output: { vpnGatewaySet: documented({ shape: 'vpnGateway' }) },
  },
  DescribeRouteTables: {
    ...EC2,
    note: 'the main route table of each VPC; there are no others (inference)',
    input: {
      RouteTableId: documented(),
      ...FILTER,
      ...PAGE,
    },
    output: { routeTableSet: documented({ shape: 'routeTable' }), ...NEXT_PAGE },
  },
  CreateRoute: {
    ...EC2,
    note: 'to a virtual private gateway only',
    input: { RouteTableId: documented(), DestinationCidrBlock: documented(), GatewayId: documented() },
    output: DONE,
  },
  EnableVgwRoutePropagation: { ...EC2, input: PROPAGATION, output: DONE },
  DisableVgwRoutePropagation: { ...EC2, input: PROPAGATION, output: DONE },
};

const RESOURCES: Members = { ResourceId: documented() };

/** Rows of the tags of gateways, VPCs and what belongs to a VPC. */
export const EC2_TAG_ROWS: OperationRows = {
  CreateTags: {
    ...EC2,
    note: 'one unknown ID, or one tag that EC2 refuses, fails the whole call (inference)',
    input: { ...RESOURCES, Tag: documented({ shape: 'ec2Tag' }) },
    output: DONE,
  },
  DeleteTags: {
    ...EC2,
    note: 'a tag with a value is deleted only if it has that value; without `Tag`, all are deleted',
    input: { ...RESOURCES, Tag: documented({ shape: 'ec2Tag' }) },
    output: DONE,
  },
  'DescribeTags (EC2)': {
    ...EC2,
    note: 'also those of the creation',
    input: { ...FILTER, ...PAGE },
    output: { tagSet: documented({ shape: 'tagDescription' }), ...NEXT_PAGE },
  },
};

const VPC = { ...EC2, effect: onEach('inference', 'model') } as const;

/** Rows of the few calls of VPCs that Terraform makes: nothing more than it needs. */
export const VPC_ROWS: OperationRows = {
  CreateVpc: {
    ...VPC,
    note: 'VPCs have what Terraform reads, and nothing more; attaching a gateway to an unknown VPC creates it',
    input: {
      CidrBlock: documented(),
      InstanceTenancy: documented({ note: 'stored only' }),
      AmazonProvidedIpv6CidrBlock: both('inference', { note: '`false` only: there is no IPv6' }),
      TagSpecification: documented({ shape: 'tagSpecification' }),
    },
    output: { vpc: documented({ shape: 'vpc' }) },
  },
  DeleteVpc: {
    ...VPC,
    note: 'refused while a gateway is attached to it',
    input: { VpcId: documented() },
    output: DONE,
  },
  DescribeVpcs: {
    ...VPC,
    input: { VpcId: documented(), ...FILTER, ...PAGE },
    output: { vpcSet: documented({ shape: 'vpc' }), ...NEXT_PAGE },
  },
  DescribeVpcAttribute: {
    ...VPC,
    input: { VpcId: documented(), Attribute: documented() },
    output: {
      vpcId: documented(),
      enableDnsSupport: documented({ shape: 'attributeValue' }),
      enableDnsHostnames: documented({ shape: 'attributeValue' }),
      enableNetworkAddressUsageMetrics: both('inference', { shape: 'attributeValue' }),
    },
  },
  ModifyVpcAttribute: {
    ...VPC,
    note: 'attributes are stored only',
    input: {
      VpcId: documented(),
      EnableDnsSupport: documented({ shape: 'newAttributeValue' }),
      EnableDnsHostnames: documented({ shape: 'newAttributeValue' }),
      EnableNetworkAddressUsageMetrics: both('inference', { shape: 'newAttributeValue' }),
    },
    output: DONE,
  },
  DescribeSecurityGroups: {
    ...VPC,
    note: 'the default group of each VPC; there are no others',
    input: { GroupId: documented(), GroupName: documented(), ...FILTER, ...PAGE },
    output: { securityGroupInfo: documented({ shape: 'securityGroup' }), ...NEXT_PAGE },
  },
  DescribeNetworkAcls: {
    service: 'ec2',
    effect: onAws('model'),
    note: 'the default ACL of each VPC; there are no others',
    input: {
      NetworkAclId: aws('model'),
      Filter: aws('model', { shape: 'filter' }),
      ...PAGE,
    },
    output: { networkAclSet: aws('model', { shape: 'networkAcl' }), ...NEXT_PAGE },
  },
};

/** Objects of tags and VPCs. */
export const VPC_SHAPES: Readonly<Record<string, Members>> = {
  tagDescription: {
    resourceId: documented(),
    resourceType: documented(),
    key: documented(),
    value: documented(),
  },
  vpc: {
    vpcId: documented(),
    ownerId: both('inference'),
    state: documented({ note: 'available at once, though the answer of the creation says `pending`' }),
    cidrBlock: documented({ note: '10.0.0.0/16 of a VPC that is only named' }),
    cidrBlockAssociationSet: both('inference', { shape: 'vpcCidrBlockAssociation' }),
    dhcpOptionsId: both('inference', { note: 'always `default`' }),
    instanceTenancy: documented(),
    isDefault: documented({ note: 'always `false`' }),
    tagSet: documented({ shape: 'tagSet' }),
  },
  vpcCidrBlockAssociation: {
    associationId: both('inference'),
    cidrBlock: both('inference'),
    cidrBlockState: both('inference', { shape: 'vpcCidrBlockState' }),
  },
  vpcCidrBlockState: { state: both('inference', { note: 'always `associated`' }) },
  attributeValue: { value: documented() },
  newAttributeValue: { Value: documented() },
  securityGroup: {
    groupId: documented({ note: 'with the digits of its VPC' }),
    groupName: documented({ note: 'always `default`' }),
    groupDescription: documented(),
    ownerId: documented(),
    vpcId: documented(),
    ipPermissions: documented({ shape: 'ipPermission' }),
    ipPermissionsEgress: documented({ shape: 'ipPermission' }),
    tagSet: documented({ shape: 'tagSet' }),
  },
  ipPermission: {
    ipProtocol: documented(),
    groups: documented({ shape: 'userIdGroupPair' }),
    ipRanges: documented({ shape: 'ipRange' }),
  },
  userIdGroupPair: { userId: documented(), groupId: documented() },
  ipRange: { cidrIp: documented() },
  networkAcl: {
    networkAclId: aws('model', { note: 'with the digits of its VPC' }),
    vpcId: aws('model'),
    default: aws('model', { note: 'always `true`' }),
    entrySet: aws('model', { shape: 'networkAclEntry' }),
    associationSet: aws('inference', { note: 'always empty' }),
    ownerId: aws('model'),
    tagSet: aws('model', { shape: 'tagSet' }),
  },
  networkAclEntry: {
    ruleNumber: aws('model'),
    protocol: aws('model'),
    ruleAction: aws('model'),
    egress: aws('model'),
    cidrBlock: aws('model'),
  },
};
