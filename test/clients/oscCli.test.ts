import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import type { Emulator } from '../../emulator/emulator.ts';
import { OWNER, RECIPIENT, startTestEmulator, UNRELATED_ACCOUNT } from '../emulator/emulatorClients.ts';
import { installPythonClient } from './installClient.ts';

const { folder, skipped } = await installPythonClient('osc-cli', [
  'osc-sdk==1.11.0',
  'certifi==2026.10.19.post1',
  'charset-normalizer==3.5.3',
  'defusedxml==0.7.1',
  'fire==0.7.1',
  'idna==3.20',
  'requests==2.34.2',
  'termcolor==3.3.0',
  'typing_extensions==4.16.0',
  'urllib3==2.5.0',
  'xmltodict==1.0.4',
]);

/** The error that osc-cli reports, by its code and HTTP status. */
class Refused extends Error {
  override readonly name = 'Refused';
  readonly code: string;
  readonly status: number;
  constructor(code: string, status: number) {
    super(`${code} with status ${status}`);
    this.code = code;
    this.status = status;
  }
}

type Values = Readonly<Record<string, unknown>>;

/** osc-cli with profiles of three accounts: `owner`, `recipient`, `unrelated`, and each with `-get`, whose calls of FCU are GET. */
async function startOscCli({ url }: Emulator) {
  const home = await mkdtemp(join(tmpdir(), 'vif-acceptor-osc-cli-'));
  onTestFinished(() => rm(home, { recursive: true }));
  const accounts = { owner: OWNER, recipient: RECIPIENT, unrelated: UNRELATED_ACCOUNT };
  const profiles = Object.entries(accounts).flatMap(([name, access_key]) => {
    const profile = { access_key, secret_key: 'secret', region: 'eu-west-2', endpoint: url };
    return [
      [name, profile],
      [`${name}-get`, { ...profile, method: 'GET' }],
    ];
  });
  await mkdir(join(home, '.osc'));
  await writeFile(join(home, '.osc/config.json'), JSON.stringify(Object.fromEntries(profiles)));
  /** Makes a call, and returns what osc-cli prints. A member of another type than text is written as a literal of Python. */
  return (profile: string, service: 'directlink' | 'fcu', call: string, input: Values = {}) => {
    const flags = Object.entries(input).flatMap(([name, value]) => [
      `--${name}`,
      typeof value === 'string' ? value : JSON.stringify(value),
    ]);
    const args = [service, call, '--profile', profile, ...flags];
    const environment = { PATH: process.env.PATH, HOME: home };
    return new Promise<Values>((resolve, reject) => {
      execFile(join(folder ?? '', 'bin/osc-cli'), args, { env: environment }, (error, stdout, stderr) => {
        const [, status, code] =
          /OscApiException: Error --> status = (\d+), code = (\S+),/.exec(stderr) ?? [];
        if (error === null) resolve(JSON.parse(stdout));
        else if (code !== undefined) reject(new Refused(code, Number(status)));
        else reject(new Error(`osc-cli failed: ${stderr}`));
      });
    });
  };
}

type OscCli = Awaited<ReturnType<typeof startOscCli>>;

/** The answer of FCU, which osc-cli prints as the XML that it is. */
async function fcu(run: OscCli, profile: string, call: string, input: Values = {}): Promise<Values> {
  const answer: unknown = (await run(profile, 'fcu', call, input))[`${call}Response`];
  return { ...Object(answer) };
}

const createConnection = { location: 'PAR1', bandwidth: '1Gbps', connectionName: 'acme' };
const offered = {
  ...{ virtualInterfaceName: 'acme-prod', vlan: 101, asn: 65010, authKey: 'open-sesame' },
  ...{ amazonAddress: '169.254.10.1/30', customerAddress: '169.254.10.2/30' },
};

async function connect(run: OscCli): Promise<string> {
  return String((await run('owner', 'directlink', 'CreateConnection', createConnection)).connectionId);
}

async function allocate(run: OscCli, connectionId: string, changed: Values = {}): Promise<string> {
  const answer = await run('owner', 'directlink', 'AllocatePrivateVirtualInterface', {
    ...{ connectionId, ownerAccount: RECIPIENT },
    newPrivateVirtualInterfaceAllocation: { ...offered, ...changed },
  });
  return String(answer.virtualInterfaceId);
}

async function createGateway(run: OscCli): Promise<string> {
  const { vpnGateway } = await fcu(run, 'recipient', 'CreateVpnGateway', { Type: 'ipsec.1' });
  const VpnGatewayId = String(Object(vpnGateway).vpnGatewayId);
  await fcu(run, 'recipient', 'AttachVpnGateway', { VpnGatewayId, VpcId: 'vpc-1a2b3c4d' });
  return VpnGatewayId;
}

/** The states of the interfaces that an account sees. */
async function states(run: OscCli, profile: string): Promise<unknown[]> {
  const { virtualInterfaces } = await run(profile, 'directlink', 'DescribeVirtualInterfaces');
  return [virtualInterfaces].flat().map((vif) => Object(vif).virtualInterfaceState);
}

const clientError = { code: 'DirectConnectClientException', status: 400 };

describe.skipIf(folder === null)(`osc-cli${skipped}`, () => {
  it('takes a request from allocation to acceptance, and deletes everything', async () => {
    const emulator = await startTestEmulator({ dialect: 'outscale' });
    const run = await startOscCli(emulator);
    const { locations } = await run('owner', 'directlink', 'DescribeLocations');
    expect([locations].flat()).not.toEqual([]);
    const connectionId = await connect(run);
    const virtualInterfaceId = await allocate(run, connectionId);
    expect(await states(run, 'owner')).toEqual(['confirming']);
    expect(await states(run, 'recipient')).toEqual(['confirming']);
    expect(await states(run, 'unrelated')).toEqual([]);
    await expect(allocate(run, connectionId)).rejects.toMatchObject(clientError);

    const virtualGatewayId = await createGateway(run);
    const confirm = (profile: string, gateway: string) =>
      run(profile, 'directlink', 'ConfirmPrivateVirtualInterface', {
        ...{ virtualInterfaceId, virtualGatewayId: gateway },
      });
    await expect(confirm('recipient', 'vgw-00000000')).rejects.toMatchObject(clientError);
    await expect(confirm('unrelated', virtualGatewayId)).rejects.toMatchObject(clientError);
    expect(await confirm('recipient', virtualGatewayId)).toMatchObject({
      virtualInterfaceState: 'pending',
      requestid: expect.stringMatching(/^[0-9a-f-]{36}$/),
    });
    await expect(confirm('recipient', virtualGatewayId)).rejects.toMatchObject(clientError);
    emulator.clock.advance('PT1M');
    expect([await states(run, 'owner'), await states(run, 'recipient')]).toEqual([
      ['available'],
      ['available'],
    ]);

    await run('recipient', 'directlink', 'DeleteVirtualInterface', { virtualInterfaceId });
    emulator.clock.advance('PT1M');
    expect(await states(run, 'owner')).toEqual(['deleted']);
    const attached = { VpnGatewayId: virtualGatewayId, VpcId: 'vpc-1a2b3c4d' };
    await fcu(run, 'recipient', 'DetachVpnGateway', attached);
    await fcu(run, 'recipient', 'DeleteVpnGateway', { VpnGatewayId: virtualGatewayId });
    await run('owner', 'directlink', 'DeleteConnection', { connectionId });
    const { connections } = await run('owner', 'directlink', 'DescribeConnections');
    expect([connections].flat().map((each) => Object(each).connectionState)).not.toContain('available');
  });

  it('sees a request that the recipient declines, and one that expires', async () => {
    const emulator = await startTestEmulator({ dialect: 'outscale' });
    const run = await startOscCli(emulator);
    const connectionId = await connect(run);
    const virtualInterfaceId = await allocate(run, connectionId);
    await allocate(run, connectionId, { vlan: 102 });
    await run('recipient', 'directlink', 'DeleteVirtualInterface', { virtualInterfaceId });
    expect(await states(run, 'owner')).toEqual(['rejected', 'confirming']);
    emulator.clock.advance('P7D');
    expect(await states(run, 'owner')).toContain('expired');
  });

  it('needs quotes around an account without a leading zero, which it otherwise sends as a number', async () => {
    const run = await startOscCli(await startTestEmulator({ dialect: 'outscale' }));
    const connectionId = await connect(run);
    const allocateTo = (ownerAccount: string) =>
      run('owner', 'directlink', 'AllocatePrivateVirtualInterface', {
        ...{ connectionId, ownerAccount, newPrivateVirtualInterfaceAllocation: offered },
      });
    await expect(allocateTo(UNRELATED_ACCOUNT)).rejects.toMatchObject({ code: 'SerializationException' });
    expect(await allocateTo(`"${UNRELATED_ACCOUNT}"`)).toMatchObject({ virtualInterfaceState: 'confirming' });
    expect(await states(run, 'unrelated')).toEqual(['confirming']);
  });

  it('finds gateways by wildcards, and tags them, also by GET', async () => {
    const run = await startOscCli(await startTestEmulator({ dialect: 'outscale' }));
    const [one] = [await createGateway(run), await createGateway(run)];
    await fcu(run, 'recipient', 'CreateTags', {
      ...{ ResourceId: [one], Tag: [{ Key: 'Name', Value: 'core Zoë & 1' }] },
    });
    for (const profile of ['recipient', 'recipient-get']) {
      const Filter = [{ Name: 'tag:Name', Value: ['c?re Z*'] }];
      const { vpnGatewaySet } = await fcu(run, profile, 'DescribeVpnGateways', { Filter });
      // One element is printed as an object, more as a list.
      expect(vpnGatewaySet).toMatchObject({ item: { vpnGatewayId: one, state: 'available' } });
      expect((await fcu(run, profile, 'DescribeTags')).tagSet).toMatchObject({
        item: { resourceId: one, resourceType: 'vpn-gateway', key: 'Name', value: 'core Zoë & 1' },
      });
    }
    await fcu(run, 'recipient-get', 'DeleteTags', { ResourceId: [one] });
    expect((await fcu(run, 'recipient', 'DescribeTags')).tagSet).toBeNull();
    const missing = fcu(run, 'recipient-get', 'DescribeVpnGateways', { VpnGatewayId: ['vgw-00000000'] });
    await expect(missing).rejects.toMatchObject({ code: 'InvalidVpnGatewayID.NotFound', status: 400 });
  });

  it('shows the code of an operation that FCU does not have', async () => {
    const run = await startOscCli(await startTestEmulator({ dialect: 'outscale' }));
    const unknown = { code: 'InvalidAction', status: 400 };
    await expect(run('owner', 'fcu', 'DescribeNothing')).rejects.toMatchObject(unknown);
  });
});
