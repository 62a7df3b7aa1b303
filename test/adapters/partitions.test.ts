import { readFileSync } from 'node:fs';
import { DirectConnectClient } from '@aws-sdk/client-direct-connect';
import { EC2Client } from '@aws-sdk/client-ec2';
import { STSClient } from '@aws-sdk/client-sts';
import { describe, expect, it } from 'vitest';
import { connect, type Endpoints } from '../../adapters/connectApis.ts';
import { PROVIDER_TRAITS } from '../../core/providers.ts';
import { isKnownPartition, partitionOf } from '../../core/resourceIds.ts';
import { rejectionOf, TIMEOUT_MS } from '../support/apiClients.ts';
import { json, startApi } from '../support/apiServer.ts';

const KEYS = { accessKeyId: 'AK', secretAccessKey: 'SK' };

/** Every partition that the SDK in node_modules knows, with its regions: `{ "id": "aws-cn", …, "regions": { "cn-north-1": …`. */
function partitionsOfSdk(): (readonly [partition: string, regions: readonly string[]])[] {
  const file = 'node_modules/@aws-sdk/core/dist-es/submodules/client/util-endpoints/lib/aws/partitions.js';
  const parts = readFileSync(file, 'utf8')
    .split(/"id": "/)
    .slice(1);
  return parts.map((part) => {
    const [, regions = ''] = part.split('"regions": {');
    const named = [...regions.matchAll(/"([a-z0-9-]+)": \{\s*"description"/g)].map(
      ([, region = '']) => region,
    );
    return [part.slice(0, part.indexOf('"')), named.filter((region) => !region.endsWith('-global'))] as const;
  });
}

const SDK = partitionsOfSdk();
const REGIONS = SDK.flatMap(([partition, regions]) => regions.map((region) => ({ region, partition })));

describe('a region of AWS', () => {
  it('is in a known partition, for every partition of the SDK', () => {
    expect(REGIONS.length).toBeGreaterThan(30);
    expect(SDK.filter(([, regions]) => regions.length === 0).map(([partition]) => partition)).toEqual([]);
    expect(REGIONS.filter(({ region, partition }) => partitionOf(region).name !== partition)).toEqual([]);
    expect(SDK.filter(([partition]) => !isKnownPartition(partition))).toEqual([]);
  });

  it.each([...REGIONS.map(({ region }) => region), 'eu-west-9', 'xx-new-1'])(
    '%s has the hosts that the SDK resolves',
    (region) => {
      const traits = PROVIDER_TRAITS.aws;
      const parameters = { Region: region };
      const resolved = [
        new DirectConnectClient({ region }).config.endpointProvider(parameters),
        new EC2Client({ region }).config.endpointProvider(parameters),
        new STSClient({ region }).config.endpointProvider({ ...parameters, UseGlobalEndpoint: false }),
      ].map(({ url }) => url.origin);
      expect([
        traits.directConnectEndpoint(region),
        traits.gatewayEndpoint(region),
        traits.identityEndpoint?.(region),
      ]).toEqual(resolved);
    },
  );

  it('of the European Sovereign Cloud is at amazonaws.eu', () => {
    expect(PROVIDER_TRAITS.aws.directConnectEndpoint('eusc-de-east-1')).toBe(
      'https://directconnect.eusc-de-east-1.amazonaws.eu',
    );
  });
});

describe('STS', () => {
  it('is called at its own endpoint, not at that of EC2', async () => {
    const [ec2, sts] = [await startApi(() => json({}, 400)), await startApi(() => json({}, 400))];
    const endpoints: Endpoints = { directConnect: ec2.url, gateways: ec2.url, identity: sts.url };
    const apis = connect(
      { provider: 'aws', region: 'eusc-de-east-1' },
      KEYS,
      endpoints,
      TIMEOUT_MS,
      new Set(),
    );
    try {
      await rejectionOf(apis.caller.account());
      expect([ec2.received.length, sts.received.length]).toEqual([0, 1]);
    } finally {
      apis.close();
      await Promise.all([ec2.close(), sts.close()]);
    }
  });
});
