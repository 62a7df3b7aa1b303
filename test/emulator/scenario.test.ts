import { readFileSync } from 'node:fs';
import { DescribeVpnGatewaysCommand } from '@aws-sdk/client-ec2';
import { describe, expect, it } from 'vitest';
import {
  createInProcessEmulator,
  InvalidInput,
  readScenario,
  ScenarioRefused,
} from '../../emulator/emulator.ts';
import {
  confirm,
  defined,
  ec2,
  listInterfaces,
  OWNER,
  RECIPIENT,
  startTestEmulator,
  UNRELATED_ACCOUNT,
} from './emulatorClients.ts';

const connection = { account: OWNER, id: 'dxcon-1a2b3c4d', name: 'acme', location: 'PAR1' };
const allocation = { connection: 'acme', to: RECIPIENT, name: 'prod', vlan: 101, asn: 65010 };
const small = { region: 'eu-west-2', connections: [connection], allocations: [allocation] };

describe('the example scenario', () => {
  const demo = () =>
    readScenario(
      JSON.parse(readFileSync(new URL('../../examples/scenarios/demo.json', import.meta.url), 'utf8')),
    );

  it('contains a request of a known owner and one of an unknown requester', async () => {
    const simulator = await startTestEmulator({ scenario: demo() });
    expect(await listInterfaces(simulator)).toMatchObject([
      { connectionId: 'dxcon-1a2b3c4d', ownerAccount: RECIPIENT, virtualInterfaceState: 'confirming' },
      { connectionId: 'dxcon-9f9f9f9f', ownerAccount: RECIPIENT, virtualInterfaceState: 'confirming' },
    ]);
    expect(await listInterfaces(simulator, UNRELATED_ACCOUNT)).toHaveLength(1);
  });

  it('contains an attached gateway for the first', async () => {
    const simulator = await startTestEmulator({ scenario: demo() });
    const asked = new DescribeVpnGatewaysCommand({ VpnGatewayIds: ['vgw-87654321'] });
    const { VpnGateways } = await ec2(simulator, RECIPIENT).send(asked);
    expect(VpnGateways).toMatchObject([{ State: 'available', VpcAttachments: [{ State: 'attached' }] }]);
    const [first] = await listInterfaces(simulator);
    await confirm(simulator, defined(first?.virtualInterfaceId), 'vgw-87654321');
  });
});

describe('a scenario', () => {
  it('is overridden by the options of the caller', () => {
    const scenario = readScenario({ ...small, options: { dialect: 'aws', seed: 3, expiry: 'P1D' } });
    expect(createInProcessEmulator({}, scenario).world().dialect).toMatchObject({
      name: 'aws',
      expiry: 86_400_000,
    });
    const { dialect } = createInProcessEmulator({ dialect: 'outscale', expiry: 'never' }, scenario).world();
    expect(dialect).toMatchObject({ name: 'outscale', expiry: null });
  });

  it('sets how long a withdrawn request and a deleted interface are `deleting`', () => {
    const options = { withdrawalTime: 'PT2M', deletionTime: 'PT1H' };
    const { dialect } = createInProcessEmulator({}, readScenario({ ...small, options })).world();
    expect(dialect).toMatchObject({ withdrawalTime: 120_000, deletionTime: 3_600_000 });
  });

  it('can be parsed JSON, or what was read of it, for the same emulator', async () => {
    const everything = { ...small, options: { seed: 3, now: '2026-11-01T00:00:00Z' } };
    const read = await startTestEmulator({ scenario: readScenario(everything) });
    const parsed = await startTestEmulator({ scenario: everything });
    expect(await listInterfaces(parsed)).toHaveLength(1);
    expect(await listInterfaces(parsed)).toEqual(await listInterfaces(read));
  });

  it('is read again unchanged', () => {
    const peer = { asn: 65011, addressFamily: 'ipv6', bgpPeerState: 'deleting' };
    const routes = [{ cidr: '10.0.0.0/16', asPath: [65010], communities: ['7224:9300'] }];
    const read = readScenario({
      ...small,
      gateways: [{ account: RECIPIENT, vpc: 'vpc-1' }],
      transitGateways: [{ account: RECIPIENT }],
      directConnectGateways: [{ account: RECIPIENT, name: 'core', sharedWith: [OWNER] }],
      associations: [{ gateway: 'core', with: 'vgw-12345678' }],
      allocations: [{ ...allocation, peers: [peer], routes, tags: [{ key: 'a', value: 'b' }] }],
    });
    expect(readScenario(read)).toEqual(read);
  });

  it.each([
    [{ ...small, allocations: [{ ...allocation, vlan: 5000 }] }, 'scenario.allocations[0].vlan'],
    [{ connections: [] }, 'scenario.region'],
    [{ ...small, gatewayz: [] }, 'scenario.gatewayz'],
    [{}, 'scenario.region'],
  ])('%# that was not read is refused by name at the start: %j', async (scenario, path) => {
    await expect(startTestEmulator({ scenario })).rejects.toMatchObject({ name: 'InvalidInput', path });
    expect(() => createInProcessEmulator({}, scenario)).toThrow(InvalidInput);
  });

  it('that is a path or JSON text is refused by name', async () => {
    const untyped: Record<string, never> = JSON.parse('"scenario.json"');
    const refused = {
      name: 'InvalidInput',
      path: 'scenario',
      message: expect.stringContaining('scenario.json'),
    };
    await expect(startTestEmulator({ scenario: untyped })).rejects.toMatchObject(refused);
  });

  it.each([
    [{ ...small, region: undefined }, '`region` must be a region such as `eu-west-2`, got nothing'],
    [
      { ...small, allocations: [allocation, allocation, { ...allocation, vlan: 5000 }] },
      '`allocations[2].vlan` must be a whole number from 1 to 4094, got `5000`',
    ],
    [
      { ...small, allocations: [{ ...allocation, to: 12345678901 }] },
      '`allocations[0].to` must be an account of 12 digits in quotes, got `12345678901`',
    ],
    [
      { ...small, connections: [{ ...connection, id: 'dxcon-1' }] },
      '`connections[0].id` must be `dxcon-` and 8 small letters or digits, got `"dxcon-1"`',
    ],
    [{ ...small, gateways: {} }, '`gateways` must be a list, got `{}`'],
    [{ ...small, gateway: [] }, '`gateway` must be left out (known here: region, options, '],
    [
      { ...small, options: { withdrawalTime: 180 } },
      '`options.withdrawalTime` must be a duration of weeks, days, hours, minutes or seconds such as `PT6H` or `P7D`, got `180`',
    ],
    [
      { ...small, options: { dialect: 'azure' } },
      '`options.dialect` must be one of outscale, aws, got `"azure"`',
    ],
    [{ ...small, options: { expiry: '7d' } }, '`options.expiry` must be a duration'],
    [{ ...small, options: { now: 'soon' } }, '`options.now` must be an instant'],
    [[], 'it must be an object, got `[]`'],
  ])('%# that is invalid is refused with path and expected value: %j', (value, message) => {
    expect(() => readScenario(value)).toThrow(InvalidInput);
    expect(() => readScenario(value)).toThrow(message);
  });

  it.each([
    [
      { connections: [connection, connection] },
      '`connections[1].id` does not fit: `dxcon-1a2b3c4d` exists already',
    ],
    [
      { allocations: [{ ...allocation, connection: 'b' }] },
      '`allocations[0].connection` does not fit: no connection',
    ],
    [{ allocations: [allocation, allocation] }, '`allocations[1]` does not fit: VLAN 101 is already in use'],
    [
      { allocations: [{ ...allocation, type: 'transit' }] },
      '`allocations[0].type` does not fit: dialect `outscale` has no transit interfaces',
    ],
    [
      { directConnectGateways: [{ account: RECIPIENT, name: 'core' }] },
      '`directConnectGateways[0]` does not fit: dialect `outscale` has no Direct Connect gateways',
    ],
  ])('%# whose parts do not fit together is refused with the path: %j', (change, message) => {
    const scenario = readScenario({ ...small, ...change });
    expect(() => createInProcessEmulator({ dialect: 'outscale' }, scenario)).toThrow(ScenarioRefused);
    expect(() => createInProcessEmulator({ dialect: 'outscale' }, scenario)).toThrow(message);
  });
});
