import {
  AllocateHostedConnectionCommand,
  CreateConnectionCommand,
  DescribeDirectConnectGatewayAssociationsCommand,
} from '@aws-sdk/client-direct-connect';
import { describe, expect, it, onTestFinished } from 'vitest';
import { DIALECT_NAMES } from '../../emulator/dialects.ts';
import { type Emulator, startEmulator } from '../../emulator/emulator.ts';
import {
  connect,
  defined,
  directConnect,
  gateway,
  OWNER,
  offerInterface,
  RECIPIENT,
  startTestEmulator,
  states,
} from '../emulator/emulatorClients.ts';
import { ANSIBLE, installAnsible, runPlaybook, type Task } from './ansible.ts';

const { folder, skipped } = await installAnsible();

/** What each task of a playbook changed; `failed`, with the reason, for the one that stopped it. */
async function changes(emulator: Emulator, account: string, ...tasks: Task[]): Promise<(boolean | string)[]> {
  if (folder === null) throw new Error('Ansible is not installed');
  const results = await runPlaybook(folder, emulator, account, tasks);
  return results.map(({ changed, failed, msg }) => (failed ? `failed: ${msg}` : changed));
}

/** The task that makes something, and the one that removes it, each run twice: the second time nothing changes. */
const twice = (present: Task, absent: Task): Task[] => [present, present, absent, absent];
const IDEMPOTENT = [true, false, true, false];

const CONNECTION = { location: 'PAR1', bandwidth: '1Gbps' };

describe.skipIf(folder === null).each(DIALECT_NAMES)(`Ansible ${ANSIBLE} on %s${skipped}`, (dialect) => {
  it('makes and removes a connection', async () => {
    const emulator = await startTestEmulator({ dialect });
    const module = 'community.aws.directconnect_connection';
    const present: Task = [module, { state: 'present', name: 'acme', ...CONNECTION }];
    const absent: Task = [module, { state: 'absent', name: 'acme' }];
    expect(await changes(emulator, OWNER, ...twice(present, absent))).toEqual(IDEMPOTENT);
  });

  it('makes a virtual private gateway, changes its tags, attaches it to a VPC, and removes it', async () => {
    const emulator = await startTestEmulator({ dialect });
    const module = 'amazon.aws.ec2_vpc_vgw';
    const present: Task = [module, { state: 'present', name: 'core', tags: { team: 'net' } }];
    const retagged = { state: 'present', name: 'core', tags: { owner: 'net' } };
    const attached: Task = [module, { ...retagged, vpc_id: 'vpc-1a2b3c4d' }];
    const absent: Task = [module, { state: 'absent', name: 'core' }];
    const tasks = [
      present,
      present,
      [module, retagged],
      [module, retagged],
      attached,
      attached,
    ] satisfies Task[];
    expect(await changes(emulator, RECIPIENT, ...tasks, absent, absent)).toEqual([
      ...[true, false, true, false],
      ...IDEMPOTENT,
    ]);
  });

  it('makes a private interface of its own on a virtual private gateway, and removes it', async () => {
    const emulator = await startTestEmulator({ dialect });
    const connection_id = await connect(emulator, RECIPIENT);
    const virtual_gateway_id = await gateway(emulator);
    const module = 'community.aws.directconnect_virtual_interface';
    const addresses = { amazon_address: '169.254.10.1/30', customer_address: '169.254.10.2/30' };
    const named = { name: 'core-1', connection_id };
    const asked = { public: false, vlan: 101, bgp_asn: 65010, virtual_gateway_id, ...addresses };
    const present: Task = [module, { state: 'present', ...named, ...asked }];
    const absent: Task = [module, { state: 'absent', ...named }];
    expect(await changes(emulator, RECIPIENT, ...twice(present, absent))).toEqual(IDEMPOTENT);
  });

  it('declines a request of another account', async () => {
    const emulator = await startTestEmulator({ dialect });
    const virtual_interface_id = await offerInterface(emulator);
    const module = 'community.aws.directconnect_virtual_interface';
    // The module demands a connection, although it needs none to delete.
    const connection_id = 'dxcon-00000000';
    const absent: Task = [module, { state: 'absent', connection_id, virtual_interface_id }];
    expect(await changes(emulator, RECIPIENT, absent)).toEqual([true]);
    expect(await states(emulator, OWNER)).toEqual(['rejected']);
  });
});

describe.skipIf(folder === null)(`Ansible ${ANSIBLE}, with what AWS alone has${skipped}`, () => {
  it('bundles a connection into a LAG, and removes the LAG with it', async () => {
    const emulator = await startTestEmulator({ dialect: 'aws' });
    const connection_id = await connect(emulator);
    const module = 'community.aws.directconnect_link_aggregation_group';
    const lag = { name: 'pair', ...CONNECTION, connection_id, num_connections: 1 };
    const present: Task = [module, { state: 'present', ...lag }];
    const changed: Task = [module, { state: 'present', ...lag, min_links: 1 }];
    const removal = { name: 'pair', force_delete: true, delete_with_disassociation: true };
    const absent: Task = [module, { state: 'absent', ...removal }];
    expect(await changes(emulator, OWNER, present, present, changed, changed, absent, absent)).toEqual([
      true,
      false,
      true,
      false,
      true,
      false,
    ]);
  });

  it('associates a Direct Connect gateway with a virtual private gateway, and removes both', async () => {
    // The module waits in real time: it wants to see `associating`, and looks every 15 seconds until `disassociating` is over.
    const emulator = await startEmulator({ dialect: 'aws', disassociationTime: 'PT1S' });
    onTestFinished(() => emulator.close());
    const virtual_gateway_id = await gateway(emulator);
    const module = 'community.aws.directconnect_gateway';
    const alone: Task = [module, { state: 'present', name: 'hub', amazon_asn: '64513' }];
    const associated: Task = [
      module,
      { state: 'present', name: 'hub', amazon_asn: '64513', virtual_gateway_id },
    ];
    expect(await changes(emulator, RECIPIENT, alone, alone, associated, associated)).toEqual([
      true,
      false,
      true,
      false,
    ]);
    const [direct_connect_gateway_id = ''] = emulator.world.directConnectGateways.keys();
    const shown = await directConnect(emulator, RECIPIENT).send(
      new DescribeDirectConnectGatewayAssociationsCommand({
        directConnectGatewayId: direct_connect_gateway_id,
      }),
    );
    expect(shown).toMatchObject({
      directConnectGatewayAssociations: [{ virtualGatewayId: virtual_gateway_id }],
    });
    const absent: Task = [module, { state: 'absent', name: 'hub', direct_connect_gateway_id }];
    // The module reports no change when it has deleted a gateway.
    expect(await changes(emulator, RECIPIENT, absent, absent)).toEqual([false, false]);
    expect(emulator.world.directConnectGateways.size).toBe(0);
  });

  it('makes a public interface of its own, and removes it', async () => {
    const emulator = await startTestEmulator({ dialect: 'aws' });
    const named = { name: 'edge-1', connection_id: await connect(emulator, RECIPIENT) };
    const module = 'community.aws.directconnect_virtual_interface';
    const addresses = { amazon_address: '203.0.113.1/30', customer_address: '203.0.113.2/30' };
    const asked = { public: true, vlan: 102, bgp_asn: 65010, cidr: ['192.0.2.0/24'], ...addresses };
    const present: Task = [module, { state: 'present', ...named, ...asked }];
    const absent: Task = [module, { state: 'absent', ...named }];
    expect(await changes(emulator, RECIPIENT, ...twice(present, absent))).toEqual(IDEMPOTENT);
  });

  it('confirms a hosted connection', async () => {
    const emulator = await startTestEmulator({ dialect: 'aws' });
    const partner = directConnect(emulator, OWNER);
    const asked = { location: 'PAR1', bandwidth: '10Gbps', connectionName: 'interconnect' };
    const { connectionId } = await partner.send(new CreateConnectionCommand(asked));
    const hosted = await partner.send(
      new AllocateHostedConnectionCommand({
        connectionId,
        ownerAccount: RECIPIENT,
        bandwidth: '500Mbps',
        connectionName: 'hosted',
        vlan: 200,
      }),
    );
    const confirm: Task = [
      'community.aws.directconnect_confirm_connection',
      { connection_id: defined(hosted.connectionId) },
    ];
    expect(await changes(emulator, RECIPIENT, confirm, confirm)).toEqual([true, false]);
  });
});
