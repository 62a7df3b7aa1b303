import {
  chmodSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { FAMILY_ENTRIES } from '../../cli/metrics/metricFamilies.ts';
import { ACME, actAs, RECIPIENT_ACCOUNT, UNKNOWN_REQUESTER } from '../support/accounts.ts';
import { folderWith, runCli } from '../support/cli.ts';
import { ACME_1, PROD, startTestCloud, UNKNOWN_CONNECTION } from '../support/cloud.ts';
import { anObservation } from '../support/ledgerBuilders.ts';

const POLICY = `version: 1
recipient: { provider: outscale, region: eu-west-2, account: "${RECIPIENT_ACCOUNT}" }
owners: { acme: { connections: [${ACME_1}], gateway: ${PROD} } }
`;
const KEY = `outscale/eu-west-2/${RECIPIENT_ACCOUNT}`;
const DAY_S = 24 * 60 * 60;
const FILE = 'vif-acceptor.prom';

function ago(seconds: number): string {
  return new Date(Date.now() - seconds * 1000).toISOString();
}

/** The values of the metrics file by name and labels; `target="hub"` is left out. */
function valuesIn(dir: string, file = FILE): Record<string, number> {
  const lines = readFileSync(join(dir, file), 'utf8').split('\n');
  return Object.fromEntries(
    lines.flatMap((line) => {
      const [, name = '', labels = '', value = ''] = /^vif_acceptor_(\w+)\{(.*)\} (.*)$/.exec(line) ?? [];
      const others = labels.split(',').filter((label) => label !== 'target="hub"');
      return name === ''
        ? []
        : [[others.length === 0 ? name : `${name}{${others.join(',')}}`, Number(value)]];
    }),
  );
}

/** A machine with one policy, whose commands all use the same ledger and the same metrics file. */
async function machine(files: Readonly<Record<string, string>> = {}) {
  const cloud = await startTestCloud();
  const dir = folderWith({ 'policy/hub.yaml': POLICY, ...files });
  const where = ['--ledger', 'ledger.json', '--endpoint', cloud.url, '--gateway-endpoint', cloud.url];
  const command = (name: string, args: readonly string[] = [], env = {}) =>
    runCli(dir, [name, ...where, '--metrics', FILE, ...args], env);
  return { cloud, dir, command, values: () => valuesIn(dir) };
}

describe('run --metrics', () => {
  it('writes what is pending, held and accepted, and the nearest expiry', async () => {
    const { cloud, command, values } = await machine();
    await command('run');
    await actAs(cloud, ACME).offer({ connection: ACME_1, vlan: 101 });
    await actAs(cloud, UNKNOWN_REQUESTER).offer({ connection: UNKNOWN_CONNECTION, vlan: 102 });
    const before = Date.now() / 1000;
    expect(await command('run')).toMatchObject({ code: 0, stderr: '' });
    const found = values();
    expect(found).toMatchObject({
      policy_valid: 1,
      'target_info{provider="outscale",region="eu-west-2"}': 1,
      last_run_success: 1,
      pending_requests: 1,
      held_requests: 1,
      'held_requests_by_reason{reason="unknown-requester"}': 1,
      'held_requests_by_reason{reason="no-grant"}': 0,
      confirm_failed_requests: 0,
      unknown_expiry_requests: 0,
      accepted_interfaces: 1,
      not_available_interfaces: 0,
      ungranted_interfaces: 0,
      undelivered_events: 0,
      damaged_ledger_items: 0,
      'failures{code="api"}': 0,
      'runs_total{status="completed"}': 2,
      'runs_total{status="failed"}': 0,
      accepted_requests_total: 1,
      expired_requests_total: 0,
      confirm_failed_runs_total: 0,
    });
    const now = Date.now() / 1000;
    for (const name of ['last_run_end', 'last_complete_listing', 'earliest_expiry']) {
      const shift = name === 'earliest_expiry' ? 7 * DAY_S : 0;
      expect(found[`${name}_timestamp_seconds`]).toBeGreaterThan(before - 60 + shift);
      expect(found[`${name}_timestamp_seconds`]).toBeLessThanOrEqual(now + shift);
    }
    expect(found).not.toHaveProperty('last_expired_timestamp_seconds');
    expect(found).not.toHaveProperty('last_check_end_timestamp_seconds');
  });

  it('continues its counters, and counts a request that expired', async () => {
    const { cloud, command, values, dir } = await machine();
    const lost = anObservation({
      connection: UNKNOWN_CONNECTION,
      firstSeen: ago(8 * DAY_S),
      notListedAt: ago(8 * DAY_S),
    });
    const target = {
      lease: null,
      lastListing: ago(300),
      failing: null,
      items: { 'sighting/dxvif-99999999': lost },
    };
    writeFileSync(join(dir, 'ledger.json'), JSON.stringify({ format: 2, targets: { [KEY]: target } }));
    for (const vlan of [101, 102]) {
      await actAs(cloud, ACME).offer({ connection: ACME_1, vlan });
      await command('run');
    }
    const { last_expired_timestamp_seconds: expired, ...found } = values();
    expect(found).toMatchObject({
      accepted_requests_total: 2,
      expired_requests_total: 1,
      'runs_total{status="completed"}': 2,
    });
    // Found again in the ledger, although the second run did not see it.
    expect(Math.abs((expired ?? 0) - Date.now() / 1000)).toBeLessThan(60);
  });

  it('keeps a target visible whose runs fail: its failure, its last listing and the nearest expiry', async () => {
    const { cloud, command, values } = await machine();
    await command('run');
    await actAs(cloud, UNKNOWN_REQUESTER).offer({ connection: UNKNOWN_CONNECTION, vlan: 102 });
    await command('run');
    const { last_complete_listing_timestamp_seconds, earliest_expiry_timestamp_seconds, ...before } =
      values();
    expect(await command('run', [], { OSC_SECRET_KEY: 'wrong' })).toMatchObject({ code: 1 });
    const found = values();
    expect(found).toMatchObject({
      last_run_success: 0,
      last_complete_listing_timestamp_seconds,
      earliest_expiry_timestamp_seconds,
      'failures{code="credentials"}': 1,
      'runs_total{status="failed"}': 1,
      'runs_total{status="completed"}': 2,
    });
    expect(found.last_run_end_timestamp_seconds).toBeGreaterThan(before.last_run_end_timestamp_seconds ?? 0);
    // Unknown is not zero.
    for (const name of ['pending_requests', 'held_requests', 'not_available_interfaces'])
      expect(found).not.toHaveProperty(name);
  });

  it('keeps the last expiry and listing where neither the provider nor the ledger can be read', async () => {
    const { cloud, command, values, dir } = await machine();
    await command('run');
    await actAs(cloud, UNKNOWN_REQUESTER).offer({ connection: UNKNOWN_CONNECTION, vlan: 102 });
    await command('run');
    const { last_complete_listing_timestamp_seconds, earliest_expiry_timestamp_seconds } = values();
    writeFileSync(join(dir, 'ledger.json'), 'damaged');
    expect(await command('run', [], { OSC_SECRET_KEY: 'wrong' })).toMatchObject({ code: 1 });
    expect(values()).toMatchObject({
      last_run_success: 0,
      last_complete_listing_timestamp_seconds,
      earliest_expiry_timestamp_seconds,
      unknown_expiry_requests: 0,
    });
  });

  it('has every target in one file: a completed one, a failed one and an invalid one', async () => {
    const { command, dir } = await machine({
      'policy/far.yaml': POLICY.replace('eu-west-2', 'us-east-2'),
      'policy/late.yaml': POLICY.replace('eu-west-2', 'cloudgouv-eu-west-1'),
    });
    await command('run');
    const early = valuesIn(dir);
    writeFileSync(join(dir, 'policy/late.yaml'), 'version: 1\n');
    expect(await command('run')).toMatchObject({ code: 3 });
    const found = valuesIn(dir);
    expect(found).toMatchObject({
      last_run_success: 1,
      'last_run_success{target="far"}': 0,
      'failures{target="far",code="wrong-account-or-region"}': 1,
      'policy_valid{target="far"}': 1,
      'policy_valid{target="late"}': 0,
      'last_run_success{target="late"}': 0,
    });
    // No run took place, so the end of the last one is still that of the first command.
    const end = 'last_run_end_timestamp_seconds{target="late"}';
    expect(found[end]).toBe(early[end]);
    expect(early[end]).toBeGreaterThan(0);
  });

  it('is written if no policy is valid', async () => {
    const { command, values, dir } = await machine();
    writeFileSync(join(dir, 'policy/hub.yaml'), 'version: 1\n');
    expect(await command('run')).toMatchObject({ code: 3 });
    expect(values()).toMatchObject({ policy_valid: 0, last_run_success: 0 });
    expect(await command('status')).toMatchObject({ code: 3 });
    expect(values()).toMatchObject({ policy_valid: 0 });
  });

  it('keeps what the last run found while another run has the lease', async () => {
    const { cloud, command, values, dir } = await machine();
    await actAs(cloud, UNKNOWN_REQUESTER).offer({ connection: UNKNOWN_CONNECTION, vlan: 102 });
    await command('run');
    const before = values();
    const ledger = JSON.parse(readFileSync(join(dir, 'ledger.json'), 'utf8'));
    ledger.targets[KEY].lease = { until: ago(-200), token: 'other' };
    writeFileSync(join(dir, 'ledger.json'), JSON.stringify(ledger));
    expect(await command('run')).toMatchObject({ code: 5 });
    expect(values()).toEqual({ ...before, 'runs_total{status="leaseHeld"}': 1 });
  });

  it('contains nothing that a requester chose', async () => {
    const { cloud, command, dir } = await machine();
    const name = 'planted-name';
    const id = await actAs(cloud, UNKNOWN_REQUESTER).offer({
      connection: UNKNOWN_CONNECTION,
      vlan: 102,
      name,
    });
    await command('run');
    const text = readFileSync(join(dir, FILE), 'utf8');
    for (const planted of [name, id, UNKNOWN_CONNECTION, UNKNOWN_REQUESTER])
      expect(text).not.toContain(planted);
  });
});

/** Metrics that the runs of these tests cannot have: the provider of the test has no routes. */
const OF_OTHER_PROVIDERS = ['unexpected_routes'];

it('every metric of the table is in the file in one situation or another', async () => {
  const { command, dir } = await machine();
  const lost = anObservation({
    connection: UNKNOWN_CONNECTION,
    firstSeen: ago(8 * DAY_S),
    notListedAt: ago(8 * DAY_S),
  });
  const items = { 'sighting/dxvif-99999999': lost };
  const target = { lease: null, lastListing: ago(300), failing: null, items };
  writeFileSync(join(dir, 'ledger.json'), JSON.stringify({ format: 2, targets: { [KEY]: target } }));
  const names = new Set<string>();
  const collect = (file = FILE): void => {
    for (const name of Object.keys(valuesIn(dir, file))) names.add(name.replace(/\{.*/, ''));
  };
  await command('run', ['--events', 'no/such/folder/events']);
  collect();
  await command('run', ['--events', 'events'], { OSC_SECRET_KEY: 'wrong' });
  collect();
  await command('status', ['--metrics', 'status.prom']);
  collect('status.prom');
  // The lost request was the only one with an expiry.
  names.add('earliest_expiry_timestamp_seconds');
  const others = FAMILY_ENTRIES.map(([name]) => name).filter((name) => !names.has(name));
  expect(others.filter((name) => !OF_OTHER_PROVIDERS.includes(name))).toEqual([]);
});

describe('the metrics file', () => {
  it('is readable by all, also if it was not and in a process that hides its files, and leaves no other file', async () => {
    const { command, dir } = await machine();
    mkdirSync(join(dir, 'textfile'));
    symlinkSync(join('..', FILE), join(dir, 'textfile', FILE));
    const mask = process.umask(0o077);
    try {
      await command('run');
      expect(statSync(join(dir, FILE)).mode & 0o777).toBe(0o644);
      chmodSync(join(dir, FILE), 0o600);
      await command('run', ['--metrics', `textfile/${FILE}`]);
    } finally {
      process.umask(mask);
    }
    expect(statSync(join(dir, FILE)).mode & 0o777).toBe(0o644);
    expect(valuesIn(dir)).toMatchObject({ 'runs_total{status="completed"}': 2 });
    expect(readdirSync(join(dir, 'textfile'))).toEqual([FILE]);
    expect(readdirSync(dir).filter((name) => name.includes('.prom'))).toEqual([FILE]);
  });

  it.each([
    ['a folder that does not exist', 'no/such/folder/x.prom'],
    ['a folder', 'policy'],
    ['a device', '/dev/null'],
  ])(
    'that cannot be written because it names %s fails the command after the run, which accepts',
    async (_, path) => {
      const { cloud, command } = await machine();
      const id = await actAs(cloud, ACME).offer({ connection: ACME_1, vlan: 101 });
      const { code, stdout, stderr } = await command('run', ['--metrics', path]);
      expect({ code, accepted: await actAs(cloud, RECIPIENT_ACCOUNT).see(id) }).toEqual({
        code: 1,
        accepted: `pending ${PROD}`,
      });
      expect(stdout).toContain(id);
      expect(stderr).toContain(path);
      cloud.clearCalls();
      expect(await command('status', ['--metrics', path])).toMatchObject({ code: 2, stdout: '' });
      expect(cloud.calls()).toEqual([]);
    },
  );

  it('is not written if two policies have the same target name', async () => {
    const { command, dir } = await machine({ 'other/hub.yaml': POLICY.replace('eu-west-2', 'us-east-2') });
    const { code } = await command('run', ['-p', 'policy/hub.yaml', 'other/hub.yaml']);
    expect({ code, files: readdirSync(dir).includes(FILE) }).toEqual({ code: 1, files: false });
  });

  it('is refused for a dry run, which is no run', async () => {
    const { cloud, command } = await machine();
    expect(await command('run', ['--dry-run'])).toMatchObject({ code: 2 });
    expect(cloud.calls()).toEqual([]);
  });
});

describe('status --metrics', () => {
  it('writes what is pending and what the ledger records, and nothing that only a run knows', async () => {
    const { cloud, command, values, dir } = await machine();
    await actAs(cloud, ACME).offer({ connection: ACME_1, vlan: 101 });
    await actAs(cloud, UNKNOWN_REQUESTER).offer({ connection: UNKNOWN_CONNECTION, vlan: 102 });
    for (const args of [[], ['--check']]) {
      await command('status', [...args, '--metrics', 'status.prom']);
      const found = valuesIn(dir, 'status.prom');
      // What the next run would accept is pending, and not held.
      expect(found).toMatchObject({ pending_requests: 2, held_requests: 1, accepted_interfaces: 0 });
      expect(Object.keys(found).filter((name) => /_total|last_run/.test(name))).toEqual([]);
      expect(found['alerts{code="not-running"}']).toBe(0);
      expect(Math.abs((found.last_check_end_timestamp_seconds ?? 0) - Date.now() / 1000)).toBeLessThan(60);
    }
    await command('run');
    const { last_complete_listing_timestamp_seconds, last_run_end_timestamp_seconds: ended = 0 } = values();
    await command('status', ['--metrics', 'status.prom']);
    const after = valuesIn(dir, 'status.prom');
    expect(after).toMatchObject({ last_complete_listing_timestamp_seconds, accepted_interfaces: 1 });
    // The run records its end in the ledger a moment before its report ends.
    expect(Math.abs((after.last_run_end_timestamp_seconds ?? 0) - ended)).toBeLessThan(30);
  });

  it('keeps in the file of `run` what only a run knows', async () => {
    const { cloud, command, values } = await machine();
    await command('run');
    await actAs(cloud, UNKNOWN_REQUESTER).offer({ connection: UNKNOWN_CONNECTION, vlan: 102 });
    await command('status');
    expect(values()).toMatchObject({
      held_requests: 1,
      last_run_success: 1,
      'runs_total{status="completed"}': 1,
    });
  });

  it('reports that the target cannot be read', async () => {
    const { command, values } = await machine();
    expect(await command('status', [], { OSC_SECRET_KEY: 'wrong' })).toMatchObject({ code: 1 });
    expect(values()).toMatchObject({ policy_valid: 1, 'failures{code="credentials"}': 1 });
  });
});
