import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import * as z from 'zod';

const FOLDER = '.github/workflows';

const step = z.object({
  uses: z.string().optional(),
  run: z.string().optional(),
  with: z.record(z.string(), z.unknown()).optional(),
});
const permissions = z.record(z.string(), z.string());
const workflow = z.object({
  on: z.record(z.string(), z.unknown()),
  permissions,
  jobs: z.record(
    z.string(),
    z.object({
      'timeout-minutes': z.number(),
      if: z.string().optional(),
      strategy: z.object({ matrix: z.record(z.string(), z.array(z.unknown())) }).optional(),
      environment: z.string().optional(),
      permissions: permissions.optional(),
      steps: z.array(step),
    }),
  ),
});

const WORKFLOWS = readdirSync(FOLDER).map((name) => {
  const text = readFileSync(join(FOLDER, name), 'utf8');
  return { name, text, ...workflow.parse(parse(text)) };
});
const SCRIPTS = z
  .object({ scripts: z.record(z.string(), z.string()) })
  .parse(JSON.parse(readFileSync('package.json', 'utf8'))).scripts;

/** The policies, the code that deploys them, and the settings of its commands. */
const DEPLOYED = [
  ...[
    'adapters',
    'bin',
    'cli',
    'core',
    'infra',
    'lambda',
    'language',
    'policy',
    'run',
    'scripts',
    'tools',
  ].map((folder) => `${folder}/**`),
  ...['cdk.json', 'package.json', 'package-lock.json', '.npmrc'],
];

function named(name: string) {
  const found = WORKFLOWS.find((one) => one.name === name);
  if (found === undefined) throw new Error(`there is no workflow ${name}`);
  return found;
}

const JOBS = WORKFLOWS.flatMap(({ name, jobs, ...rest }) =>
  Object.entries(jobs).map(([job, spec]) => ({
    name: `${name} ${job}`,
    inherited: rest.permissions,
    ...spec,
  })),
);

describe.each(JOBS)('the job $name', ({ steps, inherited, environment, ...job }) => {
  it('uses only actions that are pinned to a commit, with the version in a comment', () => {
    const used = steps.flatMap(({ uses }) => (uses === undefined ? [] : [uses]));
    expect(used.length).toBeGreaterThan(0);
    for (const action of used) {
      expect(action).toMatch(/^[\w-]+\/[\w-]+@[0-9a-f]{40}$/);
      const lines = WORKFLOWS.flatMap(({ text }) => text.split('\n')).filter((line) => line.includes(action));
      for (const line of lines) expect(line).toMatch(/ # v\d+\.\d+\.\d+$/);
    }
  });

  it('may only read the repository, or assume a role in a protected environment', () => {
    const granted = job.permissions ?? inherited;
    const assumes = steps.some(({ uses }) => uses?.startsWith('aws-actions/configure-aws-credentials@'));
    expect(granted).toEqual(assumes ? { contents: 'read', 'id-token': 'write' } : { contents: 'read' });
    expect(environment === undefined).toBe(!assumes);
  });

  it('leaves no repository token for the commands that it runs', () => {
    const checkouts = steps.filter(({ uses }) => uses?.startsWith('actions/checkout@'));
    expect(checkouts.map((checkout) => checkout.with?.['persist-credentials'])).toEqual([false]);
  });

  it('uses npm commands only, so that other CI systems can do the same', () => {
    const commands = steps.flatMap(({ run }) => (run === undefined ? [] : [run]));
    expect(commands[0]).toBe('npm ci --ignore-scripts');
    for (const command of commands.slice(1)) {
      const script = /^npm (?:run )?([\w:]+)$/.exec(command)?.[1] ?? '';
      expect([command, Object.keys(SCRIPTS).includes(script)]).toEqual([command, true]);
    }
  });
});

describe('the workflows', () => {
  it('contain no key, and put no untrusted text into a command', () => {
    for (const { text } of WORKFLOWS) {
      expect(text).not.toMatch(/secrets\.|AWS_SECRET_ACCESS_KEY|AWS_ACCESS_KEY_ID/);
      expect(text).not.toMatch(/run:.*\$\{\{/);
      expect(text).not.toContain('pull_request_target');
    }
  });

  it('deploy only from main, one at a time', () => {
    const deploy = WORKFLOWS.find(({ name }) => name === 'deploy.yml');
    expect(deploy?.on.push).toMatchObject({ branches: ['main'] });
    expect(deploy?.on).not.toHaveProperty('pull_request');
    expect(deploy?.text).toContain('cancel-in-progress: false');
  });

  it('check the policy and run its policy tests before deployment, and on every pull request', () => {
    expect(SCRIPTS['policy:check']).toBe(
      'node bin/vif-acceptor policy check && node bin/vif-acceptor policy test',
    );
    for (const [name, next] of [
      ['policy.yml', 'policy:synth'],
      ['plan.yml', 'policy:plan'],
      ['deploy.yml', 'policy:deploy'],
    ]) {
      const steps = WORKFLOWS.filter((one) => one.name === name).flatMap(({ jobs }) => Object.values(jobs));
      const commands = steps.flatMap((job) => job.steps.flatMap(({ run }) => run ?? []));
      expect(commands).toContain('npm run policy:check');
      expect(commands.indexOf(`npm run ${next}`)).toBeGreaterThan(commands.indexOf('npm run policy:check'));
    }
  });

  it('start every required check on every pull request', () => {
    // GitHub blocks a pull request until each required check reports; a check skipped by `paths` never does.
    for (const name of ['policy.yml', 'ci.yml']) {
      const { on, jobs } = named(name);
      expect([name, on]).toHaveProperty('1.pull_request', null);
      expect(Object.values(jobs).filter((job) => job.if !== undefined)).toEqual([]);
    }
    expect(Object.keys(named('policy.yml').jobs)).toEqual(['check']);
  });

  it('test every pull request and main, with the npm of each supported Node', () => {
    const { on, jobs } = named('ci.yml');
    expect(on).toEqual({ pull_request: null, push: { branches: ['main'] } });
    expect(jobs.test?.strategy?.matrix.node).toEqual([20, 22, 24]);
    expect(jobs.test?.steps.map(({ run }) => run)).toContain('npm test');
  });

  it('deploy, and plan, on a change of any file that the deployment consists of or executes', () => {
    const paths = z.object({ paths: z.array(z.string()) });
    const tracked = readdirSync('.', { withFileTypes: true }).map((entry) =>
      entry.isDirectory() ? `${entry.name}/**` : entry.name,
    );
    for (const [name, event] of [
      ['deploy.yml', 'push'],
      ['plan.yml', 'pull_request'],
    ] as const) {
      const listed = paths.parse(named(name).on[event]).paths;
      expect(listed).toContain(`.github/workflows/${name}`);
      const folders = listed.filter((path) => !path.startsWith('.github/'));
      // Every listed path exists: a moved folder would no longer start the workflow.
      expect(folders.filter((path) => !tracked.includes(path))).toEqual([]);
      expect(folders).toEqual(expect.arrayContaining(DEPLOYED));
    }
  });

  it('and all other files have code owners', () => {
    const owners = readFileSync('.github/CODEOWNERS', 'utf8');
    // One line for all files, and no later line that overrides it.
    const lines = owners.split('\n').filter((line) => line !== '' && !line.startsWith('#'));
    expect(lines).toEqual([expect.stringMatching(/^\* +@\S+$/)]);
  });
});
