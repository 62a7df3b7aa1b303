import * as directConnectModel from '@aws-sdk/client-direct-connect';
import * as ec2Model from '@aws-sdk/client-ec2';
import * as stsModel from '@aws-sdk/client-sts';
import { describe, expect, it } from 'vitest';
import { createInProcessEmulator, readScenario } from '../../emulator/emulator.ts';
import { OPERATION_NAMES } from '../../emulator/operations/operationTable.ts';
import { IN_SERVICE } from '../../emulator/world.ts';
import {
  everyMember,
  NOT_IN_THE_PINNED_SDK,
  OPERATIONS_NOT_IN_THE_PINNED_SDK,
  operationModel,
  requiredPaths,
  unknownMembers,
  xmlNames,
} from './apiModel.ts';
import { OWNER, RECIPIENT } from './emulatorClients.ts';
import { inProcessClient } from './inProcessClient.ts';

const allocation = { connectionId: 'dxcon-1a2b3c4d', ownerAccount: RECIPIENT };
const wanted = { virtualInterfaceName: 'a', vlan: 7, asn: 65010, tags: [{ key: 'a', value: 'b' }] };

const LAG = 'dxlag-1a2b3c4d';
const directConnectGatewayId = '11111111-2222-4333-8444-555555555555';
const TRANSIT_GATEWAY = '22222222-3333-4444-8555-666666666666';
const SPARE_GATEWAY = '33333333-4444-4555-8666-777777777777';
const ASSOCIATION = '66666666-7777-4888-9999-aaaaaaaaaaaa';
const ARN = `arn:aws:directconnect:eu-west-2:${OWNER}:dxcon/dxcon-1a2b3c4d`;
const IN_USE = '44444444-5555-4666-8777-888888888888';
const HOSTED = 'dxcon-9c0d1e2f';
const PUBLIC_REQUEST = 'dxvif-5e6f7a8b';
const TRANSIT_REQUEST = 'dxvif-9c0d1e2f';

/** A valid input of every operation, in a valid order. `id` is of a request, `table` of a route table. */
const inputs = (id: string, table: string): Readonly<Record<string, object>> => ({
  CreateConnection: { location: 'PAR1', bandwidth: '1Gbps', connectionName: 'a', tags: [{ key: 'a' }] },
  DescribeConnections: { maxResults: 1 },
  UpdateConnection: { connectionId: 'dxcon-1a2b3c4d', connectionName: 'b' },
  AllocateHostedConnection: {
    connectionId: 'dxcon-1a2b3c4d',
    ownerAccount: RECIPIENT,
    bandwidth: '500Mbps',
    connectionName: 'a',
    vlan: 77,
    tags: [{ key: 'a', value: 'b' }],
  },
  DescribeHostedConnections: { connectionId: 'dxcon-1a2b3c4d' },
  ConfirmConnection: { connectionId: HOSTED },
  AssociateHostedConnection: { connectionId: HOSTED, parentConnectionId: LAG },
  DescribeLocations: {},
  TagResource: { resourceArn: ARN, tags: [{ key: 'a', value: 'b' }] },
  // Also an operation of EC2, whose client omits members that it does not know.
  DescribeTags: { resourceArns: [ARN] },
  UntagResource: { resourceArn: ARN, tagKeys: ['a'] },
  AllocatePrivateVirtualInterface: {
    ...allocation,
    newPrivateVirtualInterfaceAllocation: { ...wanted, vlan: 8, asn: undefined, asnLong: 4200000000 },
  },
  AllocatePublicVirtualInterface: {
    ...allocation,
    newPublicVirtualInterfaceAllocation: { ...wanted, routeFilterPrefixes: [{ cidr: '192.0.2.0/24' }] },
  },
  AllocateTransitVirtualInterface: {
    ...allocation,
    newTransitVirtualInterfaceAllocation: { ...wanted, vlan: 9 },
  },
  CreatePrivateVirtualInterface: {
    connectionId: 'dxcon-1a2b3c4d',
    newPrivateVirtualInterface: { ...wanted, vlan: 10, virtualGatewayId: 'vgw-87654321' },
  },
  CreatePublicVirtualInterface: {
    connectionId: 'dxcon-1a2b3c4d',
    newPublicVirtualInterface: { ...wanted, vlan: 11, routeFilterPrefixes: [{ cidr: '192.0.2.0/24' }] },
  },
  CreateTransitVirtualInterface: {
    connectionId: 'dxcon-1a2b3c4d',
    newTransitVirtualInterface: { ...wanted, vlan: 12, directConnectGatewayId: TRANSIT_GATEWAY },
  },
  DescribeVirtualInterfaces: { maxResults: 2 },
  CreateLag: {
    numberOfConnections: 2,
    location: 'PAR1',
    connectionsBandwidth: '1Gbps',
    lagName: 'a',
    tags: [{ key: 'a', value: 'b' }],
  },
  UpdateLag: { lagId: LAG, lagName: 'b', minimumLinks: 0 },
  AssociateConnectionWithLag: { connectionId: 'dxcon-1a2b3c4d', lagId: LAG },
  DescribeLags: { maxResults: 1 },
  DisassociateConnectionFromLag: { connectionId: 'dxcon-1a2b3c4d', lagId: LAG },
  AssociateVirtualInterface: { virtualInterfaceId: id, connectionId: 'dxcon-1a2b3c4d' },
  UpdateVirtualInterfaceAttributes: { virtualInterfaceId: id, virtualInterfaceName: 'b', mtu: 8500 },
  CreateBGPPeer: { virtualInterfaceId: id, newBGPPeer: { asn: 65020, customerAddress: '192.0.2.2/30' } },
  DeleteBGPPeer: { virtualInterfaceId: id, asn: 65020, customerAddress: '192.0.2.2/30' },
  DescribeVirtualGateways: {},
  CreateDirectConnectGateway: { directConnectGatewayName: 'a', tags: [{ key: 'a', value: 'b' }] },
  DescribeDirectConnectGateways: { maxResults: 1 },
  CreateDirectConnectGatewayAssociation: { directConnectGatewayId, gatewayId: 'vgw-87654321' },
  DescribeDirectConnectGatewayAssociations: { directConnectGatewayId, maxResults: 1 },
  DescribeDirectConnectGatewayAttachments: { directConnectGatewayId },
  CreateDirectConnectGatewayAssociationProposal: {
    directConnectGatewayId: SPARE_GATEWAY,
    directConnectGatewayOwnerAccount: OWNER,
    gatewayId: 'vgw-12345678',
    addAllowedPrefixesToDirectConnectGateway: [{ cidr: '10.0.0.0/8' }],
  },
  DescribeDirectConnectGatewayAssociationProposals: {},
  UpdateDirectConnectGatewayAssociation: { associationId: ASSOCIATION },
  AcceptDirectConnectGatewayAssociationProposal: {
    directConnectGatewayId: IN_USE,
    proposalId: ASSOCIATION,
    associatedGatewayOwnerAccount: OWNER,
  },
  DeleteDirectConnectGatewayAssociationProposal: { proposalId: SPARE_GATEWAY },
  DeleteDirectConnectGatewayAssociation: { directConnectGatewayId, virtualGatewayId: 'vgw-87654321' },
  ConfirmPrivateVirtualInterface: { virtualInterfaceId: id, virtualGatewayId: 'vgw-87654321' },
  ConfirmTransitVirtualInterface: {
    virtualInterfaceId: TRANSIT_REQUEST,
    directConnectGatewayId: TRANSIT_GATEWAY,
  },
  ConfirmPublicVirtualInterface: { virtualInterfaceId: PUBLIC_REQUEST },
  DeleteVirtualInterface: { virtualInterfaceId: id },
  DeleteLag: { lagId: 'dxlag-5e6f7a8b' },
  DeleteConnection: { connectionId: 'dxcon-5e6f7a8b' },
  UpdateDirectConnectGateway: { directConnectGatewayId, newDirectConnectGatewayName: 'b' },
  DeleteDirectConnectGateway: { directConnectGatewayId: SPARE_GATEWAY },
  CreateVpnGateway: {
    Type: 'ipsec.1',
    TagSpecifications: [{ ResourceType: 'vpn-gateway', Tags: [{ Key: 'a', Value: 'b' }] }],
  },
  AttachVpnGateway: { VpcId: 'vpc-1a2b3c4d', VpnGatewayId: 'vgw-12345678' },
  DescribeVpnGateways: {},
  EnableVgwRoutePropagation: { RouteTableId: table, GatewayId: 'vgw-87654321' },
  CreateRoute: { RouteTableId: table, DestinationCidrBlock: '192.0.2.0/24', GatewayId: 'vgw-87654321' },
  DescribeRouteTables: { MaxResults: 5 },
  DisableVgwRoutePropagation: { RouteTableId: table, GatewayId: 'vgw-87654321' },
  CreateTags: { Resources: ['vgw-12345678'], Tags: [{ Key: 'a', Value: 'b' }] },
  DeleteTags: { Resources: ['vgw-12345678'] },
  CreateVpc: { CidrBlock: '10.0.0.0/16' },
  DescribeVpcs: {},
  DescribeVpcAttribute: { VpcId: 'vpc-5e6f7a8b', Attribute: 'enableDnsHostnames' },
  ModifyVpcAttribute: { VpcId: 'vpc-5e6f7a8b', EnableDnsSupport: { Value: true } },
  DescribeSecurityGroups: {},
  DescribeNetworkAcls: {},
  DetachVpnGateway: { VpcId: 'vpc-1a2b3c4d', VpnGatewayId: 'vgw-12345678' },
  DeleteVpnGateway: { VpnGatewayId: 'vgw-12345678' },
  DeleteVpc: { VpcId: 'vpc-1a2b3c4d' },
  GetCallerIdentity: {},
  AssumeRole: { RoleArn: `arn:aws:iam::${RECIPIENT}:role/acceptor`, RoleSessionName: 'pass' },
});

const scenario = readScenario({
  region: 'eu-west-2',
  options: { dialect: 'aws' },
  gateways: [
    { account: OWNER, id: 'vgw-87654321', vpc: 'vpc-5e6f7a8b' },
    { account: OWNER, id: 'vgw-12345678' },
    { account: OWNER, id: 'vgw-11111111' },
  ],
  directConnectGateways: [
    { account: OWNER, id: directConnectGatewayId, name: 'hub', associated: false },
    { account: OWNER, id: TRANSIT_GATEWAY, name: 'transit', associated: false },
    { account: OWNER, id: SPARE_GATEWAY, name: 'spare', associated: false },
    { account: OWNER, id: IN_USE, name: 'in use' },
  ],
  associations: [{ gateway: 'in use', with: 'vgw-11111111' }],
  connections: [
    { account: OWNER, id: 'dxcon-1a2b3c4d', name: 'a', location: 'PAR1' },
    { account: OWNER, id: 'dxcon-5e6f7a8b', name: 'b', location: 'PAR1' },
  ],
  allocations: [
    { connection: 'a', to: OWNER, name: 'a', vlan: 1, asn: 65010 },
    { connection: 'a', to: OWNER, type: 'transit', name: 'b', vlan: 2, asn: 65010 },
    { connection: 'a', to: OWNER, type: 'public', name: 'c', vlan: 3, asn: 65010 },
  ],
});

/** A new emulator, clients of its owner, and inputs for every operation. */
function prepare() {
  const simulation = createInProcessEmulator({}, scenario);
  const { interfaces } = simulation.world();
  const [id = '', ...others] = interfaces.keys();
  others.forEach((other, i) => {
    const request = interfaces.get(other);
    const renamed = [TRANSIT_REQUEST, PUBLIC_REQUEST][i] ?? '';
    if (request !== undefined) interfaces.set(renamed, { ...request, id: renamed });
    interfaces.delete(other);
  });
  const place = { account: OWNER, region: 'eu-west-2', location: 'PAR1', bandwidth: '1Gbps' };
  for (const lag of [LAG, 'dxlag-5e6f7a8b']) {
    const line = { name: 'a', provider: '', tags: [], minimumLinks: 0, ...IN_SERVICE };
    simulation.world().lags.set(lag, { ...place, ...line, id: lag });
  }
  const { gatewayAssociations } = simulation.world();
  for (const made of gatewayAssociations.values()) made.stateForced = false;
  const [association] = gatewayAssociations.values();
  if (association !== undefined) gatewayAssociations.set(ASSOCIATION, { ...association, id: ASSOCIATION });
  const { connections, associationProposals } = simulation.world();
  const parent = connections.get('dxcon-1a2b3c4d');
  const hosting = { parent: 'dxcon-1a2b3c4d', partner: OWNER, vlan: 50 };
  if (parent !== undefined) connections.set(HOSTED, { ...parent, id: HOSTED, state: 'ordering', hosting });
  for (const proposal of [ASSOCIATION, SPARE_GATEWAY]) {
    associationProposals.set(proposal, {
      id: proposal,
      ...{ account: OWNER, region: 'eu-west-2', requestedPrefixes: [], state: 'requested', since: 0 },
      ...{ directConnectGateway: IN_USE, associatedGateway: 'vgw-11111111' },
    });
  }
  const [table = ''] = simulation.world().routeTables.keys();
  return { ...inProcessClient(simulation, OWNER), inputs: Object.entries(inputs(id, table)) };
}

/** The inputs of the operations of EC2 or STS. An operation that Direct Connect has too is Direct Connect's here. */
function callsOf(all: readonly (readonly [string, object])[], model: object) {
  return all.filter(([name]) => `${name}$` in model && !(`${name}$` in directConnectModel));
}

/** Sends the SDK command of that name. */
async function send(client: object, model: object, name: string, input: object): Promise<unknown> {
  const command = Reflect.construct(Reflect.get(model, `${name}Command`), [input]);
  return Reflect.apply(Reflect.get(client, 'send'), client, [command]);
}

describe('the API model of the SDK', () => {
  it('is compared with every operation of the emulator', () => {
    expect([...Object.keys(inputs('', '')), ...OPERATIONS_NOT_IN_THE_PINNED_SDK].toSorted()).toEqual(
      OPERATION_NAMES.toSorted(),
    );
  });

  it('contains every member of Direct Connect’s answers, with the same type', async () => {
    const { directConnect, bodies, inputs } = prepare();
    const checked: string[] = [];
    for (const [name, input] of inputs.filter(([name]) => `${name}$` in directConnectModel)) {
      await send(directConnect, directConnectModel, name, input);
      const answer: unknown = JSON.parse(bodies.at(-1) ?? '');
      expect(unknownMembers(operationModel(directConnectModel, name).output, answer, name)).toEqual([]);
      checked.push(name);
    }
    expect(checked).toHaveLength(47);
  });

  it('has no member that is in the list of those that it lacks', () => {
    const known = ['DescribeVirtualInterfaces', 'DescribeConnections', 'DescribeLags']
      .flatMap((name) => everyMember(operationModel(directConnectModel, name).output))
      .flatMap(({ path }) => path);
    expect(known).toContain('mtu');
    expect(NOT_IN_THE_PINNED_SDK.filter((name) => known.includes(name))).toEqual([]);
  });

  it('has no required member of Direct Connect that the emulator does not require', async () => {
    const { directConnect, inputs } = prepare();
    const refused: string[] = [];
    for (const [name, input] of inputs.filter(([name]) => `${name}$` in directConnectModel)) {
      for (const path of requiredPaths(operationModel(directConnectModel, name).input)) {
        if (!has(input, path)) continue;
        const sent = send(directConnect, directConnectModel, name, without(input, path));
        await expect(sent).rejects.toMatchObject({
          name: 'ValidationException',
          message: expect.stringContaining(`'${path.join('.')}'`),
        });
        refused.push(`${name}.${path.join('.')}`);
      }
    }
    expect(refused).toContain('AllocatePrivateVirtualInterface.newPrivateVirtualInterfaceAllocation.vlan');
    expect(refused).toContain('ConfirmPrivateVirtualInterface.virtualInterfaceId');
    expect(refused).toHaveLength(72);
  });

  it.each([
    { api: 'EC2', model: ec2Model, envelope: ['item', 'requestId', 'return'] },
    { api: 'STS', model: stsModel, envelope: ['ResponseMetadata', 'RequestId'] },
  ])('contains every element of the answers of $api', async ({ api, model, envelope }) => {
    const { ec2, sts, bodies, inputs } = prepare();
    let compared = 0;
    for (const [name, input] of callsOf(inputs, model)) {
      await send(api === 'EC2' ? ec2 : sts, model, name, input);
      const used = [...(bodies.at(-1) ?? '').matchAll(/<([A-Za-z]+)/g)].map(([, element]) => element);
      const known = [
        ...xmlNames(operationModel(model, name).output),
        ...envelope,
        `${name}Response`,
        `${name}Result`,
      ];
      expect(used.filter((element) => element !== undefined && !known.includes(element))).toEqual([]);
      compared += used.length;
    }
    expect(compared).toBeGreaterThan(3);
  });

  it.each([
    ['EC2', ec2Model, 'MissingParameter'],
    ['STS', stsModel, 'ValidationError'],
  ])('has no required member of %s that the emulator does not require', async (api, model, code) => {
    const { ec2, sts, inputs } = prepare();
    let refused = 0;
    for (const [name, input] of callsOf(inputs, model)) {
      for (const path of requiredPaths(operationModel(model, name).input)) {
        const sent = send(api === 'EC2' ? ec2 : sts, model, name, without(input, path));
        await expect(sent).rejects.toMatchObject({ name: code });
        refused += 1;
      }
    }
    expect(refused).toBeGreaterThan(1);
  });
});

function has(input: object, [key = '', ...rest]: readonly string[]): boolean {
  const part: unknown = Reflect.get(input, key);
  return (
    part !== undefined &&
    (rest.length === 0 || (typeof part === 'object' && part !== null && has(part, rest)))
  );
}

function without(input: object, [key = '', ...rest]: readonly string[]): object {
  const part: unknown = Reflect.get(input, key);
  const left = rest.length > 0 && typeof part === 'object' && part !== null ? without(part, rest) : undefined;
  return { ...input, [key]: left };
}
