import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { delimiter, dirname, join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { writeTempFiles } from '../support/tempFiles.ts';

const RECIPIENT = 'recipient: { provider: outscale, region: eu-west-2, account: "012345678901"';
const OWNERS = 'owners: { acme: { connections: [dxcon-1a2b3c4d], gateway: vgw-87654321 } }\n';
const VALID = `version: 1\n${RECIPIENT}, credentials: { secret: vif-acceptor/outscale } }\n${OWNERS}`;

/** Runs one of the project's scripts with this Node, and only the PATH of this machine. */
function run(folder: string, script: readonly string[], env: Record<string, string> = {}) {
  const { status, stderr } = spawnSync(process.execPath, script, {
    encoding: 'utf8',
    env: {
      PATH: [dirname(process.execPath), process.env.PATH].join(delimiter),
      HOME: folder,
      INIT_CWD: folder,
      AWS_EC2_METADATA_DISABLED: 'true',
      ...env,
    },
  });
  return { status, output: stderr };
}

describe('cdk synth', () => {
  /** The real command, as a user types it. */
  function synth(policies: Record<string, string>) {
    const folder = writeTempFiles(policies);
    const out = join(folder, 'cdk.out');
    const args = ['synth', '--quiet', '--output', out, '-c', 'policyDir=.', '-c', 'notify=nobody'];
    const result = run(folder, ['node_modules/aws-cdk/bin/cdk', ...args]);
    const template = join(out, 'VifAcceptor.template.json');
    return { ...result, template: existsSync(template) ? readFileSync(template, 'utf8') : null };
  }

  it('writes a template for valid policies', () => {
    const { status, output, template } = synth({ 'acme.yaml': VALID });
    expect(output).not.toContain('no template was written');
    expect(status).toBe(0);
    expect(template).toContain('{\\"target\\":\\"acme\\"}');
  });

  it('warns of a former key with its place, and writes the template', () => {
    const { status, output, template } = synth({ 'acme.yaml': `${VALID}limits: { acceptsPerPass: 3 }\n` });
    expect(status).toBe(0);
    expect(output).toMatch(/acme\.yaml:4:11 limits\.acceptsPerPass: /);
    expect(output).toContain('vif-acceptor:renamed-key');
    expect(template).not.toBeNull();
  });

  it('reports every error of every policy, and writes no template', () => {
    const { status, output, template } = synth({
      'acme.yaml': VALID.replace('vgw-87654321', 'nowhere').replace('version: 1', 'version: 2'),
      'other.yaml': 'version: 1\n',
    });
    expect(status).toBe(1);
    expect(output).toMatch(
      /acme\.yaml:1:10 version: .*\n.*acme\.yaml:3:\d+ owners\.acme\.gateway: .*\n.*other\.yaml:/,
    );
    expect(output).not.toContain('    at ');
    expect(template).toBeNull();
  });
});

describe('cdk synth and policy tests', () => {
  const cases = (gateway: string) => `version: 1
target: acme
cases:
  - name: acme gets its gateway
    at: 2026-06-01T00:00:00Z
    request: { connection: dxcon-1a2b3c4d }
    expect: { accept: { owner: acme, grant: default, gateway: ${gateway} } }
`;

  function refused(text: string) {
    const folder = writeTempFiles({ 'acme.yaml': VALID, 'cases/acme.yaml': text });
    const context = JSON.stringify({ policyDir: '.', notify: 'nobody' });
    return run(folder, ['infra/app.ts'], { CDK_CONTEXT_JSON: context });
  }

  it('refuses a policy that fails a policy test, and names the test', () => {
    const { status, output } = refused(cases('vgw-11111111'));
    expect(status).toBe(1);
    expect(output).toMatch(
      /no template was written:\n.*cases\/acme\.yaml:4 policy test `acme gets its gateway` fails: expected accept .*`vgw-11111111`, got accept .*`vgw-87654321`/,
    );
    expect(output).not.toContain('    at ');
  });

  it('refuses invalid policy tests, and reports each error', () => {
    const { status, output } = refused(cases('nowhere').replace('version: 1', 'version: 2'));
    expect(status).toBe(1);
    expect(output).toMatch(/cases\/acme\.yaml:1:10 version: /);
  });

  it('accepts a policy that passes them', () => {
    const { status, output } = refused(cases('vgw-87654321'));
    expect(output).not.toContain('no template was written');
    expect(status).toBe(0);
  });
});

describe('the CDK app', () => {
  function app(policies: Record<string, string>, env: Record<string, string> = {}) {
    const context = JSON.stringify({ policyDir: '.', notify: 'nobody' });
    return run(writeTempFiles(policies), ['infra/app.ts'], { ...env, CDK_CONTEXT_JSON: context });
  }

  it('explains how to create a first policy if there is none', () => {
    const { status, output } = app({ 'README.md': '' });
    expect(status).toBe(1);
    expect(output).toContain('vif-acceptor -- policy init');
  });

  it('refuses a valid policy that could not work in the target account, without a stack trace', () => {
    const own = VALID.replace('outscale', 'aws').replace(/, credentials: \{.*?\}/, '');
    const elsewhere = { CDK_DEFAULT_ACCOUNT: '210987654321', CDK_DEFAULT_REGION: 'eu-west-3' };
    const { status, output } = app({ 'acme.yaml': own }, elsewhere);
    expect(status).toBe(1);
    expect(output).toContain('acme.yaml: recipient.account: without credentials the function acts for');
    expect(output).not.toContain('    at ');
  });
});
