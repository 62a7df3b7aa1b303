import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join, resolve } from 'node:path';
import { describe, expect, it } from 'vitest';
import { RECIPIENT_ACCOUNT } from '../support/accounts.ts';
import { folderWith, runCli } from '../support/cli.ts';
import { ACME_1, DETACHED, PROD, startTestCloud } from '../support/cloud.ts';

const POLICY = `version: 1
recipient: { provider: outscale, region: eu-west-2, account: "${RECIPIENT_ACCOUNT}" }
owners:
  acme: { connections: [${ACME_1}], gateway: ${PROD} }
  globex: { connections: [dxcon-33333333], gateway: ${DETACHED} }
`;

describe('the command line', () => {
  it.each([[['--help']], [['run', '--help']], [['policy', 'init', '--help']], [['simulate', '--help']]])(
    'prints help for %j',
    async (args) => {
      const { code, stdout } = await runCli(folderWith({}), args);
      expect(code).toBe(0);
      expect(stdout).toContain('Usage: vif-acceptor');
    },
  );

  it.each([
    ['an unknown command', ['accept'], /unknown command 'accept'/],
    ['a command of policies', ['check', '--json'], /unknown command `check`; did you mean `policy check`/],
    ['a slip of one', ['expalin'], /unknown command `expalin`; did you mean `policy explain`/],
    ['an option typed as a command', ['version'], /unknown command `version`; did you mean `--version`/],
    ['an unknown option', ['run', '--force'], /unknown option '--force'/],
    ['no command', [], /Usage: vif-acceptor/],
    [
      'an endpoint that keys must not be sent to',
      ['run', '--endpoint', 'http://example.com'],
      /--endpoint must be https, or http on loopback/,
    ],
    ['an endpoint that is no URL', ['run', '--endpoint', 'nonsense'], /--endpoint must be a URL/],
    [
      'an unknown dialect',
      ['simulate', '--dialect', 'azure'],
      /--dialect must be `outscale` or `aws`, got `azure`/,
    ],
    ['an odd port', ['simulate', '--port', 'http'], /--port must be a number from 0 to 65535, got `http`/],
    [
      'an odd latency',
      ['simulate', '--latency', '40ms'],
      /--latency must be a number of milliseconds from 0 to 600000, got `40ms`/,
    ],
    [
      'a scenario that is no JSON',
      ['simulate', '--scenario', 'policy/hub.yaml'],
      /scenario `.*` is not JSON/,
    ],
    [
      'a scenario that is not there',
      ['simulate', '--scenario', 'nowhere.json'],
      /scenario `nowhere\.json` cannot be read \(ENOENT\): there is no such file/,
    ],
    [
      'a scenario with a mistyped key',
      ['simulate', '--scenario', 'slip.json', '--port', '0'],
      /scenario `slip\.json`: `regoin` must be left out \(known here: region, /,
    ],
    [
      'a scenario with a fault',
      ['simulate', '--scenario', 'bad.json', '--port', '0'],
      /scenario `.*bad\.json`: .*region/,
    ],
  ])('exits with 2 for %s', async (_, args, message) => {
    const dir = folderWith({
      'policy/hub.yaml': POLICY,
      'bad.json': '{"region": 1}',
      'slip.json': '{"regoin": "x"}',
    });
    const { code, stderr } = await runCli(dir, args);
    expect(code).toBe(2);
    expect(stderr).toMatch(message);
    expect(stderr).not.toMatch(/^ +at /m);
  });
});

it('output that cannot be written is reported in one line, with a failure as exit code', async () => {
  const dir = folderWith({ 'policy/hub.yaml': POLICY });
  const script = `"${process.execPath}" cli/main.ts policy check > /dev/full`;
  const env = { PATH: process.env.PATH ?? '', INIT_CWD: dir };
  const child = spawn('sh', ['-c', script], { cwd: resolve(import.meta.dirname, '../..'), env });
  let output = '';
  child.stderr.on('data', (chunk) => {
    output += String(chunk);
  });
  expect(await once(child, 'exit')).toEqual([1, null]);
  expect(output).toMatch(/^error: output cannot be written \(ENOSPC\).*\n$/);
});

it('a file above the size limit of the process is a failure, not the end by a signal', async () => {
  const dir = folderWith({ 'policy/hub.yaml': POLICY });
  const script = `ulimit -f 0; exec "${process.execPath}" cli/main.ts run --ledger l.json --endpoint http://127.0.0.1:9`;
  const keys = { OSC_ACCESS_KEY: 'key', OSC_SECRET_KEY: 'secret' };
  const env = { PATH: process.env.PATH ?? '', HOME: dir, INIT_CWD: dir, ...keys };
  const child = spawn('sh', ['-c', script], { cwd: resolve(import.meta.dirname, '../..'), env });
  let output = '';
  child.stdout.on('data', (chunk) => {
    output += String(chunk);
  });
  child.stderr.resume();
  expect(await once(child, 'close')).toEqual([1, null]);
  expect(output).toContain('(EFBIG)');
});

describe('doctor', () => {
  it('reports what would fail a run, each check separately, and exits with 1', async () => {
    const cloud = await startTestCloud();
    cloud.addFault({ kind: 'accessDenied', operation: 'DescribeConnections' });
    const dir = folderWith({ 'policy/hub.yaml': POLICY });
    const { code, stdout } = await runCli(dir, [
      'doctor',
      '--endpoint',
      cloud.url,
      '--gateway-endpoint',
      cloud.url,
    ]);
    expect(code).toBe(1);
    expect(stdout).toMatch(/ok +right to list: 0 virtual interfaces/);
    expect(stdout).toMatch(/FAIL +right to see own connections: DescribeConnections failed \(credentials\)/);
    expect(stdout).toMatch(new RegExp(`ok +gateway ${PROD}: available, attached to vpc-1`));
    expect(stdout).toMatch(new RegExp(`FAIL +gateway ${DETACHED}: is not attached to a VPC`));
    expect(stdout).toMatch(/ok +clock/);
  });

  it('reports no problem when there is none, and never confirms', async () => {
    const cloud = await startTestCloud({ dialect: 'aws' });
    const policy = POLICY.replace('outscale', 'aws').replace(/ +globex.*\n/, '');
    const dir = folderWith({ 'policy/hub.yaml': policy });
    const at = ['--endpoint', cloud.url, '--gateway-endpoint', cloud.url];
    const { code, stdout } = await runCli(dir, ['doctor', '--json', ...at]);
    expect(code).toBe(0);
    expect(JSON.parse(stdout).targets[0].findings).toContainEqual({
      check: 'identity',
      result: 'ok',
      message: `the credentials belong to account \`${RECIPIENT_ACCOUNT}\``,
    });
    expect(cloud.calls().map(({ operation }) => operation)).not.toContain('ConfirmPrivateVirtualInterface');
  });
});

describe('simulate', () => {
  it('runs until a signal stops it', async () => {
    const main = resolve(import.meta.dirname, '../../cli/main.ts');
    const scenario = join(import.meta.dirname, '../../examples/scenarios/demo.json');
    const child = spawn(process.execPath, [main, 'simulate', '--port', '0', '--scenario', scenario]);
    const [first] = await once(child.stdout, 'data');
    const url = /on (http:\/\/127\.0\.0\.1:\d+)/.exec(String(first))?.[1] ?? '';
    const answer = await fetch(`${url}/_simulator/clock`, { method: 'POST', body: '{"advance":"PT6H"}' });
    expect(await answer.json()).toHaveProperty('now');
    child.kill('SIGTERM');
    expect(await once(child, 'exit')).toEqual([0, null]);
  });
});
