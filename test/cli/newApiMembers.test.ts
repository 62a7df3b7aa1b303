import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it, onTestFinished, vi } from 'vitest';
import { readScenario, startEmulator } from '../../emulator/emulator.ts';
import { ACME, RECIPIENT_ACCOUNT } from '../support/accounts.ts';
import { folderWith, runCli } from '../support/cli.ts';
import { ACME_1, PROD } from '../support/cloud.ts';
import { startFixedCloud } from '../support/fixedCloud.ts';
import { AWS_ITEM } from '../support/wireItems.ts';

vi.setConfig({ testTimeout: 60_000 });

const CAPACITY = {
  rateLimit: '500Mbps',
  prefixPoolAllocatedCountIpv4: 100,
  prefixPoolAllocatedCountIpv6: 10,
};
const LINES = ['rate limit: 500Mbps', 'allocated prefixes: IPv4 100, IPv6 10'];

const POLICY = `version: 1
recipient: { provider: aws, region: eu-west-2, account: "${RECIPIENT_ACCOUNT}" }
owners:
  acme:
    connections: [${ACME_1}]
    grants: { prod: { gateway: ${PROD}, match: { vlan: [101, 102], asn: [65010] } } }
`;

const offer = (vlan: number, more: object) => ({
  ...{ connection: ACME_1, to: RECIPIENT_ACCOUNT, name: `vlan-${vlan}`, vlan, asn: 65010 },
  amazonAddress: `169.254.${vlan}.1/30`,
  customerAddress: `169.254.${vlan}.2/30`,
  ...more,
});

/** Starts an emulator in which these interfaces are offered. @returns the options with its endpoints and a ledger */
async function startWith(allocations: readonly object[]): Promise<readonly string[]> {
  const scenario = readScenario({
    region: 'eu-west-2',
    options: { dialect: 'aws' },
    gateways: [{ account: RECIPIENT_ACCOUNT, id: PROD, vpc: 'vpc-1' }],
    connections: [{ account: ACME, id: ACME_1, name: 'acme', location: 'PAR1' }],
    allocations,
  });
  const cloud = await startEmulator({ scenario });
  onTestFinished(() => cloud.close());
  return ['--endpoint', cloud.url, '--gateway-endpoint', cloud.url, '--ledger', 'ledger.json'];
}

it('rate limit and prefix counts of a request are in the report of its run, in its status and in its receipt', async () => {
  const where = await startWith([offer(101, CAPACITY), offer(201, CAPACITY), offer(202, {})]);
  const dir = folderWith({ 'policy/hub.yaml': POLICY });
  const plan = await runCli(dir, ['plan', ...where]);
  // Of the request that would be accepted, and of the one that is held.
  for (const line of LINES) expect(count(plan.stdout, line)).toBe(2);
  const run = await runCli(dir, ['run', '--json', ...where]);
  const known = { rateLimit: '500Mbps', prefixCountIpv4: 100, prefixCountIpv6: 10 };
  expect(JSON.parse(run.stdout).runs[0].requests).toEqual([
    expect.objectContaining({ vlan: 101, outcome: 'accepted', ...known }),
    expect.objectContaining({ vlan: 201, outcome: 'held', ...known }),
    expect.objectContaining({ vlan: 202, rateLimit: null, prefixCountIpv4: null, prefixCountIpv6: null }),
  ]);
  const status = await runCli(dir, ['status', '--html', 'status.html', ...where]);
  const receipts = await runCli(dir, ['receipts', '--ledger', 'ledger.json']);
  const texts = [status.stdout, readFileSync(join(dir, 'status.html'), 'utf8'), receipts.stdout];
  for (const text of texts) for (const line of LINES) expect(count(text, line)).toBe(1);

  const unreachable = ['--endpoint', 'http://127.0.0.1:9', '--gateway-endpoint', 'http://127.0.0.1:9'];
  const recorded = await runCli(dir, ['status', '--ledger', 'ledger.json', ...unreachable]);
  for (const line of LINES) expect(count(recorded.stdout, line)).toBe(1);
});

it('a BGP peer that is being deleted neither keeps a request from being accepted nor makes it acceptable', async () => {
  const foreign = { asn: 65099, bgpPeerState: 'deleting' };
  const where = await startWith([
    offer(101, { peers: [foreign] }),
    offer(102, { asn: 65099, peers: [{ asn: 65010, bgpPeerState: 'deleting' }] }),
  ]);
  const dir = folderWith({ 'policy/hub.yaml': POLICY });
  const run = await runCli(dir, ['run', '--json', ...where]);
  expect(JSON.parse(run.stdout).runs[0].requests).toEqual([
    expect.objectContaining({ vlan: 101, outcome: 'accepted' }),
    expect.objectContaining({ vlan: 102, outcome: 'held' }),
  ]);
});

it('an interface of another region than the target’s is held for that reason', async () => {
  const item = { ...AWS_ITEM, connectionId: ACME_1 };
  const { where } = await startFixedCloud([
    { ...item, virtualInterfaceId: 'dxvif-1a2b3c4d' },
    { ...item, virtualInterfaceId: 'dxvif-5e6f7a8b', region: 'us-east-1', vlan: 102 },
  ]);
  const dir = folderWith({ 'policy/hub.yaml': POLICY });
  const plan = await runCli(dir, ['plan', '--json', '--ledger', 'ledger.json', ...where]);
  const [here, elsewhere] = JSON.parse(plan.stdout).runs[0].requests;
  expect(here).toMatchObject({ region: 'eu-west-2', outcome: 'wouldAccept' });
  expect(elsewhere).toMatchObject({ region: 'us-east-1', decision: { reasons: [{ code: 'other-region' }] } });
});

function count(text: string, part: string): number {
  return text.split(part).length - 1;
}
