import { CreateVpnGatewayCommand, DescribeVpnGatewaysCommand, type Filter } from '@aws-sdk/client-ec2';
import { describe, expect, it } from 'vitest';
import { ec2, RECIPIENT, startTestEmulator } from './emulatorClients.ts';

const name = 'tag-value';

/** The number of gateways that match. There is one, with 50 tags. */
async function countMatches(Filters: Filter[]) {
  const client = ec2(await startTestEmulator({ dialect: 'aws' }), RECIPIENT, { patience: 60_000 });
  const Tags = Array.from({ length: 50 }, (_, i) => ({ Key: `tag-${i}`, Value: 'a'.repeat(255) }));
  const TagSpecifications = [{ ResourceType: 'vpn-gateway' as const, Tags }];
  await client.send(new CreateVpnGatewayCommand({ Type: 'ipsec.1', TagSpecifications }));
  return (await client.send(new DescribeVpnGatewaysCommand({ Filters }))).VpnGateways?.length;
}

const values = (length: number) => Array.from({ length }, (_, i) => `${i}`);

describe('a filter of EC2', () => {
  it('has at most 200 values', async () => {
    expect(await countMatches([{ Name: name, Values: values(200) }])).toBe(0);
    const more = countMatches([{ Name: name, Values: values(201) }]);
    await expect(more).rejects.toMatchObject({ name: 'FilterLimitExceeded' });
  });

  it('is one of at most 50', async () => {
    const filter = { Name: name, Values: ['a*'] };
    expect(await countMatches(new Array<Filter>(50).fill(filter))).toBe(1);
    const more = countMatches(new Array<Filter>(51).fill(filter));
    await expect(more).rejects.toMatchObject({ name: 'FilterLimitExceeded' });
  });

  it('has values of at most 255 characters', async () => {
    expect(await countMatches([{ Name: name, Values: ['*'.repeat(255)] }])).toBe(1);
    expect(await countMatches([{ Name: name, Values: ['🚀'.repeat(255)] }])).toBe(0);
    const longer = countMatches([{ Name: name, Values: ['*'.repeat(256)] }]);
    await expect(longer).rejects.toMatchObject({ name: 'InvalidParameterValue' });
  });

  it('can have all of these values, with wildcards', async () => {
    const almost = `*${'a'.repeat(60)}b`;
    const Values = [...new Array<string>(199).fill(almost), 'a*a'];
    expect(await countMatches(new Array<Filter>(50).fill({ Name: name, Values }))).toBe(1);
  });
});
