import * as directConnectSdk from '@aws-sdk/client-direct-connect';
import * as ec2Sdk from '@aws-sdk/client-ec2';
import * as stsSdk from '@aws-sdk/client-sts';
import { describe, expect, it } from 'vitest';
import { type Answer, callService, type ServiceCall } from '../../emulator/conformance/serviceClient.ts';
import { DIALECT_NAMES } from '../../emulator/dialects.ts';
import { runStoryOfClient } from './storyOfClient.ts';

interface Settings {
  readonly endpoint: string;
  readonly region: string;
  readonly credentials: { readonly accessKeyId: string; readonly secretAccessKey: string };
}

// The SDK of JavaScript is a dependency of the project: `npm ci` installed it. The overloads of the three `send` have no common call.
const SDKS = {
  directconnect: {
    sdk: directConnectSdk,
    connect: (settings: Settings) => {
      const client = new directConnectSdk.DirectConnectClient(settings);
      return { client, send: (command: Parameters<typeof client.send>[0]) => client.send(command) };
    },
  },
  ec2: {
    sdk: ec2Sdk,
    connect: (settings: Settings) => {
      const client = new ec2Sdk.EC2Client(settings);
      return { client, send: (command: Parameters<typeof client.send>[0]) => client.send(command) };
    },
  },
  sts: {
    sdk: stsSdk,
    connect: (settings: Settings) => {
      const client = new stsSdk.STSClient(settings);
      return { client, send: (command: Parameters<typeof client.send>[0]) => client.send(command) };
    },
  },
};

/** Names of EC2's SDK that are not those of the query protocol, apart from the case of the first letter of an output. */
const EC2_INPUTS: Readonly<Record<string, string>> = {
  Filter: 'Filters',
  ResourceId: 'Resources',
  RouteTableId: 'RouteTableIds',
  Tag: 'Tags',
  Value: 'Values',
  VpcId: 'VpcIds',
  VpnGatewayId: 'VpnGatewayIds',
};
const EC2_OUTPUTS: Readonly<Record<string, string>> = {
  IsDefault: 'default',
  NetworkAcls: 'networkAclSet',
  PropagatingVgws: 'propagatingVgwSet',
  RouteTables: 'routeTableSet',
  Routes: 'routeSet',
  SecurityGroups: 'securityGroupInfo',
  Tags: 'tagSet',
  VpcAttachment: 'attachment',
  VpcAttachments: 'attachments',
  Vpcs: 'vpcSet',
  VpnGateways: 'vpnGatewaySet',
};

/** Renames the members of an object. A name of a list is only replaced where its member is one. */
function renamed(value: unknown, rename: (name: string, member: unknown) => string): unknown {
  if (Array.isArray(value)) return value.map((item) => renamed(item, rename));
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([name, member]) => [rename(name, member), renamed(member, rename)]),
  );
}

const inputOf = ({ service, input }: ServiceCall): unknown =>
  service === 'ec2'
    ? renamed(input, (name, member) => (Array.isArray(member) ? (EC2_INPUTS[name] ?? name) : name))
    : input;

const outputOf = ({ service }: ServiceCall, output: unknown): unknown =>
  service === 'ec2'
    ? renamed(output, (name) => EC2_OUTPUTS[name] ?? `${name.charAt(0).toLowerCase()}${name.slice(1)}`)
    : output;

async function callJavascript(call: ServiceCall): Promise<Answer> {
  const { sdk, connect } = SDKS[call.service];
  const Command: unknown = Reflect.get(sdk, `${call.operation}Command`);
  // This version of the SDK does not have the newest operations.
  if (typeof Command !== 'function') return callService(call);
  const { accessKeyId, secretAccessKey } = call.keys;
  const { endpoint, region } = call;
  const { client, send } = connect({ endpoint, region, credentials: { accessKeyId, secretAccessKey } });
  try {
    const output: unknown = await send(Reflect.construct(Command, [inputOf(call)]));
    return { kind: 'output', output: outputOf(call, output) };
  } catch (error) {
    if (!(error instanceof Error && '$metadata' in error)) throw error;
    const { httpStatusCode = 0 } = Object(error.$metadata);
    return { kind: 'error', status: httpStatusCode, code: error.name, message: error.message };
  } finally {
    client.destroy();
  }
}

describe('the AWS SDK for JavaScript', () => {
  for (const dialect of DIALECT_NAMES) {
    it(`sees the whole story in dialect ${dialect}`, async () => {
      expect(await runStoryOfClient(dialect, callJavascript)).toEqual([]);
    });
  }
});
