import { CreateVpnGatewayCommand, DescribeVpnGatewaysCommand } from '@aws-sdk/client-ec2';
import { describe, expect, it } from 'vitest';
import { createInProcessEmulator } from '../../emulator/emulator.ts';
import { RECIPIENT } from './emulatorClients.ts';
import { inProcessClient } from './inProcessClient.ts';

/** The names of the gateways whose name matches the value of a filter. */
async function named(names: readonly string[], ...Values: string[]) {
  const { ec2 } = inProcessClient(createInProcessEmulator({ dialect: 'aws' }, null), RECIPIENT);
  for (const Value of names) {
    const TagSpecifications = [{ ResourceType: 'vpn-gateway' as const, Tags: [{ Key: 'Name', Value }] }];
    await ec2.send(new CreateVpnGatewayCommand({ Type: 'ipsec.1', TagSpecifications }));
  }
  const { VpnGateways } = await ec2.send(
    new DescribeVpnGatewaysCommand({ Filters: [{ Name: 'tag:Name', Values }] }),
  );
  return VpnGateways?.map(({ Tags }) => Tags?.[0]?.Value);
}

describe('a filter of EC2', () => {
  const names = ['core', 'core-2', 'CORE', 'a*b', 'a?b', 'a\\b', 'axxb', 'Zoë\n🚀', ''];
  it.each([
    ['co*', ['core', 'core-2']],
    ['*o*e*', ['core', 'core-2']],
    ['c?re', ['core']],
    ['core?', []],
    ['core??', ['core-2']],
    ['c*e', ['core']],
    ['c', []],
    ['*', names],
    ['**', names],
    ['?*', names.filter((name) => name !== '')],
    ['', ['']],
    ['a*b', ['a*b', 'a?b', 'a\\b', 'axxb']],
    ['a\\*b', ['a*b']],
    ['a\\?b', ['a?b']],
    ['a\\\\b', ['a\\b']],
    ['\\core', ['core']],
    ['Zo??🚀', ['Zoë\n🚀']],
    ['Zoë\n?', ['Zoë\n🚀']],
    ['c[o]re', []],
    ['.*', []],
  ])('with the value %j matches %j', async (value, found) => {
    expect(await named(names, value)).toEqual(found);
  });

  it('matches what one of its values matches', async () => {
    expect(await named(names, 'CO*', 'axx?')).toEqual(['CORE', 'axxb']);
  });

  it('with many wildcards is answered at once', async () => {
    expect(await named(['a'.repeat(255)], `${'*a'.repeat(120)}b`)).toEqual([]);
  });
});
