import { execFile, execFileSync } from 'node:child_process';
import { promisify } from 'node:util';
import { describe, expect, it } from 'vitest';
import { type Emulator, readScenario, startEmulator } from '../../emulator/emulator.ts';
import { ACME, RECIPIENT_ACCOUNT, UNKNOWN_REQUESTER } from '../support/accounts.ts';
import { folderWith, runCli } from '../support/cli.ts';

const exec = promisify(execFile);
const HAS_AWS = ((): boolean => {
  try {
    execFileSync('aws', ['--version'], { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
})();

/** Runs the unmodified AWS CLI with the keys of `account`. */
async function aws(cloud: Emulator, account: string, ...args: string[]): Promise<Record<string, unknown>> {
  const env = {
    PATH: process.env.PATH ?? '',
    HOME: folderWith({}),
    AWS_ACCESS_KEY_ID: account,
    AWS_SECRET_ACCESS_KEY: 'secret',
    AWS_DEFAULT_REGION: 'eu-west-2',
    AWS_EC2_METADATA_DISABLED: 'true',
  };
  const { stdout } = await exec('aws', [...args, '--endpoint-url', cloud.url, '--output', 'json'], { env });
  const answer: unknown = JSON.parse(stdout || '{}');
  return typeof answer === 'object' && answer !== null ? { ...answer } : {};
}

/** Creates a connection as another account, and offers an interface on it to the recipient. @returns the IDs of both */
async function connectAndOffer(cloud: Emulator, account: string, vlan: number): Promise<[string, string]> {
  const made = await aws(
    cloud,
    account,
    ...[
      'directconnect',
      'create-connection',
      '--location',
      'PAR1',
      '--bandwidth',
      '1Gbps',
      '--connection-name',
      'test',
    ],
  );
  const connection = String(made.connectionId);
  const allocation = `virtualInterfaceName=acme-prod,vlan=${vlan},asn=65010,amazonAddress=169.254.${vlan}.1/30,customerAddress=169.254.${vlan}.2/30`;
  const offered = await aws(
    cloud,
    account,
    ...[
      'directconnect',
      'allocate-private-virtual-interface',
      '--connection-id',
      connection,
      '--owner-account',
      RECIPIENT_ACCOUNT,
    ],
    ...['--new-private-virtual-interface-allocation', allocation],
  );
  return [connection, String(offered.virtualInterfaceId)];
}

/** An available gateway of the recipient, attached to a VPC. */
async function makeGateway(cloud: Emulator): Promise<string> {
  const made: { VpnGateway?: { VpnGatewayId?: string } } = await aws(
    cloud,
    RECIPIENT_ACCOUNT,
    'ec2',
    'create-vpn-gateway',
    '--type',
    'ipsec.1',
  );
  const id = made.VpnGateway?.VpnGatewayId ?? '';
  await aws(
    cloud,
    RECIPIENT_ACCOUNT,
    'ec2',
    'attach-vpn-gateway',
    '--vpn-gateway-id',
    id,
    '--vpc-id',
    'vpc-1a2b3c4d',
  );
  return id;
}

describe.skipIf(!HAS_AWS)('with an unmodified AWS CLI (skipped where `aws` is not installed)', () => {
  it.each(['outscale', 'aws'] as const)(
    '`run` accepts what the policy allows, offered and verified with the AWS CLI, on %s',
    async (dialect) => {
      const scenario = readScenario({ region: 'eu-west-2', options: { dialect } });
      const cloud = await startEmulator({ scenario });
      try {
        const gateway = await makeGateway(cloud);
        const [connection, allowed] = await connectAndOffer(cloud, ACME, 101);
        const [, strange] = await connectAndOffer(cloud, UNKNOWN_REQUESTER, 102);
        const dir = folderWith({
          'policy/hub.yaml': `version: 1
recipient: { provider: ${dialect}, region: eu-west-2, account: "${RECIPIENT_ACCOUNT}" }
owners: { acme: { connections: [${connection}], gateway: ${gateway} } }
`,
        });

        const args = [
          'run',
          '--policy',
          'policy/hub.yaml',
          '--json',
          '--endpoint',
          cloud.url,
          '--gateway-endpoint',
          cloud.url,
        ];
        const { code, stdout } = await runCli(dir, args);

        expect(code).toBe(0);
        expect(JSON.parse(stdout).runs[0].counts).toMatchObject({ pending: 2, accepted: 1, held: 1 });
        const { virtualInterfaces } = await aws(
          cloud,
          RECIPIENT_ACCOUNT,
          'directconnect',
          'describe-virtual-interfaces',
        );
        expect(virtualInterfaces).toHaveLength(2);
        expect(virtualInterfaces).toEqual(
          expect.arrayContaining([
            expect.objectContaining({
              virtualInterfaceId: allowed,
              virtualInterfaceState: 'pending',
              virtualGatewayId: gateway,
            }),
            expect.objectContaining({
              virtualInterfaceId: strange,
              virtualInterfaceState: 'confirming',
              virtualGatewayId: '',
            }),
          ]),
        );
      } finally {
        await cloud.close();
      }
    },
    60_000,
  );
});
