import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Command } from 'commander';
import { describe, expect, it } from 'vitest';
import * as z from 'zod';
import { createProgram } from '../../cli/defineCommands.ts';
import { commandsOf, jobsOf, readWorkflows } from './workflowFiles.ts';

const TEMPLATES = 'templates/policy-repository';
const { scripts } = z
  .object({ scripts: z.record(z.string(), z.string()) })
  .parse(JSON.parse(readFileSync(join(TEMPLATES, 'package.json'), 'utf8')));

/** Every line of a template that calls the command line. */
const CALLS = [
  ...Object.values(scripts),
  ...jobsOf(readWorkflows(join(TEMPLATES, '.github/workflows'))).flatMap(commandsOf),
  readFileSync(join(TEMPLATES, '.gitlab-ci.yml'), 'utf8'),
  readFileSync(join(TEMPLATES, 'README.md'), 'utf8'),
].flatMap((text) =>
  [...text.matchAll(/(?:npx (?:--no-install )?|^|&& )vif-acceptor ([^&|#\n`]+)/gm)].map(([, words = '']) =>
    words.trim(),
  ),
);

/** The command that the first words name, and the words after them. */
function resolveCommand(command: Command, words: readonly string[]): [Command, readonly string[]] {
  const next = command.commands.find((one) => one.name() === words[0]);
  return next === undefined ? [command, words] : resolveCommand(next, words.slice(1));
}

describe('the templates', () => {
  it('call commands with options that exist', () => {
    expect(CALLS.length).toBeGreaterThan(12);
    const main = createProgram(() => undefined);
    const unknown = CALLS.flatMap((call) => {
      const [command, rest] = resolveCommand(main, call.split(' '));
      if (command.commands.length > 0) return [`${call}: no such command`];
      const options = rest.flatMap((word) => word.match(/--[a-z-]+/g) ?? []);
      return options
        .filter((option) => command.options.every(({ long }) => long !== option))
        .map((option) => `${call}: no option ${option}`);
    });
    expect(unknown).toEqual([]);
  });
});
