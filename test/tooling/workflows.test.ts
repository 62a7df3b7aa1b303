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

/** The policies, all that turns them into a deployment, and all that says how it is started. */
const DEPLOYED = [
  ...['bin', 'cli', 'infra', 'lambda', 'language', 'policy', 'scripts', 'tools'].map(
    (folder) => `${folder}/**`,
  ),
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
  it('uses nothing but what is pinned to a commit, and says which version that is', () => {
    const used = steps.flatMap(({ uses }) => (uses === undefined ? [] : [uses]));
    expect(used.length).toBeGreaterThan(0);
    for (const action of used) {
      expect(action).toMatch(/^[\w-]+\/[\w-]+@[0-9a-f]{40}$/);
      const lines = WORKFLOWS.flatMap(({ text }) => text.split('\n')).filter((line) => line.includes(action));
      for (const line of lines) expect(line).toMatch(/ # v\d+\.\d+\.\d+$/);
    }
  });

  it('may read the repository, and beyond that only ask for a role, in an environment that can be guarded', () => {
    const granted = job.permissions ?? inherited;
    const assumes = steps.some(({ uses }) => uses?.startsWith('aws-actions/configure-aws-credentials@'));
    expect(granted).toEqual(assumes ? { contents: 'read', 'id-token': 'write' } : { contents: 'read' });
    expect(environment === undefined).toBe(!assumes);
  });

  it('leaves no token of the repository behind for what it runs', () => {
    const checkouts = steps.filter(({ uses }) => uses?.startsWith('actions/checkout@'));
    expect(checkouts.map((checkout) => checkout.with?.['persist-credentials'])).toEqual([false]);
  });

  it('does with npm alone what it does, so that any other place can do it too', () => {
    const commands = steps.flatMap(({ run }) => (run === undefined ? [] : [run]));
    expect(commands[0]).toBe('npm ci --ignore-scripts');
    for (const command of commands.slice(1)) {
      const script = /^npm (?:run )?([\w:]+)$/.exec(command)?.[1] ?? '';
      expect([command, Object.keys(SCRIPTS).includes(script)]).toEqual([command, true]);
    }
  });
});

describe('the workflows', () => {
  it('hold no key, and put nothing that others chose into a command', () => {
    for (const { text } of WORKFLOWS) {
      expect(text).not.toMatch(/secrets\.|AWS_SECRET_ACCESS_KEY|AWS_ACCESS_KEY_ID/);
      expect(text).not.toMatch(/run:.*\$\{\{/);
      expect(text).not.toContain('pull_request_target');
    }
  });

  it('deploy from main alone, one at a time', () => {
    const deploy = WORKFLOWS.find(({ name }) => name === 'deploy.yml');
    expect(deploy?.on.push).toMatchObject({ branches: ['main'] });
    expect(deploy?.on).not.toHaveProperty('pull_request');
    expect(deploy?.text).toContain('cancel-in-progress: false');
  });

  it('check the policy and try its cases before they deploy it, and on every pull request', () => {
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

  it('let no pull request wait for a check that it does not start', () => {
    // GitHub holds a pull request until each required check reports; one that `paths` leaves out never does.
    for (const name of ['policy.yml', 'ci.yml']) {
      const { on, jobs } = named(name);
      expect([name, on]).toHaveProperty('1.pull_request', null);
      expect(Object.values(jobs).filter((job) => job.if !== undefined)).toEqual([]);
    }
    expect(Object.keys(named('policy.yml').jobs)).toEqual(['check']);
  });

  it('test every change, of pull requests and of main, by each npm that is about', () => {
    const { on, jobs } = named('ci.yml');
    expect(on).toEqual({ pull_request: null, push: { branches: ['main'] } });
    expect(jobs.test?.strategy?.matrix.node).toEqual([20, 22, 24]);
    expect(jobs.test?.steps.map(({ run }) => run)).toContain('npm test');
  });

  it('deploy, and plan, on a change of anything that the deployment is made of or runs', () => {
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
      // What is listed is there: a folder that moved would be watched for nothing.
      expect(folders.filter((path) => !tracked.includes(path))).toEqual([]);
      expect(folders).toEqual(expect.arrayContaining(DEPLOYED));
    }
  });

  it('and the policy have owners, as has all else that is deployed with it', () => {
    const owners = readFileSync('.github/CODEOWNERS', 'utf8');
    // One line for everything, and no later one that takes a part away from it.
    const lines = owners.split('\n').filter((line) => line !== '' && !line.startsWith('#'));
    expect(lines).toEqual([expect.stringMatching(/^\* +@\S+$/)]);
  });
});
