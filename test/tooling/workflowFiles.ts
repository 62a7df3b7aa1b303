import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'yaml';
import * as z from 'zod';

const step = z.object({
  uses: z.string().optional(),
  run: z.string().optional(),
  env: z.record(z.string(), z.string()).optional(),
  with: z.record(z.string(), z.unknown()).optional(),
});
const permissions = z.record(z.string(), z.string());
const job = z.object({
  'timeout-minutes': z.number(),
  if: z.string().optional(),
  needs: z.string().optional(),
  strategy: z.object({ matrix: z.record(z.string(), z.array(z.unknown())) }).optional(),
  environment: z.string().optional(),
  permissions: permissions.optional(),
  steps: z.array(step),
});
const workflow = z.object({
  on: z.record(z.string(), z.unknown()),
  permissions,
  jobs: z.record(z.string(), job),
});

export interface Workflow extends z.infer<typeof workflow> {
  /** of its file */
  readonly name: string;
  readonly text: string;
}

/** Reads the workflows of a folder. */
export function readWorkflows(folder: string): readonly Workflow[] {
  return readdirSync(folder).map((name) => {
    const text = readFileSync(join(folder, name), 'utf8');
    return { name, text, ...workflow.parse(parse(text)) };
  });
}

export interface Job extends z.infer<typeof job> {
  /** file and job */
  readonly name: string;
  readonly granted: Readonly<Record<string, string>>;
}

/** Every job, with the permissions that it has. */
export function jobsOf(workflows: readonly Workflow[]): readonly Job[] {
  return workflows.flatMap(({ name, jobs, permissions: inherited }) =>
    Object.entries(jobs).map(([id, spec]) => ({
      ...spec,
      name: `${name} ${id}`,
      granted: spec.permissions ?? inherited,
    })),
  );
}

export function commandsOf({ steps }: Pick<Job, 'steps'>): string[] {
  return steps.flatMap(({ run }) => (run === undefined ? [] : [run]));
}

/** Actions of a job that are not pinned to a commit, with the version in a comment. */
export function unpinnedActions({ steps }: Job, workflows: readonly Workflow[]): string[] {
  const used = steps.flatMap(({ uses }) => (uses === undefined ? [] : [uses]));
  return used.filter((action) => {
    const lines = workflows.flatMap(({ text }) => text.split('\n')).filter((line) => line.includes(action));
    return !(
      /^[\w-]+\/[\w-]+@[0-9a-f]{40}$/.test(action) && lines.every((line) => / # v\d+\.\d+\.\d+$/.test(line))
    );
  });
}

/** Jobs in which a command could use the token that a checkout leaves behind. */
export function leavesToken({ steps }: Job): boolean {
  return steps.some(
    (one) => one.uses?.startsWith('actions/checkout@') && one.with?.['persist-credentials'] !== false,
  );
}

/** What a workflow must not contain: a stored key, and text of others in a command. */
export const FORBIDDEN = [
  /secrets\.|AWS_SECRET_ACCESS_KEY|AWS_ACCESS_KEY_ID/,
  /run:.*\$\{\{/,
  /pull_request_target/,
];
