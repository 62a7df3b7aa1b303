import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { systemClock } from '../../adapters/connectApis.ts';
import { createFileLedger } from '../../adapters/ledgers/file/fileLedger.ts';
import { LEASE_MS } from '../../cli/runTarget.ts';
import { VERIFY_OWNER } from '../../core/operatorAdvice.ts';
import type { Emulator } from '../../emulator/emulator.ts';
import { ACME, actAs, RECIPIENT_ACCOUNT, UNKNOWN_REQUESTER } from '../support/accounts.ts';
import { folderWith, runCli, startCli } from '../support/cli.ts';
import { ACME_1, PROD, startTestCloud, UNKNOWN_CONNECTION } from '../support/cloud.ts';
import { routesFor } from '../support/emulatedRoutes.ts';

const POLICY = `version: 1
recipient: { provider: outscale, region: eu-west-2, account: "${RECIPIENT_ACCOUNT}" }
owners: { acme: { connections: [${ACME_1}], gateway: ${PROD} } }
`;

function at(cloud: Emulator): string[] {
  return ['--endpoint', cloud.url, '--gateway-endpoint', cloud.url];
}

/** The default ledger of an endpoint: each has its own, so that an emulator's state never mixes with that of the real recipient. */
function ledgerOf(dir: string, cloud: Emulator): string {
  return join(dir, 'state/vif-acceptor', `ledger-http-127-0-0-1-${cloud.port}.json`);
}

describe('run', () => {
  it('prints one JSON document on standard output, and nothing on standard error when all is well', async () => {
    const cloud = await startTestCloud();
    const dir = folderWith({ 'policy/hub.yaml': POLICY });
    const id = await actAs(cloud, ACME).offer({ connection: ACME_1, vlan: 101, name: 'acme-prod-1' });
    const unknown = await actAs(cloud, UNKNOWN_REQUESTER).offer({
      connection: UNKNOWN_CONNECTION,
      vlan: 102,
    });

    const { code, stdout, stderr } = await runCli(dir, ['run', '--json', ...at(cloud)]);

    expect(code).toBe(0);
    expect(JSON.parse(stdout)).toMatchObject({
      runs: [
        {
          target: 'hub',
          startedAt: expect.stringMatching(/^\d{4}-.*Z$/),
          finishedAt: expect.stringMatching(/^\d{4}-.*Z$/),
          dryRun: false,
          policy: { digest: expect.stringMatching(/^sha256:[0-9a-f]{64}$/), revision: expect.any(String) },
          counts: { pending: 2, accepted: 1, held: 1, gone: 0, failed: 0, notAttempted: 0 },
          requests: expect.arrayContaining([
            expect.objectContaining({
              id,
              connection: ACME_1,
              vlan: 101,
              name: 'acme-prod-1',
              firstSeen: expect.any(String),
              deadline: { earliest: null, latest: expect.any(String) },
              decision: { verdict: 'accept', owner: 'acme', grant: 'default', gateway: PROD },
              outcome: 'accepted',
            }),
            expect.objectContaining({
              id: unknown,
              decision: {
                verdict: 'hold',
                reasons: [{ code: 'unknown-requester', message: expect.any(String) }],
              },
              outcome: 'held',
            }),
          ]),
          ignored: [],
          ended: [],
          followUps: [],
          ungranted: [],
        },
      ],
    });
    expect(stderr).toBe('');
  });

  it('prints no progress with --json, even when it is slow', async () => {
    const cloud = await startTestCloud({ latency: 600 });
    await actAs(cloud, ACME).offer({ connection: ACME_1, vlan: 101 });
    const dir = folderWith({ 'policy/hub.yaml': POLICY });
    const forPeople = await runCli(dir, ['plan', ...at(cloud)]);
    const forPrograms = await runCli(dir, ['plan', '--json', ...at(cloud)]);
    expect(forPeople.stderr).toMatch(/ … \(\d+ s\)\n/);
    expect(forPrograms).toMatchObject({ code: 0, stderr: '' });
  });

  it('prints a table without colour outside of a terminal, and keeps state between runs', async () => {
    const cloud = await startTestCloud();
    const dir = folderWith({ 'policy/hub.yaml': POLICY });
    const unknown = await actAs(cloud, UNKNOWN_REQUESTER).offer({
      connection: UNKNOWN_CONNECTION,
      vlan: 102,
    });

    const { code, stdout, stderr } = await runCli(dir, ['run', ...at(cloud)]);

    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(stdout).toMatch(
      new RegExp(
        `^! +${unknown} +${UNKNOWN_CONNECTION} +102 .* held +unknown, at most in .* unknown-requester$`,
        'm',
      ),
    );
    expect(stdout).toContain(`  to do: ${VERIFY_OWNER}`);
    expect(stdout).not.toContain('confirm-private-virtual-interface');
    expect(stdout).not.toContain('\u001b');
    const ledger = JSON.parse(readFileSync(ledgerOf(dir, cloud), 'utf8'));
    expect(Object.keys(ledger.targets[`outscale/eu-west-2/${RECIPIENT_ACCOUNT}`].items)).toEqual([
      `sighting/${unknown}`,
    ]);
  });

  it('prints the command that fixes an accepted interface without an onward route', async () => {
    const cloud = await startTestCloud();
    const dir = folderWith({ 'policy/hub.yaml': POLICY });
    const id = await actAs(cloud, ACME).offer({ connection: ACME_1, vlan: 101 });
    expect((await runCli(dir, ['run', ...at(cloud)])).code).toBe(0);
    const routes = routesFor(cloud);
    await routes.stopPropagating(PROD, 'vpc-1');
    cloud.clock.advance('PT5M');
    const { code, stdout } = await runCli(dir, ['run', ...at(cloud)]);
    expect(code).toBe(0);
    const [problem, fix] = stdout.split('\n').slice(-3);
    expect(problem).toMatch(new RegExp(`^${id} has a problem: available, but carries no traffic: gateway `));
    expect(fix).toBe(
      `  to fix it manually: aws ec2 enable-vgw-route-propagation --route-table-id ${await routes.tableOf('vpc-1')} ` +
        `--gateway-id ${PROD} --region eu-west-2 --endpoint-url ${cloud.url}`,
    );
    expect((await runCli(dir, ['run', ...at(cloud)])).stdout).not.toContain(id);
  });

  it('prints no name that could control the terminal', async () => {
    const cloud = await startTestCloud();
    const name = 'a\u001b[2Jb\u202Ec`d';
    await actAs(cloud, UNKNOWN_REQUESTER).offer({ connection: UNKNOWN_CONNECTION, vlan: 102, name });
    const { stdout } = await runCli(folderWith({ 'policy/hub.yaml': POLICY }), ['run', ...at(cloud)]);
    expect(stdout).not.toContain('\u001b');
    expect(stdout).not.toContain('\u202E');
    expect(stdout).toContain('a\\u{1b}[2Jb');
  });

  it('continues with the other targets when one fails, and exits with 1', async () => {
    const cloud = await startTestCloud();
    const id = await actAs(cloud, ACME).offer({ connection: ACME_1, vlan: 101 });
    const broken = POLICY.replace('eu-west-2', 'us-east-2').replace(PROD, 'vgw-0000dead');
    const dir = folderWith({ 'policy/broken.yaml': broken, 'policy/hub.yaml': POLICY });

    const { code, stdout, stderr } = await runCli(dir, ['run', '--json', ...at(cloud)]);

    expect(code).toBe(1);
    const { runs } = JSON.parse(stdout);
    expect(runs).toMatchObject([
      { target: 'broken', status: 'failed', counts: null, failures: [{ code: 'wrong-account-or-region' }] },
      { target: 'hub', status: 'completed', counts: { accepted: 1 } },
    ]);
    // The error is also printed for a person.
    expect(stderr).toBe(`error: broken: wrong-account-or-region: ${runs[0].failures[0].message}\n`);
    expect(await actAs(cloud, RECIPIENT_ACCOUNT).see(id)).toMatch(/^pending/);
  });

  it('continues with the other targets when a policy is invalid, prints its errors last, and exits with 3', async () => {
    const cloud = await startTestCloud();
    const id = await actAs(cloud, ACME).offer({ connection: ACME_1, vlan: 101 });
    const lost = POLICY.replace(/^recipient.*\n/m, '');
    const dir = folderWith({ 'policy/hub.yaml': POLICY, 'policy/lost.yaml': lost });

    const { code, stdout, stderr } = await runCli(dir, ['run', '--json', ...at(cloud)]);

    expect(code).toBe(3);
    expect(JSON.parse(stdout)).toMatchObject({
      runs: [{ target: 'hub', status: 'completed', counts: { accepted: 1 } }],
      errors: [{ file: 'policy/lost.yaml', code: 'missing-key', path: 'recipient' }],
    });
    expect(stderr).toMatch(
      /policy\/lost\.yaml:1:1 recipient: key `recipient` is missing; add `recipient:` .*\nnot run because of errors: policy\/lost\.yaml; the other policies were run\n$/,
    );
    expect(await actAs(cloud, RECIPIENT_ACCOUNT).see(id)).toMatch(/^pending/);
  });

  it.each(['run', 'plan'])(
    '%s warns of a former key with its place, on standard error only',
    async (command) => {
      const cloud = await startTestCloud();
      const dir = folderWith({ 'policy/hub.yaml': `${POLICY}limits: { acceptsPerPass: 3 }\n` });
      const { code, stdout, stderr } = await runCli(dir, [command, '--json', ...at(cloud)]);
      expect(code).toBe(0);
      expect(stderr).toMatch(/^warning: policy\/hub\.yaml:4:11 limits\.acceptsPerPass: [^\n]+\n$/);
      expect(stdout).not.toContain('acceptsPerPass');
    },
  );

  it('uses neither of two policies for one recipient, and exits with 3', async () => {
    const cloud = await startTestCloud();
    const id = await actAs(cloud, ACME).offer({ connection: ACME_1, vlan: 101 });
    const dir = folderWith({
      'policy/hub.yaml': POLICY,
      'policy/twin.yaml': POLICY,
      'policy/far.yaml': POLICY.replace('eu-west-2', 'us-east-2'),
    });
    const { code, stdout, stderr } = await runCli(dir, ['run', '--json', ...at(cloud)]);
    expect(code).toBe(3);
    expect(JSON.parse(stdout).runs.map(({ target }: { target: string }) => target)).toEqual(['far']);
    expect(stderr).toMatch(/`policy\/twin\.yaml` and `policy\/hub\.yaml` are both for/);
    expect(await actAs(cloud, RECIPIENT_ACCOUNT).see(id)).toBe('confirming');
  });

  it('does not change a damaged ledger, accepts nothing and exits with 1', async () => {
    const cloud = await startTestCloud();
    const id = await actAs(cloud, ACME).offer({ connection: ACME_1, vlan: 101 });
    const dir = folderWith({ 'policy/hub.yaml': POLICY, 'ledger.json': '{"format":1,"targ' });

    const { code, stdout } = await runCli(dir, ['run', '--ledger', 'ledger.json', ...at(cloud)]);

    expect(code).toBe(1);
    expect(stdout).toMatch(/ledger: ledger .*ledger\.json is damaged: it is not JSON/);
    expect(readFileSync(join(dir, 'ledger.json'), 'utf8')).toBe('{"format":1,"targ');
    expect(await actAs(cloud, RECIPIENT_ACCOUNT).see(id)).toBe('confirming');
  });

  it('reports since when another run holds the ledger, and the latest time of its release', async () => {
    const cloud = await startTestCloud();
    const dir = folderWith({ 'policy/hub.yaml': POLICY });
    const path = join(dir, 'ledger.json');
    // The state that a killed run leaves.
    await createFileLedger(path, systemClock).open(`outscale/eu-west-2/${RECIPIENT_ACCOUNT}`, LEASE_MS);
    const { until } = JSON.parse(readFileSync(path, 'utf8')).targets[
      `outscale/eu-west-2/${RECIPIENT_ACCOUNT}`
    ].lease;
    const since = new Date(Date.parse(until) - LEASE_MS).toISOString();

    const args = ['run', '--ledger', 'ledger.json', ...at(cloud)];
    const { code, stdout } = await runCli(dir, args);
    const asJson = await runCli(dir, [...args, '--json']);

    expect([code, asJson.code]).toEqual([5, 5]);
    for (const said of [stdout, asJson.stderr]) {
      expect(said).toContain(`locked since ${since} by another run`);
      expect(said).toContain(`released at ${until} at the latest`);
    }
  });

  it.each([
    ['when every other target had its run', {}, 5],
    ['unless a target failed', { region: 'us-east-2' }, 1],
  ])('exits with 5 for a target that another run works on %s', async (_, other, expected) => {
    const cloud = await startTestCloud();
    const region = 'region' in other ? other.region : 'eu-west-2';
    const second = POLICY.replace('eu-west-2', region).replace(
      RECIPIENT_ACCOUNT,
      region === 'eu-west-2' ? ACME : RECIPIENT_ACCOUNT,
    );
    const dir = folderWith({ 'policy/hub.yaml': POLICY, 'policy/other.yaml': second });
    await createFileLedger(join(dir, 'ledger.json'), systemClock).open(
      `outscale/eu-west-2/${RECIPIENT_ACCOUNT}`,
      LEASE_MS,
    );
    const { code, stdout } = await runCli(dir, ['run', '--json', '--ledger', 'ledger.json', ...at(cloud)]);
    expect(JSON.parse(stdout).runs).toMatchObject([{ status: 'leaseHeld' }, {}]);
    expect(code).toBe(expected);
  });

  it('continues to its end and releases the lease when its standard error is closed', async () => {
    const cloud = await startTestCloud({ latency: 400 });
    const dir = folderWith({ 'policy/hub.yaml': POLICY });
    for (const vlan of [101, 102, 103, 104]) await actAs(cloud, ACME).offer({ connection: ACME_1, vlan });
    const running = startCli(dir, ['run', '--ledger', 'ledger.json', ...at(cloud)]);
    running.deafen();
    const { code, stdout } = await running.ended;
    expect(code).toBe(0);
    expect(stdout).toContain('4 accepted');
    const { targets } = JSON.parse(readFileSync(join(dir, 'ledger.json'), 'utf8'));
    expect(targets[`outscale/eu-west-2/${RECIPIENT_ACCOUNT}`].lease).toBeNull();
  });

  it.each([
    ['a folder that can never be made', '/proc/vif-acceptor/ledger.json', 'ENOENT'],
    ['a folder in which nothing can be made', '/proc/self/ledger.json', 'ENOENT'],
    ['a folder', 'policy', 'EISDIR'],
    ['a file as folder', 'policy/hub.yaml/ledger.json', 'EEXIST'],
  ])('with a ledger in %s fails at once, and accepts nothing', async (_, ledger, cause) => {
    const cloud = await startTestCloud();
    const dir = folderWith({ 'policy/hub.yaml': POLICY });
    const id = await actAs(cloud, ACME).offer({ connection: ACME_1, vlan: 101 });
    const { code, stdout } = await runCli(dir, ['run', '--ledger', ledger, ...at(cloud)]);
    expect({ code, stdout }).toMatchObject({ code: 1, stdout: expect.stringContaining(`(${cause})`) });
    expect(await actAs(cloud, RECIPIENT_ACCOUNT).see(id)).toBe('confirming');
  });

  it('names an unknown region when its host does not exist', async () => {
    const dir = folderWith({ 'policy/hub.yaml': POLICY.replace('eu-west-2', 'eu-west-9') });
    // Nothing listens there, like at the host of an unknown region.
    const { code, stdout } = await runCli(dir, ['plan', '--json', '--endpoint', 'http://127.0.0.1:1']);
    const [report] = JSON.parse(stdout).runs;
    expect({ code, failures: report.failures }).toMatchObject({ code: 1, failures: [{ code: 'api' }] });
    expect(report.warnings).toEqual([
      { code: 'wrong-account-or-region', message: expect.stringContaining('`eu-west-9`') },
    ]);
  });

  it.each(['', 'new/'])('refuses %j as ledger file', async (ledger) => {
    const dir = folderWith({ 'policy/hub.yaml': POLICY });
    const { code, stderr } = await runCli(dir, ['run', '--ledger', ledger]);
    expect({ code, stderr }).toMatchObject({ code: 2, stderr: expect.stringContaining(`\`${ledger}\``) });
  });

  it.each([
    ['plan', []],
    ['run', ['--dry-run']],
  ])('%s %j changes nothing and writes nothing', async (command, more) => {
    const cloud = await startTestCloud();
    const dir = folderWith({ 'policy/hub.yaml': POLICY });
    const id = await actAs(cloud, ACME).offer({ connection: ACME_1, vlan: 101 });
    const { code, stdout } = await runCli(dir, [command, ...more, ...at(cloud)]);
    expect({ code, isListed: stdout.includes(`${id} `) }).toEqual({ code: 0, isListed: true });
    expect(stdout).toContain('1 would be accepted (plan: nothing was changed)');
    expect(await actAs(cloud, RECIPIENT_ACCOUNT).see(id)).toBe('confirming');
    expect(() => readFileSync(ledgerOf(dir, cloud))).toThrow('ENOENT');
  });
});

describe('credentials', () => {
  const none = { OSC_ACCESS_KEY: '', OSC_SECRET_KEY: '' };

  it('come from a profile of ~/.osc/config.json', async () => {
    const cloud = await startTestCloud();
    const profiles = {
      default: { access_key: '111111111111', secret_key: 'secret' },
      lab: { access_key: RECIPIENT_ACCOUNT, secret_key: 'secret' },
    };
    const dir = folderWith({ 'policy/hub.yaml': POLICY, '.osc/config.json': JSON.stringify(profiles) });
    expect((await runCli(dir, ['plan', '--profile', 'lab', ...at(cloud)], none)).code).toBe(0);
    expect((await runCli(dir, ['plan', ...at(cloud)], { ...none, OSC_PROFILE: 'lab' })).code).toBe(0);
    const wrong = await runCli(dir, ['plan', ...at(cloud)], none);
    expect(wrong).toMatchObject({ code: 1, stdout: expect.stringContaining('wrong-account-or-region') });
  });

  it('of AWS are never used for OUTSCALE', async () => {
    const cloud = await startTestCloud();
    const { code, stdout } = await runCli(
      folderWith({ 'policy/hub.yaml': POLICY }),
      ['run', ...at(cloud)],
      none,
    );
    expect(code).toBe(1);
    expect(stdout).toContain('credentials: no OUTSCALE credentials: set OSC_ACCESS_KEY and OSC_SECRET_KEY');
    expect(cloud.calls()).toEqual([]);
  });

  it('that are malformed are never printed', async () => {
    const cloud = await startTestCloud();
    const files = {
      'policy/hub.yaml': POLICY,
      '.osc/config.json': '{"default": {"secret_key": "planted-secret" ',
    };
    const { stdout, stderr } = await runCli(folderWith(files), ['run', ...at(cloud)], none);
    expect(stdout).toContain('config.json is not JSON');
    expect(stdout + stderr).not.toContain('planted');
  });
});
