import { execFile, spawnSync } from 'node:child_process';
import { promisify } from 'node:util';
import { describe, expect, it } from 'vitest';
import type { Emulator } from '../../emulator/emulator.ts';
import { OWNER, RECIPIENT, startTestEmulator } from '../emulator/emulatorClients.ts';

const { error, stdout: help } = spawnSync('curl', ['--help', 'all'], { encoding: 'utf8' });
const canSign = error === undefined && help.includes('--aws-sigv4');
const skipped = canSign ? '' : ' (skipped: `curl` with --aws-sigv4 is not on PATH)';

/** Sends a signed call, and returns the status and the body. */
async function curl({ url }: Emulator, account: string, service: string, path: string, ...more: string[]) {
  const signing = ['--user', `${account}:secret`, '--aws-sigv4', `aws:amz:eu-west-2:${service}`];
  const output = ['--silent', '--show-error', '--write-out', '\n%{http_code}'];
  const { stdout } = await promisify(execFile)('curl', [`${url}${path}`, ...signing, ...output, ...more]);
  const at = stdout.lastIndexOf('\n');
  return { status: Number(stdout.slice(at + 1)), body: stdout.slice(0, at) };
}

describe.skipIf(!canSign).each([
  ['outscale', 'directlink', 'fcu'],
  ['outscale', 'directconnect', 'ec2'],
  ['aws', 'directconnect', 'ec2'],
] as const)(`curl on %s, signing for %s and %s${skipped}`, (dialect, directConnect, gateways) => {
  /** A call of Direct Connect as OUTSCALE documents it for curl. */
  async function call(emulator: Emulator, account: string, operation: string, input: object) {
    const headers = [
      `X-Amz-Target: OvertureService.${operation}`,
      'Content-Type: application/x-amz-json-1.1',
    ];
    const flags = headers.flatMap((header) => ['--header', header]);
    const data = ['--data', JSON.stringify(input)];
    const { status, body } = await curl(emulator, account, directConnect, '/', ...flags, ...data);
    const answer: unknown = JSON.parse(body);
    return { status, answer: Object(answer) };
  }

  it('offers an interface, accepts it, and reads the error of a second acceptance', async () => {
    const emulator = await startTestEmulator({ dialect });
    const create = { location: 'PAR1', bandwidth: '1Gbps', connectionName: 'mine' };
    const { connectionId } = (await call(emulator, OWNER, 'CreateConnection', create)).answer;
    const offered = await call(emulator, OWNER, 'AllocatePrivateVirtualInterface', {
      connectionId,
      ownerAccount: RECIPIENT,
      newPrivateVirtualInterfaceAllocation: {
        virtualInterfaceName: 'mine',
        vlan: 101,
        asn: 65_010,
        amazonAddress: '169.254.10.1/30',
        customerAddress: '169.254.10.2/30',
      },
    });
    expect([offered.status, offered.answer.virtualInterfaceState]).toEqual([200, 'confirming']);
    const { virtualInterfaceId } = offered.answer;
    const form = (parameters: Record<string, string>) =>
      Object.entries(parameters).flatMap(([name, value]) => ['--data', `${name}=${value}`]);
    const version = { Version: '2016-11-15' };
    const created = await curl(
      emulator,
      RECIPIENT,
      gateways,
      '/',
      ...form({ Action: 'CreateVpnGateway', Type: 'ipsec.1', ...version }),
    );
    const virtualGatewayId = /vgw-[0-9a-f]+/.exec(created.body)?.[0];
    const attached = await curl(
      emulator,
      RECIPIENT,
      gateways,
      '/',
      ...form({
        Action: 'AttachVpnGateway',
        VpnGatewayId: virtualGatewayId ?? '',
        VpcId: 'vpc-1a2b3c4d',
        ...version,
      }),
    );
    expect([created.status, attached.status]).toEqual([200, 200]);
    const confirm = () =>
      call(emulator, RECIPIENT, 'ConfirmPrivateVirtualInterface', { virtualInterfaceId, virtualGatewayId });
    expect(await confirm()).toMatchObject({ status: 200, answer: { virtualInterfaceState: 'pending' } });
    expect(await confirm()).toMatchObject({
      status: 400,
      answer: { __type: 'DirectConnectClientException' },
    });
  });

  it('is refused with a wrong secret key', async () => {
    const emulator = await startTestEmulator({ dialect });
    const headers = ['--header', 'X-Amz-Target: OvertureService.DescribeConnections', '--data', '{}'];
    const wrong = ['--user', `${OWNER}:wrong`];
    const { status } = await curl(emulator, OWNER, directConnect, '/', ...headers, ...wrong);
    expect(status).toBe(403);
  });
});
