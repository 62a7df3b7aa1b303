import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { createProgram } from '../../cli/defineCommands.ts';
import { commandReference, diagnosticReference } from '../../scripts/generatedPages.ts';

const PAGE = readFileSync(new URL('../../docs/cli.md', import.meta.url), 'utf8');

it('docs/cli.md is what the help of the commands generates', () => {
  expect(PAGE, 'stale: run `npm run docs`').toBe(commandReference());
});

it('docs/diagnostics.md is what the table of codes generates', () => {
  const page = readFileSync(new URL('../../docs/diagnostics.md', import.meta.url), 'utf8');
  expect(page, 'stale: run `npm run docs`').toBe(diagnosticReference());
});

it('docs/cli.md describes every command and every option', () => {
  const { commands } = createProgram(() => undefined);
  const all = commands.flatMap((command) => (command.commands.length > 0 ? command.commands : [command]));
  expect(all.length).toBeGreaterThan(10);
  for (const { options } of all) for (const { long } of options) expect(PAGE).toContain(long);
});
