import { aws, documented, type Members, type OperationRows, onEach } from './source.ts';

const EC2 = { service: 'ec2', effect: onEach('documentation', 'documentation'), note: '' } as const;

const DONE: Members = { return: documented() };
const ATTACHMENT: Members = { VpcId: documented({ note: 'any text' }), VpnGatewayId: documented() };
const PROPAGATION: Members = { RouteTableId: documented(), GatewayId: documented() };
const FILTER: Members = { Filter: documented({ shape: 'filter', note: 'unknown names are refused' }) };

export const EC2_ROWS: OperationRows = {
  CreateVpnGateway: {
    ...EC2,
    input: {
      Type: documented(),
      AmazonSideAsn: documented(),
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
    note: 'one main route table for each VPC that a gateway was attached to (inference)',
    input: {
      RouteTableId: documented(),
      ...FILTER,
      MaxResults: aws('model'),
      NextToken: aws('model'),
    },
    output: { routeTableSet: documented({ shape: 'routeTable' }), nextToken: aws('model') },
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
