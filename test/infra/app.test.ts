import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { delimiter, dirname, join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { writeTempFiles } from '../support/tempFiles.ts';

const RECIPIENT = 'recipient: { provider: outscale, region: eu-west-2, account: "012345678901"';
const OWNERS = 'owners: { acme: { connections: [dxcon-1a2b3c4d], gateway: vgw-87654321 } }\n';
const SOUND = `version: 1\n${RECIPIENT}, credentials: { secret: vif-acceptor/outscale } }\n${OWNERS}`;

/** Runs one of the project's scripts by this Node, with nothing else of this machine but its PATH. */
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
  return { status, told: stderr };
}

describe('cdk synth', () => {
  /** The real command, as a person types it. */
  function synth(policies: Record<string, string>) {
    const folder = writeTempFiles(policies);
    const out = join(folder, 'cdk.out');
    const args = ['synth', '--quiet', '--output', out, '-c', 'policyDir=.', '-c', 'notify=nobody'];
    const result = run(folder, ['node_modules/aws-cdk/bin/cdk', ...args]);
    const template = join(out, 'VifAcceptor.template.json');
    return { ...result, template: existsSync(template) ? readFileSync(template, 'utf8') : null };
  }

  it('makes a template of sound policies', () => {
    const { status, told, template } = synth({ 'acme.yaml': SOUND });
    expect(told).not.toContain('nothing is synthesised');
    expect(status).toBe(0);
    expect(template).toContain('{\\"acme\\":\\"outscale/eu-west-2/012345678901\\"}');
  });

  it('tells every fault of every policy, and makes nothing', () => {
    const { status, told, template } = synth({
      'acme.yaml': SOUND.replace('vgw-87654321', 'nowhere').replace('version: 1', 'version: 2'),
      'other.yaml': 'version: 1\n',
    });
    expect(status).toBe(1);
    expect(told).toMatch(
      /acme\.yaml:1:10 version: .*\n.*acme\.yaml:3:\d+ owners\.acme\.gateway: .*\n.*other\.yaml:/,
    );
    expect(told).not.toContain('    at ');
    expect(template).toBeNull();
  });
});

describe('cdk synth and the cases of policies', () => {
  const cases = (gateway: string) => `version: 1
target: acme
cases:
  - name: acme gets its gateway
    at: 2026-06-01T00:00:00Z
    request: { connection: dxcon-1a2b3c4d }
    expect: { accept: { owner: acme, grant: default, gateway: ${gateway} } }
`;

  function refused(text: string) {
    const folder = writeTempFiles({ 'acme.yaml': SOUND, 'cases/acme.yaml': text });
    const context = JSON.stringify({ policyDir: '.', notify: 'nobody' });
    return run(folder, ['infra/app.ts'], { CDK_CONTEXT_JSON: context });
  }

  it('refuses a policy that fails one of them, by its name', () => {
    const { status, told } = refused(cases('vgw-11111111'));
    expect(status).toBe(1);
    expect(told).toMatch(
      /nothing is synthesised:\n.*cases\/acme\.yaml:4 case `acme gets its gateway` fails: expected accept .*`vgw-11111111`, got accept .*`vgw-87654321`/,
    );
    expect(told).not.toContain('    at ');
  });

  it('refuses cases that have faults, with each of them', () => {
    const { status, told } = refused(cases('nowhere').replace('version: 1', 'version: 2'));
    expect(status).toBe(1);
    expect(told).toMatch(/cases\/acme\.yaml:1:10 version: /);
  });

  it('takes a policy that passes them', () => {
    const { status, told } = refused(cases('vgw-87654321'));
    expect(told).not.toContain('nothing is synthesised');
    expect(status).toBe(0);
  });
});

describe('the CDK app', () => {
  function app(policies: Record<string, string>, env: Record<string, string> = {}) {
    const context = JSON.stringify({ policyDir: '.', notify: 'nobody' });
    return run(writeTempFiles(policies), ['infra/app.ts'], { ...env, CDK_CONTEXT_JSON: context });
  }

  it('says how to make a first policy where there is none', () => {
    const { status, told } = app({ 'README.md': '' });
    expect(status).toBe(1);
    expect(told).toContain('there is no policy in');
    expect(told).toContain('vif-acceptor -- policy init');
  });

  it('refuses a sound policy that could not work where it is deployed to, without a stack trace', () => {
    const own = SOUND.replace('outscale', 'aws').replace(/, credentials: \{.*?\}/, '');
    const elsewhere = { CDK_DEFAULT_ACCOUNT: '210987654321', CDK_DEFAULT_REGION: 'eu-west-3' };
    const { status, told } = app({ 'acme.yaml': own }, elsewhere);
    expect(status).toBe(1);
    expect(told).toContain('acme.yaml: recipient.account: without credentials the function acts for');
    expect(told).not.toContain('    at ');
  });
});
