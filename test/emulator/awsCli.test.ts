import { execFile, spawnSync } from 'node:child_process';
import { promisify } from 'node:util';
import { describe, expect, it } from 'vitest';
import type { Emulator } from '../../emulator/emulator.ts';
import { gateway, OWNER, RECIPIENT, startTestEmulator } from './emulatorClients.ts';

const found = spawnSync('aws', ['--version']).error === undefined;
const skipped = found ? '' : ' (skipped: the AWS CLI, `aws`, is not on PATH)';

/** Runs the AWS CLI as an account, without this machine's configuration, and parses its output. */
async function aws(simulator: Emulator, account: string, ...command: string[]) {
  const { stdout } = await promisify(execFile)(
    'aws',
    [...command, '--endpoint-url', simulator.url, '--output', 'json'],
    {
      env: {
        PATH: process.env.PATH,
        AWS_ACCESS_KEY_ID: account,
        AWS_SECRET_ACCESS_KEY: 'secret',
        AWS_DEFAULT_REGION: 'eu-west-2',
        AWS_CONFIG_FILE: '/dev/null',
        AWS_SHARED_CREDENTIALS_FILE: '/dev/null',
        AWS_EC2_METADATA_DISABLED: 'true',
      },
    },
  );
  const answer: unknown = stdout === '' ? null : JSON.parse(stdout);
  return answer;
}

describe('the AWS CLI', () => {
  it.skipIf(!found)(
    `takes a request from allocation to acceptance${skipped}`,
    { timeout: 60_000 },
    async () => {
      const simulator = await startTestEmulator({ dialect: 'outscale', seed: 1 });
      expect(await aws(simulator, RECIPIENT, 'sts', 'get-caller-identity')).toMatchObject({
        Account: RECIPIENT,
      });
      await aws(simulator, RECIPIENT, 'ec2', 'create-vpn-gateway', '--type', 'ipsec.1');
      const [vgw = ''] = simulator.world.virtualGateways.keys();
      await aws(
        simulator,
        RECIPIENT,
        'ec2',
        'attach-vpn-gateway',
        '--vpn-gateway-id',
        vgw,
        '--vpc-id',
        'vpc-1',
      );
      await aws(
        simulator,
        OWNER,
        ...['directconnect', 'create-connection', '--location', 'PAR1', '--bandwidth', '1Gbps'],
        ...['--connection-name', 'acme'],
      );
      const [connection = ''] = simulator.world.connections.keys();
      await aws(
        simulator,
        OWNER,
        ...['directconnect', 'allocate-private-virtual-interface', '--connection-id', connection],
        ...['--owner-account', RECIPIENT, '--new-private-virtual-interface-allocation'],
        'virtualInterfaceName=acme-prod,vlan=101,asn=65010,authKey=open-sesame',
      );
      const [id = ''] = simulator.world.interfaces.keys();
      await aws(
        simulator,
        RECIPIENT,
        ...['directconnect', 'confirm-private-virtual-interface', '--virtual-interface-id', id],
        ...['--virtual-gateway-id', vgw],
      );
      expect(await aws(simulator, RECIPIENT, 'directconnect', 'describe-virtual-interfaces')).toMatchObject({
        virtualInterfaces: [
          {
            connectionId: connection,
            virtualInterfaceState: 'pending',
            virtualGatewayId: vgw,
            vlan: 101,
          },
        ],
      });
    },
  );

  it.skipIf(!found)(
    `enables and disables route propagation of a gateway${skipped}`,
    { timeout: 60_000 },
    async () => {
      const simulator = await startTestEmulator({ dialect: 'outscale' });
      const vgw = await gateway(simulator);
      const [table = ''] = simulator.world.routeTables.keys();
      const described = (filter: string) =>
        aws(simulator, RECIPIENT, 'ec2', 'describe-route-tables', '--filters', filter);
      const both = ['--route-table-id', table, '--gateway-id', vgw];
      await aws(simulator, RECIPIENT, 'ec2', 'enable-vgw-route-propagation', ...both);
      expect(await described('Name=vpc-id,Values=vpc-1a2b3c4d')).toMatchObject({
        RouteTables: [{ RouteTableId: table, PropagatingVgws: [{ GatewayId: vgw }] }],
      });
      await aws(simulator, RECIPIENT, 'ec2', 'disable-vgw-route-propagation', ...both);
      expect(await described(`Name=route-table-id,Values=${table}`)).toMatchObject({
        RouteTables: [{ RouteTableId: table, PropagatingVgws: [] }],
      });
    },
  );

  it.skipIf(!found)(
    `gets an error for a gateway that does not exist${skipped}`,
    { timeout: 30_000 },
    async () => {
      const asked = aws(
        await startTestEmulator(),
        RECIPIENT,
        'ec2',
        'describe-vpn-gateways',
        '--vpn-gateway-ids',
        'vgw-00000000',
      );
      await expect(asked).rejects.toThrow(/InvalidVpnGatewayID\.NotFound.*vgw-00000000/);
    },
  );
});
