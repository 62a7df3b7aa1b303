import { spawnSync } from 'node:child_process';
import { cpSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { writeTempFiles } from '../support/tempFiles.ts';

const BIOME = createRequire(import.meta.url).resolve('@biomejs/biome/bin/biome');

/** Expressions that use more than a function's arguments, and the rule that reports each. */
const IMPURE = {
  'new Date()': 'plugin',
  'Date()': 'plugin',
  'Date.now()': 'lint/nursery/noJsRestrictedProperties',
  'Math.random()': 'lint/nursery/noJsRestrictedProperties',
  'performance.now()': 'lint/style/noRestrictedGlobals',
  'crypto.randomUUID()': 'lint/style/noRestrictedGlobals',
  "fetch('http://localhost')": 'lint/style/noRestrictedGlobals',
  'setTimeout(Boolean, 1)': 'lint/style/noRestrictedGlobals',
  'setInterval(Boolean, 1)': 'lint/style/noRestrictedGlobals',
  'process.env': 'lint/correctness/noProcessGlobal',
  'globalThis.process': 'lint/correctness/noProcessGlobal',
  'console.log(1)': 'lint/suspicious/noConsole',
};

/** Lints these expressions in one file with the project's settings. @returns the rule that reports each */
function lint(path: string, expressions: readonly string[]): Record<string, string> {
  const text = expressions.map((expression, i) => `export const x${i} = ${expression};\n`).join('');
  const root = writeTempFiles({ [path]: text, '.gitignore': 'node_modules/\n' });
  for (const settings of ['biome.json', '.biome'])
    cpSync(settings, join(root, settings), { recursive: true });
  const args = [BIOME, 'lint', '--reporter=github', '--max-diagnostics=none', path];
  const { stdout } = spawnSync(process.execPath, args, { cwd: root, encoding: 'utf8' });
  return Object.fromEntries(
    [...stdout.matchAll(/^::error title=([\w/]+),.*?,line=(\d+),/gm)].map(([, rule, line]) => [
      expressions[Number(line) - 1],
      rule,
    ]),
  );
}

describe('lint', () => {
  it.each(['core/decides.ts', 'run/run.ts'])(
    'refuses clock, randomness, environment and network in %s',
    (path) => {
      expect(lint(path, Object.keys(IMPURE))).toEqual(IMPURE);
    },
  );

  it('lets core/ use times that it is given', () => {
    expect(lint('core/decides.ts', ['new Date(0)', "Date.parse('2026-11-01')", 'Date.now()'])).toEqual({
      'Date.now()': IMPURE['Date.now()'],
    });
  });

  it.each([
    'core/identifyRequester.ts',
    'language/fields/peers.ts',
    'infra/app.ts',
    'cli/main.ts',
    'adapters/connectApis.ts',
  ])('refuses a comparison with one provider in %s', (path) => {
    const comparisons = ["'x' === 'aws'", "{ p: 'x' }.p !== 'outscale'", "'x' === 'other'"];
    expect(Object.keys(lint(path, comparisons))).toEqual(comparisons.slice(0, 2));
  });

  it('lets an adapter read clock and environment, but not print', () => {
    expect(lint('adapters/clock.ts', Object.keys(IMPURE))).toEqual({
      'console.log(1)': IMPURE['console.log(1)'],
    });
  });
});
