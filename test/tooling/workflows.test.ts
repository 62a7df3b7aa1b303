import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import * as z from 'zod';
import {
  commandsOf,
  FORBIDDEN,
  jobsOf,
  leavesToken,
  readWorkflows,
  unpinnedActions,
} from './workflowFiles.ts';

const WORKFLOWS = readWorkflows('.github/workflows');
const SCRIPTS = z
  .object({ scripts: z.record(z.string(), z.string()) })
  .parse(JSON.parse(readFileSync('package.json', 'utf8'))).scripts;

/** Jobs that run code of the repository or of its dependencies. `release.test.ts` checks the others, which have more rights. */
const JOBS = jobsOf(WORKFLOWS).filter(({ steps }) =>
  steps.some(({ uses }) => uses?.startsWith('actions/checkout@')),
);

describe.each(JOBS)('the job $name', (job) => {
  it('uses only actions that are pinned to a commit, with the version in a comment', () => {
    expect(unpinnedActions(job, WORKFLOWS)).toEqual([]);
  });

  it('may only read the repository, and leaves no token for the commands that it runs', () => {
    expect(job.granted).toEqual({ contents: 'read' });
    expect(leavesToken(job)).toBe(false);
  });

  it('uses npm commands only, so that other CI systems can do the same', () => {
    const [first, ...others] = commandsOf(job);
    expect(first).toBe('npm ci --ignore-scripts');
    for (const command of others) {
      const script = /^npm (?:run )?([\w:]+)$/.exec(command)?.[1] ?? '';
      expect([command, Object.keys(SCRIPTS).includes(script)]).toEqual([command, true]);
    }
  });
});

describe('the workflows', () => {
  it('contain no key, and put no untrusted text into a command', () => {
    for (const { text } of WORKFLOWS) for (const pattern of FORBIDDEN) expect(text).not.toMatch(pattern);
  });

  it('test every pull request and main, with the npm of each supported Node', () => {
    const ci = WORKFLOWS.find(({ name }) => name === 'ci.yml');
    // GitHub blocks a pull request until each required check reports; a check skipped by `paths` never does.
    expect(ci?.on).toEqual({ pull_request: null, push: { branches: ['main'] } });
    expect(Object.values(ci?.jobs ?? {}).filter((job) => job.if !== undefined)).toEqual([]);
    expect(ci?.jobs.test?.strategy?.matrix.node).toEqual([20, 22, 24]);
    expect(ci?.jobs.test?.steps.map(({ run }) => run)).toContain('npm test');
  });

  it('and all other files have code owners', () => {
    const owners = readFileSync('.github/CODEOWNERS', 'utf8');
    // One line for all files, and no later line that overrides it.
    const lines = owners.split('\n').filter((line) => line !== '' && !line.startsWith('#'));
    expect(lines).toEqual([expect.stringMatching(/^\* +@\S+$/)]);
  });
});
