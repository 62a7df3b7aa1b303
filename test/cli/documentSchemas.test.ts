import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it, vi } from 'vitest';
import { PROVIDERS, type Provider } from '../../core/model.ts';
import { OUTCOMES } from '../../core/runReport.ts';
import type { Emulator } from '../../emulator/emulator.ts';
import { ACME, actAs, RECIPIENT_ACCOUNT, UNKNOWN_REQUESTER } from '../support/accounts.ts';
import { folderWith, runCli } from '../support/cli.ts';
import {
  ACME_1,
  ACME_2,
  DETACHED,
  OWN_CONNECTION,
  PROD,
  startTestCloud,
  UNKNOWN_CONNECTION,
} from '../support/cloud.ts';
import {
  DOCUMENTS,
  type DocumentName,
  errorsIn,
  optionalKeys,
  schemaOf,
} from '../support/documentSchemas.ts';
import { startFixedCloud } from '../support/fixedCloud.ts';
import { AWS_ITEM, PLANTED_KEY } from '../support/wireItems.ts';

vi.setConfig({ testTimeout: 240_000 });

/** One document as a command printed it. */
interface Printed {
  readonly by: string;
  readonly name: DocumentName;
  readonly document: { readonly [key: string]: unknown };
}

/** Runs commands in one folder, and collects every document that they print. */
function printer(dir: string, where: readonly string[]) {
  const printed: Printed[] = [];
  return {
    printed,
    print: async (name: DocumentName, command: string, ...more: string[]): Promise<void> => {
      const to = command === 'receipts' ? [] : where;
      const { stdout } = await runCli(dir, [command, '--json', '--ledger', 'ledger.json', ...to, ...more]);
      expect(stdout).not.toContain(PLANTED_KEY);
      printed.push({ by: [command, ...more].join(' '), name, document: JSON.parse(stdout) });
    },
  };
}

function policyOf(provider: Provider): string {
  return `version: 1
recipient: { provider: ${provider}, region: eu-west-2, account: "${RECIPIENT_ACCOUNT}" }
owners:
  acme:
    connections: [${ACME_1}, ${ACME_2}]
    limit: 2
    grants:
      prod: { gateway: ${PROD}, match: { connection: [${ACME_1}], vlan: [101-102] }, ticket: NET-1 }
      lab: { gateway: ${DETACHED}, match: { connection: [${ACME_2}], vlan: [103] } }
`;
}

/** Pending requests: two allowed, one whose gateway is not attached, one without a matching grant, and some of unknown requesters. */
async function offerAll(cloud: Emulator, provider: Provider) {
  const [acme, unknown] = [actAs(cloud, ACME), actAs(cloud, UNKNOWN_REQUESTER)];
  const allowed = [
    await acme.offer({ connection: ACME_1, vlan: 101, authKey: PLANTED_KEY }),
    await acme.offer({ connection: ACME_1, vlan: 102 }),
  ];
  await acme.offer({ connection: ACME_2, vlan: 103 });
  await acme.offer({ connection: ACME_2, vlan: 104 });
  if (provider === 'aws') await unknown.offer({ connection: UNKNOWN_CONNECTION, vlan: 106, type: 'public' });
  await actAs(cloud, RECIPIENT_ACCOUNT).offer({ connection: OWN_CONNECTION, vlan: 107, to: ACME });
  const acceptedManually = await unknown.offer({ connection: UNKNOWN_CONNECTION, vlan: 108 });
  await actAs(cloud, RECIPIENT_ACCOUNT).confirm(acceptedManually, PROD);
  return { allowed, withdrawn: await unknown.offer({ connection: UNKNOWN_CONNECTION, vlan: 105 }) };
}

/** Every document of a target, from its first request to a provider that no longer answers. */
async function wholeStory(provider: Provider): Promise<readonly Printed[]> {
  const cloud = await startTestCloud({ dialect: provider });
  const dir = folderWith({ 'policy/hub.yaml': policyOf(provider) });
  const { printed, print } = printer(dir, ['--endpoint', cloud.url, '--gateway-endpoint', cloud.url]);
  const { withdrawn } = await offerAll(cloud, provider);
  writeFileSync(join(dir, 'policy/hub.yaml'), `freeze: true\n${policyOf(provider)}`);
  await print('run', 'plan');
  await print('status', 'status');
  writeFileSync(join(dir, 'policy/hub.yaml'), policyOf(provider));
  await print('run', 'plan');
  // One confirm fails, as do its retries.
  cloud.addFault({ kind: 'accessDenied', operation: 'ConfirmPrivateVirtualInterface' });
  await print('run', 'run');
  await print('status', 'status');
  await actAs(cloud, UNKNOWN_REQUESTER).withdraw(withdrawn);
  for (const { id } of acceptedIn(printed)) await actAs(cloud, RECIPIENT_ACCOUNT).withdraw(id);
  cloud.clock.advance('PT2M');
  await print('status', 'status');
  await print('run', 'run');
  await print('status', 'status');
  await print('receipts', 'receipts');

  const ledger = JSON.parse(readFileSync(join(dir, 'ledger.json'), 'utf8'));
  const [target = ''] = Object.keys(ledger.targets);
  ledger.targets[target].lease = { token: 'of-another', until: new Date(Date.now() + 200_000).toISOString() };
  writeFileSync(join(dir, 'ledger.json'), JSON.stringify(ledger));
  await print('run', 'run');
  await cloud.close();
  await print('run', 'plan');
  await print('status', 'status');
  writeFileSync(join(dir, 'policy/lost.yaml'), 'version: 1\n');
  for (const name of DOCUMENTS) await print(name, name);
  writeFileSync(join(dir, 'policy/hub.yaml'), 'version: 1\n');
  for (const name of DOCUMENTS) await print(name, name);
  return printed;
}

/** What the emulator cannot produce: an unreadable request, one with two sessions, and one that disappears before its confirm. */
async function oddStory(): Promise<readonly Printed[]> {
  const [peer] = AWS_ITEM.bgpPeers;
  const named = (id: string, more: object) => ({
    ...{ ...AWS_ITEM, virtualInterfaceId: id, connectionId: ACME_1, vlan: 101 },
    ...more,
  });
  const gone = named('dxvif-aaaaaaaa', {});
  const { where } = await startFixedCloud(
    [
      gone,
      named('dxvif-bbbbbbbb', { vlan: 5000, tags: 'none' }),
      named('dxvif-cccccccc', { vlan: 109, bgpPeers: [peer, { asn: 65010 }] }),
      { virtualInterfaceState: 'confirming' },
    ],
    (id) => (id === gone.virtualInterfaceId ? [{ ...gone, virtualInterfaceState: 'deleted' }] : undefined),
  );
  const dir = folderWith({
    'policy/hub.yaml': policyOf('aws').replace(/^ +(lab|limit): .*\n/gm, ''),
  });
  const { printed, print } = printer(dir, where);
  for (const [name, command] of [
    ['run', 'plan'],
    ['run', 'run'],
    ['status', 'status'],
  ] as const)
    await print(name, command);
  return printed;
}

function valuesOf(printed: readonly Printed[], name: DocumentName, ...path: string[]): unknown[] {
  const into = (values: readonly unknown[], key: string): unknown[] =>
    values.flatMap((value) => {
      const found = typeof value === 'object' && value !== null ? Object.entries(value) : [];
      return found.flatMap(([at, inner]) => (at === key ? inner : []));
    });
  return path.reduce(
    into,
    printed.filter((one) => one.name === name).map(({ document }): unknown => document),
  );
}

function acceptedIn(printed: readonly Printed[]): { readonly id: string }[] {
  return valuesOf(printed, 'run', 'runs', 'requests').flatMap((request) => {
    const { id, outcome } = Object(request);
    return outcome === 'accepted' ? [{ id }] : [];
  });
}

const stories: Promise<readonly Printed[]>[] = [];

/** Created by the first test that needs it. */
async function everything(): Promise<readonly Printed[]> {
  if (stories.length === 0) stories.push(...PROVIDERS.map(wholeStory), oddStory());
  return (await Promise.all(stories)).flat();
}

describe('the documents of `--json`', () => {
  it('match their schemas, and have no key that these do not describe', async () => {
    for (const { by, name, document } of await everything()) {
      expect([by, errorsIn(name, document, true)]).toEqual([by, []]);
      expect([by, document.format]).toEqual([by, 1]);
    }
  });

  it('occur in this test with every outcome, source and list', async () => {
    const printed = await everything();
    const seen = (name: DocumentName, ...path: string[]) => new Set(valuesOf(printed, name, ...path));
    expect(seen('run', 'runs', 'status')).toEqual(new Set(['completed', 'failed', 'leaseHeld']));
    expect(seen('run', 'runs', 'requests', 'outcome')).toEqual(
      new Set(OUTCOMES.filter((outcome) => outcome !== 'notAttempted')),
    );
    const lists = ['requests', 'ignored', 'ended', 'followUps', 'ungranted', 'failures'];
    for (const list of lists) expect([list, seen('run', 'runs', list).size]).not.toEqual([list, 0]);
    expect(seen('status', 'targets', 'source')).toEqual(new Set(['listing', 'ledger']));
    const parts = ['pending', 'followed', 'ungranted', 'ignored', 'accepted', 'ended', 'failures'];
    for (const part of parts) expect([part, seen('status', 'targets', part).size]).not.toEqual([part, 0]);
    for (const path of [
      ['run', 'runs', 'requests', 'withoutFreeze', 'verdict'],
      ['status', 'targets', 'pending', 'now', 'withoutFreeze', 'verdict'],
    ] as const) {
      const [name, ...keys] = path;
      expect(seen(name, ...keys)).toEqual(new Set(['accept', 'hold']));
    }
    expect(seen('receipts', 'receipts', 'replay')).toEqual(new Set(['same']));
    for (const name of DOCUMENTS) expect(seen(name, 'errors').size).toBeGreaterThan(0);
  });

  it('stay valid when a later release adds a key', async () => {
    for (const { by, name, document } of await everything()) {
      const later = { ...document, later: 1 };
      expect([by, errorsIn(name, later, false)]).toEqual([by, []]);
      expect(errorsIn(name, later, true)).not.toEqual([]);
    }
  });
});

describe('the schemas of these documents', () => {
  const described = [
    'state',
    'type',
    'ownerAccount',
    'location',
    'region',
    'mtu',
    'tags',
    'rateLimit',
    'prefixCountIpv4',
    'prefixCountIpv6',
    'peers',
    'readErrors',
    'unreadable',
  ];

  it.each<[DocumentName, readonly string[]]>([
    ['run', ['.runs', 'reason.nearest', 'reason.withoutFreeze', 'counts.wouldAccept']],
    [
      'status',
      [
        ...['.targets', 'reason.nearest', 'reason.withoutFreeze', 'endedView.actor'],
        ...described.map((key) => `pending.${key}`),
      ],
    ],
    ['receipts', ['.receipts', '.damaged']],
  ])('require every key of %s except those that may be absent', (name, optional) => {
    expect(optionalKeys(schemaOf(name)).toSorted()).toEqual(optional.toSorted());
  });

  it('define the same name in the same way', () => {
    const all = DOCUMENTS.flatMap((name) => Object.entries(Object(schemaOf(name).$defs)));
    for (const [name, schema] of all)
      for (const [, other] of all.filter(([key]) => key === name))
        expect([name, other]).toEqual([name, schema]);
  });
});
