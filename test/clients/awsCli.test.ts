import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { DIALECT_NAMES } from '../../emulator/dialects.ts';
import type { Emulator } from '../../emulator/emulator.ts';
import { OWNER, RECIPIENT, startTestEmulator, UNRELATED_ACCOUNT } from '../emulator/emulatorClients.ts';
import { type Client, installPythonClient, unpackDebianClient } from './installClient.ts';

const ONE = await installPythonClient('aws-cli-1', [
  'awscli==1.45.11',
  'botocore==1.43.11',
  'colorama==0.4.6',
  'docutils==0.19',
  'jmespath==1.0.1',
  'pyasn1==0.6.5',
  'python-dateutil==2.9.0.post0',
  'PyYAML==6.0.4',
  'rsa==4.7.2',
  's3transfer==0.17.1',
  'six==1.17.0',
  'urllib3==2.5.0',
]);

/** Version 2 is on no registry of Python. */
const TWO = await unpackDebianClient('aws-cli-2', [
  ...['awscli', 'python3-awscrt', 'python3-cffi-backend', 'python3-colorama', 'python3-cryptography'],
  ...['python3-dateutil', 'python3-distro', 'python3-docutils', 'python3-jmespath', 'python3-prompt-toolkit'],
  ...['python3-pyasn1', 'python3-roman', 'python3-ruamel.yaml', 'python3-ruamel.yaml.clib', 'python3-six'],
  ...['python3-urllib3', 'python3-wcwidth'],
]);

interface Cli extends Client {
  readonly name: string;
  /** below its folder */
  readonly program: string;
  /** below its folder: its packages of Python, unless the program finds them */
  readonly modules: string | null;
}

const CLIS: readonly Cli[] = [
  { ...ONE, name: 'the AWS CLI 1', program: 'bin/aws', modules: null },
  { ...TWO, name: 'the AWS CLI 2', program: 'usr/bin/aws', modules: 'usr/lib/python3/dist-packages' },
];

/** The error that the AWS CLI reports, by its code. */
class Refused extends Error {
  override readonly name = 'Refused';
  readonly code: string;
  constructor(code: string) {
    super(code);
    this.code = code;
  }
}

type Options = Readonly<Record<string, string | readonly string[]>>;

/** A command of a service, as one types it. */
type Command = (
  account: string,
  command: string,
  options?: Options,
) => Promise<Readonly<Record<string, unknown>>>;

/** Runs commands without this machine's configuration: `directconnect describe-connections`. */
function commandsOf({ folder, program, modules }: Cli, { url }: Emulator): Command {
  if (folder === null) throw new Error('the AWS CLI is not installed');
  const found = modules === null ? {} : { PYTHONPATH: join(folder, modules) };
  return (account, command, options = {}) => {
    const args = [...command.split(' '), ...flagsOf(options), '--endpoint-url', url, '--output', 'json'];
    const env = {
      ...{ PATH: process.env.PATH, ...found },
      AWS_ACCESS_KEY_ID: account,
      AWS_SECRET_ACCESS_KEY: 'secret',
      AWS_DEFAULT_REGION: 'eu-west-2',
      AWS_CONFIG_FILE: '/dev/null',
      AWS_SHARED_CREDENTIALS_FILE: '/dev/null',
      AWS_EC2_METADATA_DISABLED: 'true',
    };
    return new Promise((resolve, reject) => {
      execFile(join(folder, program), args, { env }, (error, stdout, stderr) => {
        if (error === null) resolve(stdout === '' ? {} : JSON.parse(stdout));
        else reject(refusalIn(stderr));
      });
    });
  };
}

function flagsOf(options: Options): string[] {
  return Object.entries(options).flatMap(([name, value]) => [`--${name}`, ...[value].flat()]);
}

function refusalIn(stderr: string): Error {
  const [, code] = /An error occurred \(([\w.]+)\)/.exec(stderr) ?? [];
  return code === undefined ? new Error(`the AWS CLI failed: ${stderr}`) : new Refused(code);
}

const VPC = 'vpc-1a2b3c4d';
const ALLOCATE = 'directconnect allocate-private-virtual-interface';
const CONFIRM = 'directconnect confirm-private-virtual-interface';
const LIST = 'directconnect describe-virtual-interfaces';
const CONNECTION = { location: 'PAR1', bandwidth: '1Gbps', 'connection-name': 'acme' };
const OFFER = 'virtualInterfaceName=acme-prod,vlan=101,asn=65010,authKey=open-sesame';

async function connect(aws: Command): Promise<string> {
  const { connectionId } = await aws(OWNER, 'directconnect create-connection', CONNECTION);
  return String(connectionId);
}

function allocate(aws: Command, connection: string, offer = OFFER) {
  return aws(OWNER, ALLOCATE, {
    ...{ 'connection-id': connection, 'owner-account': RECIPIENT },
    'new-private-virtual-interface-allocation': offer,
  });
}

async function createGateway(aws: Command): Promise<string> {
  const { VpnGateway } = await aws(RECIPIENT, 'ec2 create-vpn-gateway', { type: 'ipsec.1' });
  const id = String(Object(VpnGateway).VpnGatewayId);
  await aws(RECIPIENT, 'ec2 attach-vpn-gateway', { 'vpn-gateway-id': id, 'vpc-id': VPC });
  return id;
}

/** The states of the interfaces that each account sees. */
function states(aws: Command, accounts: readonly string[]): Promise<unknown[][]> {
  return Promise.all(
    accounts.map(async (account) => {
      const { virtualInterfaces } = await aws(account, LIST);
      return [virtualInterfaces].flat().map((vif) => Object(vif).virtualInterfaceState);
    }),
  );
}

const clientError = { code: 'DirectConnectClientException' };

describe.each(CLIS)('$name', (cli) => {
  const { folder, skipped } = cli;
  const test = it.skipIf(folder === null);

  for (const dialect of DIALECT_NAMES) {
    test(`takes a request from allocation to deletion on ${dialect}${skipped}`, async () => {
      const emulator = await startTestEmulator({ dialect });
      const aws = commandsOf(cli, emulator);
      const [identity, connection, gateway] = await Promise.all([
        aws(RECIPIENT, 'sts get-caller-identity'),
        connect(aws),
        createGateway(aws),
      ]);
      expect(identity).toMatchObject({ Account: RECIPIENT });
      const { virtualInterfaceId } = await allocate(aws, connection);
      const vif = { 'virtual-interface-id': String(virtualInterfaceId) };
      expect(await states(aws, [OWNER, RECIPIENT, UNRELATED_ACCOUNT])).toEqual([
        ['confirming'],
        ['confirming'],
        [],
      ]);

      const confirm = (account: string, id: string) =>
        aws(account, CONFIRM, { ...vif, 'virtual-gateway-id': id });
      const refused = [
        allocate(aws, connection),
        confirm(RECIPIENT, 'vgw-00000000'),
        confirm(UNRELATED_ACCOUNT, gateway),
        confirm(OWNER, gateway),
        aws(UNRELATED_ACCOUNT, 'directconnect delete-virtual-interface', vif),
      ];
      await Promise.all(refused.map((each) => expect(each).rejects.toMatchObject(clientError)));
      expect(await confirm(RECIPIENT, gateway)).toMatchObject({ virtualInterfaceState: 'pending' });
      await expect(confirm(RECIPIENT, gateway)).rejects.toMatchObject(clientError);
      emulator.clock.advance('PT1M');
      expect(await states(aws, [OWNER, RECIPIENT])).toEqual([['available'], ['available']]);

      await aws(OWNER, 'directconnect delete-virtual-interface', vif);
      emulator.clock.advance('PT1M');
      expect(await states(aws, [RECIPIENT])).toEqual([['deleted']]);
      await aws(OWNER, 'directconnect delete-connection', { 'connection-id': connection });
    });
  }

  test(`sees a request that is declined, and one that expires${skipped}`, async () => {
    const emulator = await startTestEmulator({ dialect: 'outscale' });
    const aws = commandsOf(cli, emulator);
    const connection = await connect(aws);
    const { virtualInterfaceId } = await allocate(aws, connection);
    await allocate(aws, connection, OFFER.replace('101', '102'));
    const declined = { 'virtual-interface-id': String(virtualInterfaceId) };
    await aws(RECIPIENT, 'directconnect delete-virtual-interface', declined);
    expect(await states(aws, [OWNER])).toEqual([['rejected', 'confirming']]);
    emulator.clock.advance('P7D');
    expect(await states(aws, [OWNER])).toEqual([['expired']]);
  });

  test(`finds gateways by wildcards, and tags them after their creation${skipped}`, async () => {
    const aws = commandsOf(cli, await startTestEmulator({ dialect: 'aws' }));
    const [core] = await Promise.all([createGateway(aws), createGateway(aws)]);
    const found = async (...filters: string[]) => {
      const { VpnGateways } = await aws(RECIPIENT, 'ec2 describe-vpn-gateways', { filters });
      return [VpnGateways].flat().map((each) => Object(each).VpnGatewayId);
    };
    await aws(RECIPIENT, 'ec2 create-tags', {
      resources: core,
      tags: ['Key=Name,Value=core', 'Key=a,Value='],
    });
    expect(await found('Name=tag:Name,Values=x,co*')).toEqual([core]);
    expect(await found('Name=tag:Name,Values=c?re', 'Name=tag-key,Values=A')).toEqual([]);
    await aws(RECIPIENT, 'ec2 delete-tags', { resources: core, tags: 'Key=Name' });
    const { Tags } = await aws(RECIPIENT, 'ec2 describe-tags', {
      filters: `Name=resource-id,Values=${core}`,
    });
    expect(Tags).toEqual([{ Key: 'a', ResourceId: core, ResourceType: 'vpn-gateway', Value: '' }]);
    const missing = aws(RECIPIENT, 'ec2 describe-vpn-gateways', { 'vpn-gateway-ids': 'vgw-00000000' });
    await expect(missing).rejects.toMatchObject({ code: 'InvalidVpnGatewayID.NotFound' });
  });

  test(`enables and disables route propagation of a gateway${skipped}`, async () => {
    const aws = commandsOf(cli, await startTestEmulator({ dialect: 'outscale' }));
    const gateway = await createGateway(aws);
    const tables = () =>
      aws(RECIPIENT, 'ec2 describe-route-tables', { filters: `Name=vpc-id,Values=${VPC}` });
    const { RouteTables } = await tables();
    const table = String(Object([RouteTables].flat()[0]).RouteTableId);
    const both = { 'route-table-id': table, 'gateway-id': gateway };
    await aws(RECIPIENT, 'ec2 enable-vgw-route-propagation', both);
    expect(await tables()).toMatchObject({ RouteTables: [{ PropagatingVgws: [{ GatewayId: gateway }] }] });
    await aws(RECIPIENT, 'ec2 disable-vgw-route-propagation', both);
    expect(await tables()).toMatchObject({ RouteTables: [{ PropagatingVgws: [] }] });
  });

  test(`tags, changes and deletes what aws alone has${skipped}`, async () => {
    const emulator = await startTestEmulator({ dialect: 'aws' });
    const aws = commandsOf(cli, emulator);
    const [connection, gateway, hub] = await Promise.all([
      connect(aws),
      createGateway(aws),
      aws(RECIPIENT, 'directconnect create-direct-connect-gateway', {
        'direct-connect-gateway-name': 'hub',
      }),
    ]);
    const id = String(Object(hub.directConnectGateway).directConnectGatewayId);
    const ends = { 'direct-connect-gateway-id': id, 'virtual-gateway-id': gateway };
    const { virtualInterfaceId } = await allocate(aws, connection);
    const vif = { 'virtual-interface-id': String(virtualInterfaceId) };
    const arn = `arn:aws:directconnect:eu-west-2:${OWNER}:dxcon/${connection}`;
    await aws(RECIPIENT, 'directconnect create-direct-connect-gateway-association', ends);
    await aws(RECIPIENT, CONFIRM, { ...vif, 'direct-connect-gateway-id': id });
    emulator.clock.advance('PT10M');
    await aws(OWNER, 'directconnect tag-resource', { 'resource-arn': arn, tags: 'key=team,value=net' });
    const [changed, { resourceTags }] = await Promise.all([
      aws(RECIPIENT, 'directconnect update-virtual-interface-attributes', { ...vif, mtu: '8500' }),
      aws(OWNER, 'directconnect describe-tags', { 'resource-arns': arn }),
    ]);
    expect(changed).toMatchObject({ mtu: 8500, directConnectGatewayId: id });
    expect(resourceTags).toEqual([{ resourceArn: arn, tags: [{ key: 'team', value: 'net' }] }]);
    await Promise.all([
      aws(OWNER, 'directconnect untag-resource', { 'resource-arn': arn, 'tag-keys': 'team' }),
      aws(RECIPIENT, 'directconnect delete-direct-connect-gateway-association', ends),
      aws(RECIPIENT, 'directconnect delete-virtual-interface', vif),
    ]);
    emulator.clock.advance('PT10M');
    await aws(RECIPIENT, 'directconnect delete-direct-connect-gateway', { 'direct-connect-gateway-id': id });
  });
});
