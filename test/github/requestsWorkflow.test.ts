import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import * as z from 'zod';

const TEXT = readFileSync('templates/policy-repository/.github/workflows/requests.yml', 'utf8');

const { on, permissions, concurrency, jobs } = z
  .object({
    on: z.record(z.string(), z.unknown()),
    permissions: z.record(z.string(), z.string()),
    concurrency: z.object({ group: z.string(), 'cancel-in-progress': z.boolean() }),
    jobs: z.record(
      z.string(),
      z.object({
        if: z.string(),
        environment: z.string(),
        permissions: z.record(z.string(), z.string()),
        steps: z.array(
          z.object({
            uses: z.string().optional(),
            run: z.string().optional(),
            with: z.unknown().optional(),
            env: z.record(z.string(), z.string()).optional(),
          }),
        ),
      }),
    ),
  })
  .parse(parse(TEXT));

describe('the workflow for requests', () => {
  it('runs every hour and on demand, one at a time, and only from the default branch', () => {
    expect(Object.keys(on)).toEqual(['schedule', 'workflow_dispatch']);
    expect(concurrency).toEqual({ group: 'requests', 'cancel-in-progress': false });
    expect(Object.keys(jobs)).toEqual(['propose']);
    expect(jobs.propose?.if).toContain('github.event.repository.default_branch');
    expect(jobs.propose?.environment).toBe('policy-requests');
  });

  it('may write branches and pull requests, and nothing else', () => {
    expect(permissions).toEqual({ contents: 'read' });
    expect(jobs.propose?.permissions).toEqual({
      contents: 'write',
      'id-token': 'write',
      'pull-requests': 'write',
    });
    expect(TEXT).not.toMatch(/secrets\.|run:.*\$\{\{|pull_request_target/);
  });

  it('gives its token to no command but the last', () => {
    const steps = jobs.propose?.steps ?? [];
    expect(steps.filter(({ env }) => env?.GITHUB_TOKEN !== undefined)).toEqual([steps.at(-1)]);
    const [checkout] = steps;
    expect(checkout?.with).toMatchObject({ 'persist-credentials': false });
    for (const { uses } of steps)
      if (uses !== undefined) expect(uses).toMatch(/^[\w-]+\/[\w-]+@[0-9a-f]{40}$/);
    expect(steps.at(-1)?.run).toContain('npm run -s propose -- --base "$BASE"');
  });
});
