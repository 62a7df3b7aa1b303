import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { checkStatePath } from '../../cli/ledgerOptions.ts';
import type { Emulator } from '../../emulator/emulator.ts';
import { ACME, actAs, RECIPIENT_ACCOUNT, UNKNOWN_REQUESTER } from '../support/accounts.ts';
import { folderWith, runCli } from '../support/cli.ts';
import { ACME_1, PROD, startTestCloud, UNKNOWN_CONNECTION } from '../support/cloud.ts';
import { anObservation, storedReasons } from '../support/ledgerBuilders.ts';

const POLICY = `version: 1
recipient: { provider: outscale, region: eu-west-2, account: "${RECIPIENT_ACCOUNT}" }
owners: { acme: { connections: [${ACME_1}], gateway: ${PROD} } }
`;
const KEY = `outscale/eu-west-2/${RECIPIENT_ACCOUNT}`;
const DAY_S = 24 * 60 * 60;

function at(cloud: Emulator): string[] {
  return ['--ledger', 'ledger.json', '--endpoint', cloud.url, '--gateway-endpoint', cloud.url];
}

/** An instant in the past: the command uses this machine's clock. */
function ago(seconds: number): string {
  return new Date(Date.now() - seconds * 1000).toISOString();
}

/** A ledger file whose last complete listing was then, with these observations of requests. */
function ledgerOf(
  lastListing: string,
  observations: Readonly<Record<string, Parameters<typeof anObservation>[0]>> = {},
) {
  const items = Object.entries(observations).map(([id, given]) => [
    `sighting/${id}`,
    anObservation({ connection: UNKNOWN_CONNECTION, ...given }),
  ]);
  const target = { lease: null, lastListing, failing: null, items: Object.fromEntries(items) };
  return JSON.stringify({ format: 2, targets: { [KEY]: target } });
}

/** A folder with a policy, and the lines that `status --check` prints in it, with nothing on standard error. */
function machine(cloud: Emulator, files: Readonly<Record<string, string>> = {}) {
  const dir = folderWith({ 'policy/hub.yaml': POLICY, ...files });
  return {
    dir,
    run: () => runCli(dir, ['run', ...at(cloud)]),
    check: async (...args: string[]) => {
      const { code, stdout, stderr } = await runCli(dir, ['status', '--check', ...at(cloud), ...args]);
      expect(stderr).toBe('');
      return { code, lines: stdout.split('\n').filter((line) => line !== '') };
    },
  };
}

const WELL = { code: 0, lines: [] };

describe('status --check', () => {
  it('prints nothing and exits with 0 when there is no problem, and makes no other calls than `status`', async () => {
    const cloud = await startTestCloud();
    const { dir, run, check } = machine(cloud);
    await actAs(cloud, ACME).offer({ connection: ACME_1, vlan: 101 });
    await run();
    cloud.clearCalls();
    expect(await check()).toEqual(WELL);
    const checked = cloud.calls().map(({ operation }) => operation);
    cloud.clearCalls();
    await runCli(dir, ['status', ...at(cloud)]);
    expect(checked).toEqual(cloud.calls().map(({ operation }) => operation));
    expect(checked).not.toContain('ConfirmPrivateVirtualInterface');
  });

  it('reports held requests, first those near their expiry, one per line', async () => {
    const cloud = await startTestCloud();
    const unknown = actAs(cloud, UNKNOWN_REQUESTER);
    const [late, soon] = [
      await unknown.offer({ connection: UNKNOWN_CONNECTION, vlan: 201 }),
      await unknown.offer({ connection: UNKNOWN_CONNECTION, vlan: 202 }),
    ];
    const ledger = ledgerOf(ago(240), {
      [late]: { vlan: 201, firstSeen: ago(DAY_S), notListedAt: ago(DAY_S + 300) },
      [soon]: { vlan: 202, firstSeen: ago(6.5 * DAY_S), notListedAt: ago(6.5 * DAY_S + 300) },
    });
    const { check } = machine(cloud, { 'ledger.json': ledger });
    expect(await check()).toEqual({
      code: 1,
      lines: [
        expect.stringMatching(new RegExp(`^hub: near-expiry: ${soon}: .*unknown-requester.* between .*Z$`)),
        expect.stringMatching(new RegExp(`^hub: held: ${late}: .*unknown-requester.* between .*Z$`)),
      ],
    });
  });

  it('reports allowed requests near their expiry, because a run should have accepted them', async () => {
    const cloud = await startTestCloud();
    const id = await actAs(cloud, ACME).offer({ connection: ACME_1, vlan: 101 });
    const seen = { connection: ACME_1, firstSeen: ago(6.5 * DAY_S), notListedAt: ago(6.6 * DAY_S) };
    const { check } = machine(cloud, { 'ledger.json': ledgerOf(ago(240), { [id]: seen }) });
    expect(await check()).toMatchObject({
      code: 1,
      lines: [expect.stringMatching(new RegExp(`^hub: near-expiry: ${id}: allowed by acme\\.default`))],
    });
  });

  it.each(['outscale', 'aws'] as const)(
    'reports on %s an allowed request whose confirms fail in every run, also without events',
    async (dialect) => {
      const cloud = await startTestCloud({ dialect });
      const policy = POLICY.replace('outscale', dialect);
      const { run, check } = machine(cloud, { 'policy/hub.yaml': policy });
      await run();
      expect(await check()).toEqual(WELL);
      const id = await actAs(cloud, ACME).offer({ connection: ACME_1, vlan: 101 });
      const operation = 'ConfirmPrivateVirtualInterface';
      cloud.addFault({ kind: 'accessDenied', operation, times: 'always' });
      for (let i = 0; i < 4; i += 1) {
        await run();
        expect(await check()).toMatchObject({
          code: 1,
          lines: [expect.stringMatching(new RegExp(`^hub: held: ${id}: allowed by acme\\.default.*confirm`))],
        });
      }
      cloud.clearFaults();
      await run();
      expect(await check()).toEqual(WELL);
    },
  );

  it('reports requests that this policy allows and the last run held, until a run uses this policy', async () => {
    const cloud = await startTestCloud();
    const { dir, run, check } = machine(cloud);
    await run();
    const id = await actAs(cloud, ACME).offer({ connection: ACME_1, vlan: 101 });
    writeFileSync(join(dir, 'policy/hub.yaml'), `${POLICY}freeze: true\n`);
    await run();
    writeFileSync(join(dir, 'policy/hub.yaml'), POLICY);
    expect(await check()).toMatchObject({
      code: 1,
      lines: [expect.stringMatching(new RegExp(`^hub: held: ${id}: allowed by acme\\.default.*frozen`))],
    });
    await run();
    expect(await check()).toEqual(WELL);
  });

  it('reports a last complete listing older than --max-age, 30 minutes by default', async () => {
    const cloud = await startTestCloud();
    const { dir, check } = machine(cloud);
    expect(await check()).toMatchObject({
      code: 1,
      lines: [expect.stringMatching(/^hub: stale: this ledger records no complete listing/)],
    });
    writeFileSync(join(dir, 'ledger.json'), ledgerOf(ago(29 * 60)));
    expect(await check()).toEqual(WELL);
    expect((await check('--max-age', 'PT10M')).code).toBe(1);
    writeFileSync(join(dir, 'ledger.json'), ledgerOf(ago(31 * 60)));
    expect(await check()).toMatchObject({
      code: 1,
      lines: [expect.stringMatching(/^hub: stale: .*, 31 min.*30 min/)],
    });
    expect(await check('--max-age', 'P1D')).toEqual(WELL);
    // Written while the clock was ahead.
    writeFileSync(join(dir, 'ledger.json'), ledgerOf(ago(-365 * DAY_S)));
    expect(await check()).toMatchObject({ code: 1, lines: [expect.stringMatching(/^hub: stale: .*clock/)] });
  });

  it('reports a request that a run recorded as expired exactly once', async () => {
    const cloud = await startTestCloud();
    const { run, check } = machine(cloud);
    const id = await actAs(cloud, UNKNOWN_REQUESTER).offer({ connection: UNKNOWN_CONNECTION, vlan: 101 });
    await run();
    expect(await check()).toMatchObject({ code: 1, lines: [expect.stringMatching(/^hub: near-expiry: /)] });
    cloud.clock.advance('P8D');
    await run();
    expect(await check()).toEqual({
      code: 1,
      lines: [expect.stringMatching(new RegExp(`^hub: expired: ${id}: .*unknown-requester$`))],
    });
    expect(await check()).toEqual(WELL);
  });

  it('reports an expiry that it detects before a run, and not again when the run has recorded it', async () => {
    const cloud = await startTestCloud();
    const { run, check } = machine(cloud);
    await actAs(cloud, UNKNOWN_REQUESTER).offer({ connection: UNKNOWN_CONNECTION, vlan: 101 });
    await run();
    cloud.clock.advance('P8D');
    expect(await check()).toMatchObject({ code: 1, lines: [expect.stringMatching(/^hub: expired: /)] });
    await run();
    expect(await check()).toEqual(WELL);
  });

  it('reports in a first check what expired within the last day', async () => {
    const cloud = await startTestCloud();
    const end = (id: string, seconds: number) => ({
      kind: 'ended',
      target: KEY,
      value: {
        ...{
          id,
          connection: UNKNOWN_CONNECTION,
          vlan: 7,
          name: 'x',
          firstSeen: ago(9 * DAY_S),
          endedAt: ago(seconds),
        },
        ...{ pendingSeconds: 7 * DAY_S, as: 'expired', held: storedReasons('no-grant'), failures: 0 },
      },
    });
    const records = [end('dxvif-aaaaaaaa', 3 * DAY_S), end('dxvif-bbbbbbbb', 7200)];
    const { check } = machine(cloud, {
      'ledger.json': ledgerOf(ago(60)),
      'ledger.records.jsonl': records.map((record) => `${JSON.stringify(record)}\n`).join(''),
    });
    expect(await check()).toMatchObject({
      code: 1,
      lines: [expect.stringMatching(/^hub: expired: dxvif-bbbbbbbb: .*no-grant$/)],
    });
    expect(await check()).toEqual(WELL);
  });

  it('reports an accepted interface that is gone', async () => {
    const cloud = await startTestCloud();
    const { run, check } = machine(cloud);
    const id = await actAs(cloud, ACME).offer({ connection: ACME_1, vlan: 101 });
    await run();
    await actAs(cloud, RECIPIENT_ACCOUNT).withdraw(id);
    cloud.clock.advance('PT5M');
    expect(await check()).toMatchObject({
      code: 1,
      lines: [expect.stringMatching(new RegExp(`^hub: not-available: ${id}: `))],
    });
  });

  it('reports a target that cannot be checked at all, and checks the others', async () => {
    const cloud = await startTestCloud();
    const id = await actAs(cloud, UNKNOWN_REQUESTER).offer({ connection: UNKNOWN_CONNECTION, vlan: 101 });
    const broken = POLICY.replace('eu-west-2', 'us-east-2').replace(PROD, 'vgw-0000dead');
    const { run, check } = machine(cloud, {
      'policy/broken.yaml': broken,
      'policy/lost.yaml': 'version: 1\n',
    });
    await run();
    const { code, lines } = await check();
    expect(code).toBe(3);
    expect(lines).toEqual(
      expect.arrayContaining([
        expect.stringMatching(/^broken: failed: wrong-account-or-region: /),
        expect.stringMatching(new RegExp(`^hub: near-expiry: ${id}: `)),
        expect.stringMatching(/^invalid-policy: policy\/lost\.yaml:1:1 owners: /),
      ]),
    );
  });

  it('reports an API that does not answer, and the pending requests of the ledger', async () => {
    const cloud = await startTestCloud();
    const seen = { firstSeen: ago(DAY_S), notListedAt: ago(DAY_S + 300), held: storedReasons('no-grant') };
    const { check } = machine(cloud, { 'ledger.json': ledgerOf(ago(60), { 'dxvif-aaaaaaaa': seen }) });
    await cloud.close();
    expect(await check()).toEqual({
      code: 1,
      lines: [
        expect.stringMatching(/^hub: failed: api: .*unreachable/),
        expect.stringMatching(/^hub: held: dxvif-aaaaaaaa: .*no-grant/),
      ],
    });
  });

  it('prints invalid policies on standard output even when no policy is valid', async () => {
    const cloud = await startTestCloud();
    const { check } = machine(cloud, { 'policy/hub.yaml': 'version: 1\n' });
    const { code, lines } = await check();
    expect(code).toBe(3);
    expect(lines[0]).toMatch(/^invalid-policy: policy\/hub\.yaml:1:1 /);
  });

  it('prints one JSON document, also when there is no problem', async () => {
    const cloud = await startTestCloud();
    const { dir, check } = machine(cloud, { 'ledger.json': ledgerOf(ago(60)) });
    const json = async () => JSON.parse((await check('--json')).lines.join('\n'));
    expect(await json()).toEqual({ format: 1, findings: [] });
    writeFileSync(join(dir, 'ledger.json'), ledgerOf(ago(DAY_S)));
    expect(await json()).toEqual({
      format: 1,
      findings: [{ target: 'hub', code: 'stale', id: null, message: expect.any(String) }],
    });
  });

  it('writes the page as well', async () => {
    const cloud = await startTestCloud();
    const { dir, check } = machine(cloud, { 'ledger.json': ledgerOf(ago(60)) });
    expect(await check('--html', 'status.html')).toEqual(WELL);
    expect(readFileSync(join(dir, 'status.html'), 'utf8')).toMatch(/^<!doctype html>/);
  });

  it.each([
    ['--max-age that is no duration', ['status', '--check', '--max-age', '30'], /--max-age/],
    ['--max-age without --check', ['status', '--max-age', 'PT1H'], /--max-age applies only to --check/],
  ])('refuses %s', async (_, args, message) => {
    const { code, stdout, stderr } = await runCli(folderWith({ 'policy/hub.yaml': POLICY }), args);
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
    expect(stderr).toMatch(message);
  });
});

describe('the record of earlier checks', () => {
  const LAST = { at: ago(60), reported: [] };

  it.each([
    ['damaged', '{'],
    ['of another form', '{"format":1,"targets":{"x":{"at":"yesterday","reported":[]}}}'],
    ['of a newer format', '{"format":2,"checks":[]}'],
  ])('and is %s is reported, and counts as no check', async (_, text) => {
    const cloud = await startTestCloud();
    const { dir, check } = machine(cloud, { 'ledger.json': ledgerOf(ago(60)), 'ledger.checks.json': text });
    expect(await check()).toMatchObject({
      code: 1,
      lines: [expect.stringMatching(/^check-state: ledger\.checks\.json is /)],
    });
    expect(JSON.parse(readFileSync(join(dir, 'ledger.checks.json'), 'utf8'))).toMatchObject({
      format: 1,
      targets: { [KEY]: { reported: [] } },
    });
    expect(await check()).toEqual(WELL);
  });

  it('keeps other targets and keys that a later release added', async () => {
    const cloud = await startTestCloud();
    const before = {
      format: 1,
      added: true,
      targets: { [KEY]: { ...LAST, more: 1 }, 'aws/eu-west-1/111122223333': LAST },
    };
    const files = { 'ledger.json': ledgerOf(ago(60)), 'ledger.checks.json': JSON.stringify(before) };
    const { dir, check } = machine(cloud, files);
    expect(await check()).toEqual(WELL);
    const after = JSON.parse(readFileSync(join(dir, 'ledger.checks.json'), 'utf8'));
    expect(after).toEqual({
      ...before,
      targets: { ...before.targets, [KEY]: { at: expect.any(String), reported: [], more: 1 } },
    });
    expect(after.targets[KEY].at > LAST.at).toBe(true);
    expect(readdirSync(dir).filter((name) => name.includes('tmp'))).toEqual([]);
  });

  it('is not changed while the history cannot be read, so that no expiry stays unreported', async () => {
    const cloud = await startTestCloud();
    // A folder is in the place of the records file.
    const files = { 'ledger.json': ledgerOf(ago(60)), 'ledger.records.jsonl/x': '' };
    const { dir, check } = machine(cloud, files);
    expect((await check()).code).toBe(1);
    expect(existsSync(join(dir, 'ledger.checks.json'))).toBe(false);
  });

  it.each([
    ['ledger.json', null, 'ledger.checks.json'],
    ['/var/lib/x/memory', null, '/var/lib/x/memory.checks.json'],
    ['dynamodb:vif', 'vif', '/state/vif-acceptor/dynamodb-vif.checks.json'],
  ])('is beside %s', (ledger, table, expected) => {
    expect(checkStatePath({ XDG_STATE_HOME: '/state' }, ledger, table)).toBe(expected);
  });
});
