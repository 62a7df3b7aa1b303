import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import * as z from 'zod';
import {
  commandsOf,
  FORBIDDEN,
  jobsOf,
  leavesToken,
  readWorkflows,
  unpinnedActions,
  type Workflow,
} from './workflowFiles.ts';

/** The workflows that `init` writes. */
const TEMPLATES = 'templates/policy-repository';
const WORKFLOWS = readWorkflows(join(TEMPLATES, '.github/workflows'));

/** What each job may do, in addition to reading the repository. */
const RIGHTS: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  'check.yml check': {},
  'check.yml review': { 'pull-requests': 'write' },
  'plan.yml plan': { 'id-token': 'write' },
  'deploy.yml deploy': { 'id-token': 'write' },
  'requests.yml propose': { contents: 'write', 'pull-requests': 'write', 'id-token': 'write' },
};

/** The files that a deployment consists of or executes. */
const DEPLOYED = ['.npmrc', 'app.mjs', 'cdk.json', 'package-lock.json', 'package.json', 'policy/**'];

function named(name: string): Workflow {
  const found = WORKFLOWS.find((one) => one.name === name);
  if (found === undefined) throw new Error(`there is no workflow ${name}`);
  return found;
}

describe.each(jobsOf(WORKFLOWS))('in a policy repository, the job $name', (job) => {
  it('uses only actions that are pinned to a commit, with the version in a comment', () => {
    expect(unpinnedActions(job, WORKFLOWS)).toEqual([]);
  });

  it('has only the rights that it needs, and assumes a role only in a protected environment', () => {
    expect(job.granted).toEqual({ contents: 'read', ...RIGHTS[job.name] });
    const assumes = job.steps.some(({ uses }) => uses?.startsWith('aws-actions/configure-aws-credentials@'));
    expect(job.granted['id-token']).toBe(assumes ? 'write' : undefined);
    if (assumes) expect(job.environment).toMatch(/^[\w-]+$/);
    else expect(job.environment).toBeUndefined();
  });

  it('gives a token only to the command that calls GitHub', () => {
    expect(leavesToken(job)).toBe(false);
    const given = job.steps.filter(({ env = {} }) => 'GITHUB_TOKEN' in env);
    for (const { run } of given) expect(run).toMatch(/policy (review .*--comment|propose)/);
    expect(commandsOf(job)[0]).toBe('npm ci --ignore-scripts');
  });

  it('calls the installed tools only', () => {
    const calls = commandsOf(job).flatMap((command) => command.match(/\bnpx .*/g) ?? []);
    for (const call of calls) expect(call).toMatch(/^npx (vif-acceptor|cdk) /);
  });
});

describe('the workflows of a policy repository', () => {
  it('contain no key, and put no untrusted text into a command', () => {
    for (const { text, jobs } of WORKFLOWS) {
      for (const pattern of FORBIDDEN) expect(text).not.toMatch(pattern);
      for (const command of Object.values(jobs).flatMap(commandsOf)) expect(command).not.toContain('${{');
    }
  });

  it('start the required check on every pull request', () => {
    const { on, jobs } = named('check.yml');
    // GitHub blocks a pull request until each required check reports; a check skipped by `paths` never does.
    expect(on).toEqual({ pull_request: null });
    expect(jobs.check?.if).toBeUndefined();
  });

  it('check the policies, run their tests and synthesise, before a merge and before a deployment', () => {
    const commands = (name: string, job: string) => commandsOf(named(name).jobs[job] ?? { steps: [] });
    const words = ['policy check', 'policy test', 'cdk synth'];
    expect(
      commands('check.yml', 'check').flatMap((command) => words.filter((word) => command.includes(word))),
    ).toEqual(words);
    const deploy = commands('deploy.yml', 'deploy');
    expect(deploy.slice(1)).toEqual(['npm test', 'npx cdk deploy --require-approval never']);
    const { scripts } = z
      .object({ scripts: z.record(z.string(), z.string()) })
      .parse(JSON.parse(readFileSync(join(TEMPLATES, 'package.json'), 'utf8')));
    for (const word of words) expect(scripts.test).toContain(word);
  });

  it('deploy only main, one at a time, on a change of any file that the deployment consists of', () => {
    const { on, text, jobs } = named('deploy.yml');
    expect(on).toEqual({
      push: { branches: ['main'], paths: ['.github/workflows/deploy.yml', ...DEPLOYED] },
      workflow_dispatch: null,
    });
    expect(jobs.deploy?.if).toContain("github.ref == 'refs/heads/main'");
    expect(text).toContain('cancel-in-progress: false');
  });

  it('plan on a change of any such file, or of the scripts that the plan executes', () => {
    expect(named('plan.yml').on).toEqual({
      pull_request: { paths: ['.github/workflows/plan.yml', ...DEPLOYED, 'scripts/**'] },
    });
  });

  it('name only files that `init` writes', () => {
    const folders = [...DEPLOYED, 'scripts/**'].map((path) => path.replace('/**', ''));
    // The lock is written by npm.
    const templates = folders
      .filter((path) => path !== 'package-lock.json')
      .map((path) => path.replace('.npmrc', '_npmrc'));
    expect(templates.filter((path) => !existsSync(join(TEMPLATES, path)))).toEqual([]);
  });
});

describe('.gitlab-ci.yml', () => {
  const text = readFileSync(join(TEMPLATES, '.gitlab-ci.yml'), 'utf8');
  const commands = z.array(z.string());
  const jobs = z
    .record(z.string(), z.looseObject({ script: commands.optional() }))
    .parse(
      Object.fromEntries(
        Object.entries(z.record(z.string(), z.unknown()).parse(parse(text))).filter(
          ([, value]) => typeof value === 'object' && !Array.isArray(value),
        ),
      ),
    );

  it('has the steps of the workflows', () => {
    const scripts = Object.fromEntries(
      Object.entries(jobs).flatMap(([name, { script }]) => (script === undefined ? [] : [[name, script]])),
    );
    expect(Object.keys(scripts)).toEqual(['check', 'review', 'plan', 'deploy', 'requests']);
    for (const word of ['policy check', 'policy test', 'cdk synth'])
      expect(scripts.check?.join('\n')).toContain(word);
    expect(scripts.review?.join('\n')).toContain('policy review');
    expect(scripts.deploy).toEqual(['npm test', 'npx cdk deploy --require-approval never']);
  });

  it('installs without scripts in every job, and contains no key', () => {
    expect(text.match(/npm ci\b.*/g)).toEqual(['npm ci --ignore-scripts', 'npm ci --ignore-scripts']);
    expect(text).not.toMatch(/SECRET_ACCESS_KEY|ACCESS_KEY_ID|OSC_SECRET_KEY/);
  });
});
