import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import {
  AllocatePrivateVirtualInterfaceCommand,
  DescribeVirtualInterfacesCommand,
  DirectConnectClient,
} from '@aws-sdk/client-direct-connect';
import type { Emulator } from '../../emulator/emulator.ts';
import { ACME, RECIPIENT_ACCOUNT, UNKNOWN_REQUESTER } from '../support/accounts.ts';
import { type CommandResult, folderWith, runCli } from '../support/cli.ts';
import { ACME_1, ACME_2, LAB, PROD, startTestCloud, UNKNOWN_CONNECTION } from '../support/cloud.ts';
import { MALICIOUS_NAMES } from '../support/maliciousNames.ts';

/** A policy with one owner: one connection is accepted with any name, the other with one name only. It names an agreed key, so that keys are compared. */
function policy(name: string): string {
  return `version: 1
recipient: { provider: aws, region: eu-west-2, account: "${RECIPIENT_ACCOUNT}" }
limits: { acceptsPerPass: 100 }
owners:
  acme:
    connections: [${ACME_1}, ${ACME_2}]
    grants:
      any: { gateway: ${PROD}, match: { connection: [${ACME_1}] } }
      keyed: { gateway: ${PROD}, match: { connection: [${ACME_1}], bgpKey: "sha256:${'0'.repeat(64)}" } }
      named: { gateway: ${LAB}, match: { connection: [${ACME_2}], name: ["${name}"], tags: { team: [net] } } }
`;
}

/** The BGP key of every interface, which the API returns. */
export const BGP_KEY = 'planted-bgp-key';

/** The output of every command, and every written file, for requests with certain names. */
export interface CommandOutputs {
  readonly plan: CommandResult;
  readonly run: CommandResult;
  readonly status: CommandResult;
  readonly statusJson: CommandResult;
  readonly receipts: CommandResult;
  readonly receiptsJson: CommandResult;
  readonly first: CommandResult;
  readonly diff: CommandResult;
  readonly review: CommandResult;
  readonly explain: CommandResult;
  readonly suggest: CommandResult;
  readonly suggestJson: CommandResult;
  readonly page: string;
  readonly events: string;
  /** every file of the ledger */
  readonly kept: string;
  readonly calls: string;
}

/** Offers each name three times (accepted, without a matching grant, from an unknown requester), then runs every command. */
export async function collectCommandOutputs(names: readonly string[]): Promise<CommandOutputs> {
  const cloud = await startTestCloud({ dialect: 'aws' });
  for (const [i, name] of names.entries()) {
    await offer(cloud, ACME, ACME_1, i, name);
    await offer(cloud, ACME, ACME_2, i + 100, name);
    await offer(cloud, UNKNOWN_REQUESTER, UNKNOWN_CONNECTION, i + 200, name);
  }
  const dir = folderWith({
    'policy/hub.yaml': policy('good-*'),
    'wider.yaml': policy('*').replace(', tags: { team: [net] }', ''),
    'request.json': JSON.stringify(tagged(await one(cloud), names)),
    'written.json': JSON.stringify(tagged(await one(cloud), names.filter(writable))),
  });
  const where = ['--endpoint', cloud.url, '--gateway-endpoint', cloud.url];
  const all = [...where, '--ledger', 'ledger.json'];
  const pending = [...where, '--at', '2026-11-03T00:00:00Z', '--pending'];
  const of = (file: string): string[] => ['policy/hub.yaml', '--request', file];
  const plan = await runCli(dir, ['plan', ...all, '--json']);
  const run = await runCli(dir, ['run', ...all, '--events', 'events.jsonl']);
  const outputs = {
    plan,
    run,
    status: await runCli(dir, ['status', ...all]),
    statusJson: await runCli(dir, ['status', ...all, '--json', '--html', 'status.html']),
    receipts: await runCli(dir, ['receipts', '--ledger', 'ledger.json']),
    receiptsJson: await runCli(dir, ['receipts', '--ledger', 'ledger.json', '--json']),
    first: await runCli(dir, ['policy', 'init', '--provider', 'aws', '--region', 'eu-west-2', ...where]),
    diff: await runCli(dir, ['policy', 'diff', 'policy/hub.yaml', 'wider.yaml', ...pending]),
    review: await runCli(dir, ['policy', 'diff', 'policy/hub.yaml', 'wider.yaml', '--markdown', ...pending]),
    explain: await runCli(dir, ['policy', 'explain', ...of('request.json')]),
    suggest: await runCli(dir, ['policy', 'suggest', ...of('written.json'), '--gateway', LAB]),
    suggestJson: await runCli(dir, ['policy', 'suggest', ...of('written.json'), '--gateway', LAB, '--json']),
  };
  const read = (file: string): string => readFileSync(join(dir, file), 'utf8');
  const kept = readdirSync(dir).filter((file) => file.startsWith('ledger'));
  const files = {
    page: read('status.html'),
    events: read('events.jsonl'),
    kept: kept.map((file) => file + filesIn(join(dir, file))).join('\n'),
    calls: await (await fetch(`${cloud.url}/_simulator/calls`)).text(),
  };
  return { ...outputs, ...files };
}

function filesIn(path: string): string {
  if (!statSync(path).isDirectory()) return readFileSync(path, 'latin1');
  return readdirSync(path)
    .map((name) => filesIn(join(path, name)))
    .join('\n');
}

/** Whether a policy may contain the name: invisible characters are refused. By position, so that the same harmless names are left out. */
function writable(_: string, place: number): boolean {
  return !/[\p{C}\p{Zl}\p{Zp}]/u.test(MALICIOUS_NAMES[place]?.[1] ?? '');
}

function clientOf(cloud: Emulator, account: string): DirectConnectClient {
  const credentials = { accessKeyId: account, secretAccessKey: 'secret' };
  return new DirectConnectClient({ region: 'eu-west-2', endpoint: cloud.url, credentials, maxAttempts: 1 });
}

async function offer(
  cloud: Emulator,
  account: string,
  connectionId: string,
  i: number,
  virtualInterfaceName: string,
): Promise<void> {
  const base = `169.254.${Math.floor(i / 60)}.`;
  const [amazonAddress, customerAddress] = [1, 2].map((host) => `${base}${(i % 60) * 4 + host}/30`);
  const addresses = { amazonAddress, customerAddress };
  const allocation = { virtualInterfaceName, vlan: i + 1, asn: 65010, authKey: BGP_KEY, ...addresses };
  // The API allows fewer characters in a tag than in a name, but enough for a link.
  const value = virtualInterfaceName.replace(/[^\p{L}\p{Z}\p{N}_.:/=+\-@]/gu, '');
  const tags = [{ key: 'team', value }];
  const newPrivateVirtualInterfaceAllocation = { ...allocation, tags };
  await clientOf(cloud, account).send(
    new AllocatePrivateVirtualInterfaceCommand({
      connectionId,
      ownerAccount: RECIPIENT_ACCOUNT,
      newPrivateVirtualInterfaceAllocation,
    }),
  );
}

/** One request as the API returns it. */
async function one(cloud: Emulator): Promise<object> {
  const command = new DescribeVirtualInterfacesCommand({ connectionId: ACME_2 });
  const { virtualInterfaces } = await clientOf(cloud, RECIPIENT_ACCOUNT).send(command);
  return { ...virtualInterfaces?.[0] };
}

/** The same request with every name in its tags. */
function tagged(item: object, names: readonly string[]): object {
  return {
    ...item,
    virtualInterfaceName: names.at(-1),
    tags: names.map((value, i) => ({ key: `${value}${i}`, value })),
  };
}
