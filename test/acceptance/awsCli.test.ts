import { describe, expect, it } from 'vitest';
import { type Emulator, readScenario, startEmulator } from '../../emulator/emulator.ts';
import { ACME, RECIPIENT_ACCOUNT, UNKNOWN_REQUESTER } from '../support/accounts.ts';
import { runAwsCli as aws } from '../support/awsCli.ts';
import { folderWith, runCli } from '../support/cli.ts';
import { isInstalled } from '../support/installedPrograms.ts';

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

describe.skipIf(!isInstalled('aws'))(
  'with an unmodified AWS CLI (skipped where `aws` is not installed)',
  () => {
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
  },
);
