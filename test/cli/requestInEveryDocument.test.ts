import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { DescribeVirtualInterfacesCommand, DirectConnectClient } from '@aws-sdk/client-direct-connect';
import { describe, expect, it, vi } from 'vitest';
import { describeSuggestionWarnings } from '../../cli/commands/policySuggest.ts';
import { paintFor } from '../../cli/output/terminal.ts';
import { readRequest } from '../../cli/requests/readRequests.ts';
import type { Provider } from '../../core/model.ts';
import { agreedKeyDigests } from '../../core/policy.ts';
import { compilePolicy, suggestGrant } from '../../language/index.ts';
import { ACME, actAs, RECIPIENT_ACCOUNT } from '../support/accounts.ts';
import { folderWith, runCli } from '../support/cli.ts';
import { ACME_1, PROD, startTestCloud } from '../support/cloud.ts';
import { startFixedCloud } from '../support/fixedCloud.ts';
import { AWS_ITEM, OUTSCALE_ITEM, PLANTED_KEY } from '../support/wireItems.ts';

vi.setConfig({ testTimeout: 120_000 });

const ID = OUTSCALE_ITEM.virtualInterfaceId;
const AT = '2026-11-10T00:00:00Z';

/** @param match the match of the only grant */
function policyOf(provider: Provider, match: string): string {
  return `version: 1
recipient: { provider: ${provider}, region: eu-west-2, account: "${RECIPIENT_ACCOUNT}" }
owners:
  acme:
    connections: [${ACME_1}]
    grants:
      other: { gateway: ${PROD}, match: { vlan: ${match} } }
`;
}

interface Answered {
  readonly file: string;
  readonly code: number;
  readonly stdout: string;
  readonly warnings: readonly string[];
}

/** The output of `policy suggest` for each document that contains the request. */
async function typed(dir: string, id: string, files: readonly string[]): Promise<Answered[]> {
  return Promise.all(
    files.map(async (file) => {
      const args = ['policy', 'suggest', 'hold/hub.yaml', '--request', file, '--id', id, '--at', AT];
      const { code, stdout, stderr } = await runCli(dir, args);
      expect(stdout + stderr).not.toContain(PLANTED_KEY);
      return {
        file,
        code,
        stdout,
        warnings: stderr.split('\n').filter((line) => /^(not|assumed)/.test(line)),
      };
    }),
  );
}

/** The same with the functions that the command calls: one process per document would take a minute. */
function suggested(dir: string, id: string, files: readonly string[]): Answered[] {
  const source = { file: 'hold/hub.yaml', text: readFileSync(join(dir, 'hold/hub.yaml'), 'utf8') };
  const compiled = compilePolicy(source);
  if (!compiled.ok) throw new Error('the policy is invalid');
  const { policy } = compiled;
  return files.map((file) => {
    const target = { ...policy, agreedKeys: agreedKeyDigests(policy) };
    const read = readRequest(readFileSync(join(dir, file), 'utf8'), file, target, id);
    const { request, absent } = read;
    const wish = { request, absent, gateway: null, owner: null, isExclusive: false };
    const suggestion = suggestGrant(source, policy, { ...wish, at: new Date(AT), path: source.file });
    if (suggestion.kind === 'chooseOwner') throw new Error('the connection is not shared');
    const stdout = suggestion.kind === 'patch' ? suggestion.patch : '';
    const warnings = describeSuggestionWarnings(
      suggestion,
      read,
      { folder: null, hasLedger: true },
      paintFor(process.stderr),
    );
    return { file, code: suggestion.kind === 'none' ? 1 : 0, stdout, warnings };
  });
}

/** Calls `plan`, `run` and `status` with a policy that holds the request, and collects their documents. */
async function documented(dir: string, where: readonly string[]): Promise<string[]> {
  const ledger = ['--policy', 'hold/hub.yaml', '--ledger', 'ledger.json'];
  const commands = [
    ['plan', '--json'],
    ['run', '--json', '--events', 'events.jsonl'],
    ['status', '--json'],
  ];
  const files: string[] = [];
  for (const [command = '', ...more] of commands) {
    const { code, stdout, stderr } = await runCli(dir, [command, ...more, ...where, ...ledger]);
    expect({ command, code, stderr }).toEqual({ command, code: 0, stderr: '' });
    expect(stdout).not.toContain(PLANTED_KEY);
    writeFileSync(join(dir, `${command}.json`), stdout);
    files.push(`${command}.json`);
  }
  expect(readFileSync(join(dir, 'events.jsonl'), 'utf8')).not.toContain(PLANTED_KEY);
  return [...files, 'events.jsonl'];
}

describe('a request that was held, and accepted later,', () => {
  it.each(['outscale', 'aws'] as const)('is pinned equally from every document on %s', async (provider) => {
    const cloud = await startTestCloud({ dialect: provider });
    const id = await actAs(cloud, ACME).offer({
      ...{ connection: ACME_1, vlan: 101, name: 'acme-prod-1', authKey: PLANTED_KEY },
    });
    const where = ['--endpoint', cloud.url, '--gateway-endpoint', cloud.url];
    const dir = folderWith({
      'hold/hub.yaml': policyOf(provider, '[4000]'),
      'accept/hub.yaml': policyOf(provider, '[101]'),
    });
    const credentials = { accessKeyId: RECIPIENT_ACCOUNT, secretAccessKey: 'secret' };
    const client = new DirectConnectClient({ region: 'eu-west-2', endpoint: cloud.url, credentials });
    const { $metadata, ...answer } = await client.send(new DescribeVirtualInterfacesCommand({}));
    writeFileSync(join(dir, 'answer.json'), JSON.stringify(answer));
    const files = ['answer.json', ...(await documented(dir, where))];

    const ledger = ['--policy', 'accept/hub.yaml', '--ledger', 'ledger.json'];
    await runCli(dir, ['run', '--events', 'accepted.jsonl', ...where, ...ledger]);
    const receipts = await runCli(dir, ['receipts', '--json', ...ledger]);
    const document = JSON.parse(receipts.stdout);
    writeFileSync(join(dir, 'receipts.json'), receipts.stdout);
    writeFileSync(join(dir, 'receipt.json'), JSON.stringify(document.receipts[0]));
    writeFileSync(join(dir, 'bare.json'), JSON.stringify(document.receipts[0].receipt));
    files.push('receipts.json', 'receipt.json', 'bare.json', 'accepted.jsonl');

    const [first, ...others] = await typed(dir, id, files);

    expect(first?.code).toBe(0);
    expect(first?.stdout).toContain(
      `match: { connection: ["${ACME_1}"], vlan: [101], asn: [65010], peers: ["169.254.10.164/30"], ` +
        `${provider === 'aws' ? '' : 'bgpKey: required, '}name: ["acme-prod-1"], location: ["PAR1"]${provider === 'aws' ? ', mtu: [1500]' : ''} }`,
    );
    for (const other of others) expect(other).toEqual({ ...first, file: other.file });
  });
});

describe('a request that is not given completely', () => {
  const without = (item: object, ...keys: string[]): object =>
    Object.fromEntries(Object.entries(item).filter(([key]) => !keys.includes(key)));
  const [peer] = AWS_ITEM.bgpPeers;
  const v6 = {
    ...peer,
    bgpPeerId: 'dxpeer-2',
    addressFamily: 'ipv6',
    amazonAddress: '',
    customerAddress: '',
  };
  const bare = ['asn', 'authKey', 'amazonAddress', 'customerAddress', 'bgpPeers'];

  const KEY_OF_AWS = 'bgpKey, because AWS makes a key where none is offered, so that every session has one';

  it.each<[string, Provider, object, readonly string[]]>([
    [
      'one session has no addresses yet',
      'aws',
      { ...AWS_ITEM, bgpPeers: [peer, v6] },
      ['peers, because 1 of 2 BGP peers lacks an address with a prefix length', KEY_OF_AWS],
    ],
    [
      'there is no session, and no tags',
      'aws',
      without(AWS_ITEM, ...bare, 'tags'),
      [
        'asn, because the API lists no BGP peer',
        'peers, because the API lists no BGP peer',
        'bgpKey, because the API lists no BGP peer',
        'tags, because the API does not return it',
      ],
    ],
    [
      'tags are empty, and neither MTU nor location is given',
      'aws',
      { ...without(AWS_ITEM, 'mtu', 'location'), tags: [] },
      [
        KEY_OF_AWS,
        'location, because the API does not return it',
        'mtu, because the API does not return it',
        'tags, because it has none, and a policy cannot require that',
      ],
    ],
    [
      'neither VLAN nor name is given, and no key is set',
      'outscale',
      { ...without(OUTSCALE_ITEM, 'vlan'), virtualInterfaceName: '', authKey: '' },
      [
        'vlan, because the API does not return it',
        'bgpKey, because its one BGP peer lacks a key',
        'name, because the API does not return it',
      ],
    ],
    [
      'whether a key is set is not said, there is a star in the name, and an MTU that no policy can demand',
      'outscale',
      { ...without(OUTSCALE_ITEM, 'authKey'), virtualInterfaceName: 'acme-*', mtu: 1500 },
      [
        'bgpKey, because the API does not return whether every BGP peer has a key',
        'name, because its `*` matches anything in a policy',
        'mtu, because a policy for outscale cannot match it',
      ],
    ],
  ])(
    'is pinned equally from every document, and every field that is not pinned is reported: %s',
    async (_, provider, item, said) => {
      const { where } = await startFixedCloud([item]);
      const dir = folderWith({
        'hold/hub.yaml': policyOf(provider, '[4000]'),
        'answer.json': JSON.stringify({ virtualInterfaces: [item] }),
      });

      const [first, ...others] = suggested(dir, ID, ['answer.json', ...(await documented(dir, where))]);

      expect(first?.code).toBe(0);
      expect(first?.warnings.filter((line) => line.startsWith('not'))).toEqual(
        said.map((one) => `not restricted: ${one}`),
      );
      for (const other of others) expect(other).toEqual({ ...first, file: other.file });
    },
  );

  it('is allowed by no document when the answer cannot be read', async () => {
    const item = { ...AWS_ITEM, vlan: 5000, mtu: 'jumbo' };
    const { where } = await startFixedCloud([item]);
    const dir = folderWith({
      'hold/hub.yaml': policyOf('aws', '[4000]'),
      'answer.json': JSON.stringify({ virtualInterfaces: [item] }),
    });
    const all = suggested(dir, ID, ['answer.json', ...(await documented(dir, where))]);
    for (const { file, code, stdout, warnings } of all) {
      expect({ file, code, stdout }).toEqual({ file, code: 1, stdout: '' });
      expect(warnings.join()).toContain('unreadable: ');
    }
  });

  it('is shown by `policy explain` as the API gives it, from every document', async () => {
    const item = { ...AWS_ITEM, bgpPeers: [peer, v6] };
    const { where } = await startFixedCloud([item]);
    const dir = folderWith({
      'hold/hub.yaml': policyOf('aws', '[101], peers: [169.254.10.0/24]'),
      'answer.json': JSON.stringify({ virtualInterfaces: [item] }),
    });
    for (const file of ['answer.json', ...(await documented(dir, where))]) {
      const args = ['policy', 'explain', 'hold/hub.yaml', '--request', file, '--id', ID];
      const { stdout } = await runCli(dir, args);
      expect([file, stdout]).toEqual([
        file,
        expect.stringMatching(
          /peers must be both addresses in 169\.254\.10\.0\/24, is 169\.254\.10\.1\/30 and 169\.254\.10\.2\/30 and unknown and unknown, and the API does not return all of it/,
        ),
      ]);
    }
  });
});

describe('a request for which a document has less than the API gives', () => {
  const OLD = { id: ID, connection: ACME_1, vlan: 101, name: 'acme-prod-1', firstSeen: AT, deadline: {} };
  const said = (...fields: string[]) =>
    fields.map((field) => `not restricted: ${field}, because the file does not contain it`);

  it.each<[string, object]>([
    ['run --json', { passes: [{ target: 'hub', requests: [{ ...OLD, decision: {}, outcome: 'held' }] }] }],
    ['status --json', { targets: [{ target: 'hub', pending: [{ ...OLD, now: null, gone: null }] }] }],
    [
      'an event',
      { source: 'vif-acceptor', 'detail-type': 'Request Held', detail: { target: 'hub', request: OLD } },
    ],
  ])(
    'is read from %s of revision 742bec7, and every field that it does not give is reported as not pinned',
    (_, document) => {
      const dir = folderWith({
        'hold/hub.yaml': policyOf('aws', '[4000]'),
        'old.json': JSON.stringify(document, null, 2),
      });
      const [answer] = suggested(dir, ID, ['old.json']);
      expect(answer?.stdout).toContain(
        `match: { connection: ["${ACME_1}"], vlan: [101], name: ["acme-prod-1"] }`,
      );
      expect(answer?.warnings).toEqual([
        expect.stringMatching(/^assumed, .*`confirming`.*`private`.*recipient/),
        ...said('asn', 'peers', 'bgpKey', 'location', 'mtu', 'tags'),
        expect.stringContaining('`describe-virtual-interfaces`'),
        expect.stringMatching(/^confirm first: /),
      ]);
    },
  );

  it('is pinned equally when it is known only from the ledger, unless release 0.1.0 recorded it', async () => {
    const cloud = await startTestCloud();
    const id = await actAs(cloud, ACME).offer({
      connection: ACME_1,
      vlan: 101,
      name: 'acme-prod-1',
      authKey: 'not-a-real-key',
    });
    const dir = folderWith({ 'hold/hub.yaml': policyOf('outscale', '[4000]') });
    await documented(dir, ['--endpoint', cloud.url, '--gateway-endpoint', cloud.url]);
    await cloud.close();
    const where = ['--endpoint', cloud.url, '--policy', 'hold/hub.yaml', '--ledger', 'ledger.json'];
    const readFromLedger = async () => {
      const { code, stdout } = await runCli(dir, ['status', '--json', ...where]);
      const [target] = JSON.parse(stdout).targets;
      expect({ code, source: target.source }).toEqual({ code: 1, source: 'ledger' });
      writeFileSync(join(dir, 'recorded.json'), stdout);
      const [answer] = suggested(dir, id, ['recorded.json']);
      const unpinned = answer?.warnings.filter((line) => line.startsWith('not'));
      return { keys: Object.keys(target.pending[0]), unpinned };
    };
    const today = await readFromLedger();
    expect(today.keys).toContain('peers');
    expect(today.unpinned).toEqual([]);

    const ledger = JSON.parse(readFileSync(join(dir, 'ledger.json'), 'utf8'));
    const first = Object.entries(ledger.targets).filter(([key]) => !key.startsWith('later/'));
    writeFileSync(
      join(dir, 'ledger.json'),
      JSON.stringify({ ...ledger, targets: Object.fromEntries(first) }),
    );
    const before = await readFromLedger();
    expect(before.keys).not.toContain('peers');
    expect(before.unpinned).toEqual(said('asn', 'peers', 'bgpKey', 'location'));
  });
});
