import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { VERIFY_OWNER } from '../../core/operatorAdvice.ts';
import type { Emulator } from '../../emulator/emulator.ts';
import { ACME, actAs, RECIPIENT_ACCOUNT, UNKNOWN_REQUESTER } from '../support/accounts.ts';
import { folderWith, runCli } from '../support/cli.ts';
import { ACME_1, PROD, startTestCloud, UNKNOWN_CONNECTION } from '../support/cloud.ts';
import { anObservation, storedReasons } from '../support/ledgerBuilders.ts';

const POLICY = `version: 1
recipient: { provider: outscale, region: eu-west-2, account: "${RECIPIENT_ACCOUNT}" }
owners: { acme: { connections: [${ACME_1}], gateway: ${PROD} } }
`;
const AWS_POLICY = POLICY.replace('outscale', 'aws');

const DAY_S = 24 * 60 * 60;

function at(cloud: Emulator): string[] {
  return ['--ledger', 'ledger.json', '--endpoint', cloud.url, '--gateway-endpoint', cloud.url];
}

/** An instant in the past: the command uses this machine's clock. */
function ago(seconds: number): string {
  return new Date(Date.now() - seconds * 1000).toISOString();
}

/** A ledger file with these requests of an unknown requester, as they are offered in these tests. */
function ledgerWith(
  seen: Readonly<Record<string, NonNullable<Parameters<typeof anObservation>[0]>>>,
  provider = 'outscale',
): string {
  const observations = Object.entries(seen).map(([id, given]) => [
    `sighting/${id}`,
    anObservation({ connection: UNKNOWN_CONNECTION, ...given }),
  ]);
  const target = {
    lease: null,
    lastListing: ago(240),
    failing: null,
    items: Object.fromEntries(observations),
  };
  return JSON.stringify({ format: 2, targets: { [`${provider}/eu-west-2/${RECIPIENT_ACCOUNT}`]: target } });
}

/** Three requests that no policy allows, by their VLANs. */
async function offerThree(cloud: Emulator): Promise<[string, string, string]> {
  const unknown = actAs(cloud, UNKNOWN_REQUESTER);
  return [
    await unknown.offer({ connection: UNKNOWN_CONNECTION, vlan: 201 }),
    await unknown.offer({ connection: UNKNOWN_CONNECTION, vlan: 202 }),
    await unknown.offer({ connection: UNKNOWN_CONNECTION, vlan: 203 }),
  ];
}

function seen(vlan: number, firstSeen: string, notListedAt: string | null) {
  return { vlan, name: `vlan-${vlan}`, firstSeen, notListedAt };
}

describe('status', () => {
  it('shows every valid target beside an invalid one, and reports that one', async () => {
    const cloud = await startTestCloud();
    const dir = folderWith({ 'policy/hub.yaml': POLICY, 'policy/lost.yaml': 'version: 1\n' });
    const id = await actAs(cloud, ACME).offer({ connection: ACME_1, vlan: 101 });
    const { code, stdout, stderr } = await runCli(dir, ['status', '--json', ...at(cloud)]);
    expect({ code, ...JSON.parse(stdout) }).toMatchObject({
      code: 3,
      targets: [{ target: 'hub', pending: [{ id }] }],
      errors: [{ file: 'policy/lost.yaml', code: 'missing-key' }, { file: 'policy/lost.yaml' }],
    });
    expect(stderr).toMatch(/policy\/lost\.yaml ; the other policies are shown\n$/);
  });

  it('prints one JSON document: pending requests, what a run would do, and the time left', async () => {
    const cloud = await startTestCloud();
    const dir = folderWith({ 'policy/hub.yaml': POLICY });
    const id = await actAs(cloud, ACME).offer({ connection: ACME_1, vlan: 101, name: 'acme-prod-1' });
    const strange = await actAs(cloud, UNKNOWN_REQUESTER).offer({
      connection: UNKNOWN_CONNECTION,
      vlan: 102,
    });

    const { code, stdout, stderr } = await runCli(dir, ['status', '--json', ...at(cloud)]);

    expect(code).toBe(0);
    const { targets } = JSON.parse(stdout);
    expect(targets).toMatchObject([
      {
        target: 'hub',
        recipient: { provider: 'outscale', region: 'eu-west-2', account: RECIPIENT_ACCOUNT },
        at: expect.stringMatching(/^\d{4}-.*Z$/),
        policy: { digest: expect.stringMatching(/^sha256:/), revision: expect.any(String) },
        expirySeconds: 7 * DAY_S,
        status: 'completed',
        source: 'listing',
        failures: [],
        warnings: [],
        lastListing: null,
        followed: [],
        ungranted: [],
        accepted: [],
        ended: [],
        undelivered: { count: 0, oldest: null },
        damaged: [],
      },
    ]);
    expect(targets[0].pending).toHaveLength(2);
    expect(targets[0].pending).toEqual(
      expect.arrayContaining([
        expect.objectContaining({
          id,
          connection: ACME_1,
          vlan: 101,
          name: 'acme-prod-1',
          firstSeen: expect.stringMatching(/Z$/),
          remembered: false,
          deadline: { earliest: null, latest: expect.stringMatching(/Z$/) },
          elapsed: { atLeast: 0, atMost: null },
          confirmsFailed: 0,
          inDoubt: null,
          now: expect.objectContaining({
            outcome: 'wouldAccept',
            decision: { verdict: 'accept', owner: 'acme', grant: 'default', gateway: PROD },
          }),
        }),
        expect.objectContaining({
          id: strange,
          now: expect.objectContaining({
            outcome: 'held',
            decision: { verdict: 'hold', reasons: [expect.objectContaining({ code: 'unknown-requester' })] },
            manualOverrideCommand: null,
          }),
        }),
      ]),
    );
    expect(stderr).toBe('');
  });

  it('shows requests that may expire at any moment first, then the soonest, each with a bar, and exits with 0 when requests are held', async () => {
    const cloud = await startTestCloud();
    const [late, unknown, soon] = await offerThree(cloud);
    const ledger = ledgerWith({
      [late]: seen(201, ago(DAY_S), ago(DAY_S + 300)),
      [unknown]: seen(202, ago(2 * DAY_S), null),
      [soon]: seen(203, ago(4 * DAY_S), ago(5.5 * DAY_S)),
    });
    const dir = folderWith({ 'policy/hub.yaml': POLICY, 'ledger.json': ledger });

    const { code, stdout, stderr } = await runCli(dir, ['status', ...at(cloud)]);

    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    const row = (id: string): string => stdout.split('\n').find((line) => line.startsWith(`${id} `)) ?? '';
    expect(row(unknown)).toMatch(
      / ███▒▒▒▒▒▒▒ ≥ 28 % +unknown, at most in (5 d|4 d 23 h) +held +unknown-requester$/,
    );
    expect(row(soon)).toMatch(/ ██████▒▒░░ 57–78 % +in 1 d (12|11) h to (3 d|2 d 23 h) +held /);
    expect(row(late)).toMatch(/ █░░░░░░░░░ 14 % +in 5 d 23 h( to 6 d)? +held /);
    const places = [unknown, soon, late].map((id) => stdout.indexOf(`\n${id} `));
    expect(places).toEqual(places.toSorted((a, b) => a - b));
    expect(stdout).toMatch(
      new RegExp(
        `^${soon} held\n  unknown-requester: no owner in the policy .*\n  to do: ${VERIFY_OWNER}`,
        'm',
      ),
    );
    expect(stdout).toContain('last complete listing by a run 4 min');
    expect(stdout).not.toContain('\u001b');
  });

  it('shows the oldest first when requests never expire', async () => {
    const cloud = await startTestCloud({ dialect: 'aws' });
    const [young, old] = await offerThree(cloud);
    const ledger = ledgerWith(
      { [young]: seen(201, ago(3 * DAY_S), null), [old]: seen(202, ago(40 * DAY_S), null) },
      'aws',
    );
    const dir = folderWith({ 'policy/hub.yaml': AWS_POLICY, 'ledger.json': ledger });
    const { code, stdout } = await runCli(dir, ['status', ...at(cloud)]);
    expect(code).toBe(0);
    expect(stdout).toContain('requests never expire');
    expect(stdout).toMatch(new RegExp(`name +age +now.*\n${old} .* 40 d +held .*\n${young} .* 3 d +held `));
    expect(stdout).not.toMatch(/[█▒░]/);
  });

  it('writes nothing: no ledger, no lease, no confirm', async () => {
    const cloud = await startTestCloud();
    const dir = folderWith({ 'policy/hub.yaml': POLICY });
    const id = await actAs(cloud, ACME).offer({ connection: ACME_1, vlan: 101 });
    await runCli(dir, ['status', ...at(cloud)]);
    expect(readdirSync(dir)).toEqual(['policy']);
    expect(await actAs(cloud, RECIPIENT_ACCOUNT).see(id)).toBe('confirming');

    const ledger = ledgerWith({ [id]: { connection: ACME_1, vlan: 101, name: 'vlan-101' } });
    const other = folderWith({ 'policy/hub.yaml': POLICY, 'ledger.json': ledger });
    await runCli(other, ['status', ...at(cloud)]);
    expect(readdirSync(other).sort()).toEqual(['ledger.json', 'policy']);
    expect(readFileSync(join(other, 'ledger.json'), 'utf8')).toBe(ledger);
  });

  it('shows the pending requests of the ledger when the API cannot be listed, and exits with 1', async () => {
    const cloud = await startTestCloud();
    const outbound = { ...seen(300, ago(DAY_S), null), outbound: true };
    const ledger = ledgerWith({
      'dxvif-aaaaaaaa': {
        ...seen(201, ago(DAY_S), ago(DAY_S)),
        held: storedReasons('no-grant'),
        failures: 2,
      },
      'dxvif-bbbbbbbb': outbound,
    });
    const dir = folderWith({ 'policy/hub.yaml': POLICY, 'ledger.json': ledger });
    await cloud.close();

    const { code, stdout, stderr } = await runCli(dir, ['status', '--json', ...at(cloud)]);

    expect(code).toBe(1);
    expect(JSON.parse(stdout).targets).toMatchObject([
      {
        status: 'failed',
        source: 'ledger',
        failures: [{ code: 'api', message: expect.stringContaining('unreachable') }],
        pending: [
          {
            id: 'dxvif-aaaaaaaa',
            remembered: true,
            now: null,
            heldBefore: [{ code: 'no-grant', message: 'because of no-grant' }],
            confirmsFailed: 2,
          },
        ],
      },
    ]);
    expect(stderr).toMatch(/^error: hub: api: .*unreachable.*\n$/);
    const forPeople = await runCli(dir, ['status', ...at(cloud)]);
    expect(forPeople.stdout).toContain('hub: 1 pending in the ledger; failed');
    expect(forPeople.stdout).toContain(
      'the API could not be listed: these pending requests are from the ledger',
    );
    expect(forPeople.stdout).toContain('held by the last run: no-grant: because of no-grant');
  });

  it('reports pending requests as unknown when the ledger is damaged, and does not change it', async () => {
    const cloud = await startTestCloud();
    const dir = folderWith({ 'policy/hub.yaml': POLICY, 'ledger.json': '{"format":2,"targ' });
    const { code, stdout } = await runCli(dir, ['status', ...at(cloud)]);
    expect(code).toBe(1);
    expect(stdout).toContain('hub: pending requests unknown; failed');
    expect(stdout.match(/is damaged: it is not JSON/g)).toHaveLength(1);
    expect(readFileSync(join(dir, 'ledger.json'), 'utf8')).toBe('{"format":2,"targ');
  });

  it('shows recent receipts, ended requests and followed interfaces', async () => {
    const cloud = await startTestCloud();
    const withTicket = POLICY.replace(
      `gateway: ${PROD}`,
      `grants: { prod: { gateway: ${PROD}, ticket: NET-1234 } }`,
    );
    const dir = folderWith({ 'policy/hub.yaml': withTicket });
    const id = await actAs(cloud, ACME).offer({ connection: ACME_1, vlan: 101, name: 'acme-prod-1' });
    const withdrawn = await actAs(cloud, UNKNOWN_REQUESTER).offer({
      connection: UNKNOWN_CONNECTION,
      vlan: 102,
    });
    await runCli(dir, ['run', ...at(cloud)]);
    await actAs(cloud, UNKNOWN_REQUESTER).withdraw(withdrawn);

    const found = await runCli(dir, ['status', '--json', ...at(cloud)]);

    const target = JSON.parse(found.stdout).targets[0];
    expect(target.accepted).toMatchObject([
      {
        id,
        connection: ACME_1,
        vlan: 101,
        name: 'acme-prod-1',
        acceptedAt: expect.stringMatching(/Z$/),
        owner: 'acme',
        grant: 'prod',
        grants: ['prod'],
        tickets: { prod: 'NET-1234' },
        gateway: PROD,
        policy: target.policy,
        answer: { by: 'confirm', state: 'pending', doubt: null },
      },
    ]);
    expect(target.ended).toMatchObject([
      { id: withdrawn, as: 'rejected', recorded: false, held: [{ code: 'unknown-requester' }] },
    ]);
    expect(target.followed).toMatchObject([{ id, owner: 'acme', state: 'pending', problem: null }]);
    const forPeople = await runCli(dir, ['status', ...at(cloud)]);
    expect(forPeople.stdout).toMatch(
      new RegExp(`${id} +${ACME_1} +101 +acme\\.prod +${PROD} +NET-1234 +sha256:`),
    );
    expect(forPeople.stdout).toMatch(
      new RegExp(`${withdrawn} +${UNKNOWN_CONNECTION} +102 +rejected .* unknown-requester`),
    );

    await runCli(dir, ['run', ...at(cloud)]);
    const later = await runCli(dir, ['status', '--json', ...at(cloud)]);
    expect(JSON.parse(later.stdout).targets[0].ended).toMatchObject([{ id: withdrawn, recorded: true }]);
  });

  it('lists ungranted interfaces', async () => {
    const cloud = await startTestCloud();
    const id = await actAs(cloud, UNKNOWN_REQUESTER).offer({ connection: UNKNOWN_CONNECTION, vlan: 102 });
    await actAs(cloud, RECIPIENT_ACCOUNT).confirm(id, PROD);
    const { code, stdout } = await runCli(folderWith({ 'policy/hub.yaml': POLICY }), [
      'status',
      ...at(cloud),
    ]);
    expect(code).toBe(0);
    expect(stdout).toContain('hub: nothing pending');
    expect(stdout).toMatch(
      new RegExp(
        `ungranted: live on gateways of the policy, without a grant\n  ${id}: no owner in the policy has connection`,
      ),
    );
    expect(await actAs(cloud, RECIPIENT_ACCOUNT).see(id)).toMatch(new RegExp(`${PROD}$`));
  });

  it('continues with the other targets when one fails', async () => {
    const cloud = await startTestCloud();
    const broken = POLICY.replace('eu-west-2', 'us-east-2').replace(PROD, 'vgw-0000dead');
    const dir = folderWith({ 'policy/broken.yaml': broken, 'policy/hub.yaml': POLICY });
    const { code, stdout } = await runCli(dir, ['status', '--json', ...at(cloud)]);
    expect(code).toBe(1);
    expect(JSON.parse(stdout).targets).toMatchObject([
      { target: 'broken', status: 'failed', source: 'ledger', pending: [] },
      { target: 'hub', status: 'completed', source: 'listing', pending: [] },
    ]);
    expect(existsSync(join(dir, 'ledger.json'))).toBe(false);
  });
});
