import { createHash } from 'node:crypto';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { readScenario, startEmulator } from '../../emulator/emulator.ts';
import { actAs, RECIPIENT_ACCOUNT } from '../support/accounts.ts';
import { folderWith, runCli } from '../support/cli.ts';

vi.setConfig({ testTimeout: 120_000 });

/**
 * The connection of a carrier, on which two of its customers make requests. The stranger copies everything of the rightful request that can
 * be copied; only the VLAN and the addresses differ, because the platform allows each of them once.
 */

const CARRIER = '222222222222';
const REGION = 'us-east-1';
const CONNECTION = 'dxcon-9a9b9c9d';
const GATEWAY = 'vgw-0123456789abcdef0';
const AGREED_KEY = 'not-a-real-key-1';
const STRANGERS_KEY = 'key-of-another-customer';
const DIGEST = `sha256:${createHash('sha256').update(AGREED_KEY).digest('hex')}`;

const COMMON = { connection: CONNECTION, name: 'acme VXC prod', asn: 65010 };
const RIGHTFUL = { ...COMMON, vlan: 1101, subnet: '10.0', authKey: AGREED_KEY };
const STRANGE = { ...COMMON, vlan: 2207, subnet: '10.4', authKey: STRANGERS_KEY };

const policyWith = (list: string, pin: string) => `version: 1
recipient: { provider: aws, region: ${REGION}, account: "${RECIPIENT_ACCOUNT}" }
owners:
  acme:
    ${list}: [${CONNECTION}]
    limit: 1
    grants:
      prod:
        gateway: ${GATEWAY}
        match: { asn: [65010], peers: [169.254.10.0/24], name: ["acme *"], bgpKey: ${pin} }
        ticket: NET-77
`;

/** Starts the carrier's cloud, in which the two customers have ordered, and returns the IDs of their requests. */
async function startPartner(order: 'rightful first' | 'stranger first') {
  const simulator = await startEmulator({
    dialect: 'aws',
    scenario: readScenario({
      region: REGION,
      gateways: [{ account: RECIPIENT_ACCOUNT, id: GATEWAY, vpc: 'vpc-1a2b3c4d', asn: 64512 }],
      connections: [{ account: CARRIER, id: CONNECTION, name: 'carrier shared port 7', location: 'EqDC2' }],
    }),
  });
  onTestFinished(() => simulator.close());
  const carrier = actAs(simulator, CARRIER, REGION);
  const ids = { rightful: '', stranger: '' };
  if (order === 'stranger first') ids.stranger = await carrier.offer(STRANGE);
  ids.rightful = await carrier.offer(RIGHTFUL);
  if (order === 'rightful first') ids.stranger = await carrier.offer(STRANGE);
  const see = (id: string) => actAs(simulator, RECIPIENT_ACCOUNT, REGION).see(id);
  return {
    ids,
    see,
    where: [
      '--endpoint',
      simulator.url,
      '--gateway-endpoint',
      simulator.url,
      '--sts-endpoint',
      simulator.url,
    ],
  };
}

const ORDERS = ['rightful first', 'stranger first'] as const;
const PINS = [
  ['the ID', (id: string) => `required, id: [${id}]`],
  ['the agreed key', () => JSON.stringify(DIGEST)],
] as const;

describe.each(PINS)('on the connection of a carrier, with %s as pin,', (pinnedBy, pin) => {
  it.each(ORDERS)('the rightful request is accepted and the copy of a stranger held, %s', async (order) => {
    const { ids, see, where } = await startPartner(order);
    const dir = folderWith({ 'policy/hub.yaml': policyWith('sharedConnections', pin(ids.rightful)) });
    const ledger = ['--policy', 'policy/hub.yaml', '--ledger', 'ledger.json'];

    // The second run decides with the acceptance in the ledger: the slot of the limit is taken by the right one.
    const outputs = [
      await runCli(dir, ['run', '--json', ...ledger, ...where]),
      await runCli(dir, ['run', '--json', ...ledger, ...where]),
      await runCli(dir, ['receipts', '--json', ...ledger]),
      await runCli(dir, ['status', '--json', ...ledger, ...where]),
    ];
    const [first, second, receipts] = outputs.map(({ stdout }) => JSON.parse(stdout));

    expect(outcomesIn(first)).toEqual({
      [ids.rightful]: 'accepted',
      [ids.stranger]: 'held unknown-requester',
    });
    expect(outcomesIn(second)).toEqual({ [ids.stranger]: 'held unknown-requester' });
    expect(await see(ids.rightful)).toContain(GATEWAY);
    expect(await see(ids.stranger)).toBe('confirming');
    const agreedKey = pinnedBy === 'the ID' ? null : DIGEST;
    expect(receipts.receipts).toMatchObject([
      { replay: 'same', receipt: { id: ids.rightful, owner: 'acme', request: { peers: [{ agreedKey }] } } },
    ]);
    for (const { stdout, stderr } of outputs) {
      expect(`${stdout}${stderr}`).not.toContain(AGREED_KEY);
      expect(`${stdout}${stderr}`).not.toContain(STRANGERS_KEY);
    }
  });
});

it('a policy without a pin is refused on the connection of a carrier', async () => {
  const dir = folderWith({ 'policy/hub.yaml': policyWith('sharedConnections', 'required') });
  const { code, stdout } = await runCli(dir, ['policy', 'check', '--json', 'policy/hub.yaml']);
  expect(code).toBe(3);
  expect(JSON.parse(stdout).errors).toMatchObject([{ code: 'unpinned-grant' }]);
});

interface RunDocument {
  readonly runs: readonly {
    readonly requests: readonly {
      readonly id: string;
      readonly outcome: string;
      readonly decision: { readonly reasons?: readonly { readonly code: string }[] };
    }[];
  }[];
}

function outcomesIn({ runs }: RunDocument): Record<string, string> {
  return Object.fromEntries(
    runs
      .flatMap(({ requests }) => requests)
      .map(({ id, outcome, decision: { reasons = [] } }) => [
        id,
        [outcome, ...reasons.map(({ code }) => code)].join(' '),
      ]),
  );
}
