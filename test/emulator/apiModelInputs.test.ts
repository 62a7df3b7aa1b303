import * as directConnectModel from '@aws-sdk/client-direct-connect';
import * as ec2Model from '@aws-sdk/client-ec2';
import * as stsModel from '@aws-sdk/client-sts';
import { describe, expect, it } from 'vitest';
import { IGNORED_PARAMETERS } from '../../emulator/inProcessEmulator.ts';
import { everyMember, operationModel } from './apiModel.ts';
import { inProcessClient } from './inProcessClient.ts';
import { CALLS, type Call, type RecordedService } from './wire/allCalls.ts';
import { IDS } from './wire/callVariant.ts';
import { createRecordedWorld } from './wire/replayRecording.ts';

const MODELS = { directconnect: directConnectModel, ec2: ec2Model, sts: stsModel } satisfies Record<
  RecordedService,
  object
>;

/** Members that the emulator refuses by name. */
const REFUSED: Readonly<Record<string, readonly string[]>> = {
  CreateRoute: [
    ...['CarrierGatewayId', 'CoreNetworkArn', 'DestinationIpv6CidrBlock', 'DestinationPrefixListId'],
    ...['EgressOnlyInternetGatewayId', 'InstanceId', 'LocalGatewayId', 'NatGatewayId', 'NetworkInterfaceId'],
    ...['OdbNetworkArn', 'TransitGatewayId', 'VpcEndpointId', 'VpcPeeringConnectionId'],
  ],
  CreateVpc: [
    ...['Ipv4IpamPoolId', 'Ipv4NetmaskLength', 'Ipv6CidrBlock', 'Ipv6CidrBlockNetworkBorderGroup'],
    ...['Ipv6IpamPoolId', 'Ipv6NetmaskLength', 'Ipv6Pool', 'VpcEncryptionControl'],
  ],
  AssumeRole: [
    ...['MinimumSessionTokenSize', 'Policy', 'PolicyArns', 'ProvidedContexts', 'SerialNumber'],
    ...['SourceIdentity', 'Tags', 'TokenCode', 'TransitiveTagKeys'],
  ],
};

/** For each operation, a call with a successful answer. */
const answered = CALLS.filter(({ refused, assumed }) => refused === undefined && !assumed).filter(
  ({ service, operation }, i, all) =>
    all.findIndex((other) => other.service === service && other.operation === operation) === i,
);

describe('every member of every input in the API model', () => {
  it('is supported, refused by its name, or in the table of ignored parameters', async () => {
    const refused: Record<string, string[]> = {};
    for (const call of answered) {
      const { input } = operationModel(MODELS[call.service], call.operation);
      const strange: string[] = [];
      for (const { path, example } of everyMember(input)) {
        const [member = ''] = path;
        const message = await refusalOf(call, { [member]: example });
        if (message.includes(`The emulator does not know the parameter ${member}`)) strange.push(member);
      }
      if (strange.length > 0) refused[call.operation] = strange.toSorted();
    }
    expect(refused).toEqual(REFUSED);
  });

  it('is in a recording, unless it is refused', () => {
    for (const { operation, service } of answered) {
      const calls = CALLS.filter((call) => call.service === service && call.operation === operation);
      const { input } = operationModel(MODELS[service], operation);
      const sent = new Set(calls.flatMap((call) => keysIn(call.input)));
      const unsent = everyMember(input)
        .filter(({ path: [member = ''] }) => !REFUSED[operation]?.includes(member))
        .map(({ path }) => path.join('.'))
        .filter((path) => !sent.has(path) && path !== 'DryRun');
      expect([operation, unsent]).toEqual([operation, []]);
    }
  });

  it('is in the API model if it is in the table of ignored parameters, which has a reason', () => {
    for (const { operation, member, reason } of IGNORED_PARAMETERS) {
      // An operation of two services has the member in one of them.
      const services = new Set(
        CALLS.filter((call) => call.operation === operation).map((call) => call.service),
      );
      const known = [...services].flatMap((service) =>
        everyMember(operationModel(MODELS[service], operation).input).map(({ path }) => path[0]),
      );
      expect(known).toContain(member);
      expect(reason).not.toBe('');
    }
  });
});

async function refusalOf({ service, operation, input }: Call, more: object): Promise<string> {
  const { directConnect, ec2, sts } = inProcessClient(createRecordedWorld('aws'), IDS.account);
  const client = { directconnect: directConnect, ec2, sts }[service];
  const command = Reflect.construct(Reflect.get(MODELS[service], `${operation}Command`), [
    { ...input, ...more },
  ]);
  try {
    await Reflect.apply(client.send, client, [command]);
    return '';
  } catch (error) {
    return String(error);
  }
}

/** Paths of an input, without list indices. */
function keysIn(value: unknown, path: readonly string[] = []): string[] {
  if (Array.isArray(value)) return value.flatMap((item) => keysIn(item, path));
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([key, part]) => [
    [...path, key].join('.'),
    ...keysIn(part, [...path, key]),
  ]);
}
