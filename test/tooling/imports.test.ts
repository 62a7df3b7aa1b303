import { globSync } from 'node:fs';
import { cruise, type ICruiseResult } from 'dependency-cruiser';
import extractOptions from 'dependency-cruiser/config-utl/extract-depcruise-options';
import { describe, expect, it } from 'vitest';
import { writeTempFiles } from '../support/tempFiles.ts';

const options = await extractOptions('./.dependency-cruiser.mjs');
const rules = options.ruleSet?.forbidden ?? [];

/** A file that breaks each rule, and what it imports against it. */
const VIOLATIONS: Record<string, readonly (readonly [file: string, imported: string])[]> = {
  'core-is-pure': [
    ['lambda/core/reads.ts', 'node:fs'],
    ['lambda/core/calls.ts', '@aws-sdk/client-direct-connect'],
    ['lambda/core/adapts.ts', '../adapters/plain.ts'],
  ],
  'ports-know-the-core-only': [['run/ports.ts', './adapters/plain.ts']],
  'pass-knows-no-adapter': [
    ['run/run.ts', './adapters/plain.ts'],
    ['lambda/pass/step.ts', '../adapters/plain.ts'],
  ],
  'adapters-know-core-and-ports': [['lambda/adapters/ledger.ts', '../unrelated.ts']],
  'function-is-small': [
    ['lambda/parses.ts', 'yaml'],
    ['lambda/adapters/validates.ts', 'zod'],
  ],
  'function-knows-no-tool': [
    ['lambda/imitates.ts', '../simulator/plain.ts'],
    ['lambda/deploys.ts', '../infra/plain.ts'],
    ['lambda/adapters/commands.ts', '../../cli/plain.ts'],
  ],
  'language-knows-the-core-only': [
    ['language/accepts.ts', '../lambda/unrelated.ts'],
    ['language/calls.ts', '@aws-sdk/client-direct-connect'],
  ],
  'language-stays-out-of-the-function': [
    ['lambda/compiles.ts', '../language/plain.ts'],
    ['simulator/compiles.ts', '../language/plain.ts'],
  ],
  'git-is-the-only-child': [
    ['cli/starts.ts', 'node:child_process'],
    ['language/starts.ts', 'node:child_process'],
    ['lambda/starts.ts', 'node:child_process'],
  ],
  'simulator-stands-alone': [['simulator/shares.ts', '../lambda/core/plain.ts']],
  'launcher-stands-alone': [
    ['bin/parses.ts', 'yaml'],
    ['bin/commands.ts', '../cli/plain.ts'],
  ],
  'nothing-imports-tests': [['cli/helps.ts', '../test/plain.ts']],
  'no-cycles': [['cli/first.ts', './second.ts']],
  'no-development-packages': [['cli/checks.ts', 'fast-check']],
  'only-what-is-declared': [['cli/finds.ts', 'nowhere-to-be-found']],
};

/** What every folder may do, so that no rule is so strict that it only catches by forbidding everything. */
const ALLOWED: readonly (readonly [file: string, imported: string])[] = [
  ['lambda/core/hashes.ts', 'node:crypto'],
  ['core/ip.ts', 'node:net'],
  ['lambda/adapters/calls.ts', '@aws-sdk/client-direct-connect'],
  ['lambda/handler.ts', './adapters/plain.ts'],
  ['language/parses.ts', 'yaml'],
  ['language/validates.ts', 'zod'],
  ['language/git.ts', 'node:child_process'],
  ['language/judges.ts', '../lambda/core/plain.ts'],
  ['infra/compiles.ts', '../language/plain.ts'],
  ['scripts/describes.ts', '../language/plain.ts'],
  ['infra/constructs.ts', 'constructs'],
  ['cli/runs.ts', '../lambda/handler.ts'],
  ['bin/starts.ts', 'node:child_process'],
  ['test/generates.ts', 'fast-check'],
  ['test/reads.ts', '../simulator/plain.ts'],
];

const PACKAGES = ['yaml', 'zod', '@aws-sdk/client-direct-connect', 'fast-check', 'constructs'];

function skeleton(): string {
  const imports = [...Object.values(VIOLATIONS).flat(), ...ALLOWED];
  const plain = ['lambda/core', 'lambda/adapters', 'language', 'simulator', 'cli', 'infra', 'test'];
  return writeTempFiles({
    'package.json': JSON.stringify({
      dependencies: { yaml: '1', zod: '1', '@aws-sdk/client-direct-connect': '1' },
      peerDependencies: { constructs: '>=1' },
      devDependencies: { 'fast-check': '1', constructs: '1' },
    }),
    ...Object.fromEntries(PACKAGES.map((name) => [`node_modules/${name}/index.js`, ''])),
    ...Object.fromEntries(plain.map((folder) => [`${folder}/plain.ts`, 'export {};'])),
    'lambda/unrelated.ts': 'export {};',
    'cli/second.ts': "import './first.ts';",
    // Types count as imports: `import type` is the weakest tie there is.
    ...Object.fromEntries(imports.map(([file, from]) => [file, `import type { x } from '${from}';`])),
  });
}

async function cruiseIn(baseDir: string, folders: string[]): Promise<ICruiseResult> {
  const { output } = await cruise(folders, { ...options, baseDir });
  if (typeof output === 'string') throw new Error('the cruise gave a text where data was expected');
  return output;
}

describe('import rules', () => {
  it('report each planted violation, under its own rule alone, and nothing else', async () => {
    const { summary } = await cruiseIn(skeleton(), ['.']);
    const found = summary.violations.map(({ rule, from }) => `${rule.name}: ${from}`);
    const planted = Object.entries(VIOLATIONS).flatMap(([rule, files]) =>
      files.map(([file]) => `${rule}: ${file}`),
    );
    expect(found.sort()).toEqual(planted.sort());
    expect(summary.error).toBe(found.length);
  });

  it('are all covered by a planted violation', () => {
    expect(rules.map(({ name }) => name)).toEqual(Object.keys(VIOLATIONS));
  });

  it('each say why in a sentence', () => {
    expect(rules.filter(({ comment }) => (comment ?? '').split(' ').length < 8)).toEqual([]);
  });

  it('see every file of the project', async () => {
    const files = globSync('{bin,lambda,language,simulator,cli,infra,demo,bench,scripts,test}/**/*.{ts,cjs}');
    const { modules } = await cruiseIn(process.cwd(), ['.']);
    const seen = new Set(modules.map(({ source }) => source));
    expect(files.length).toBeGreaterThan(0);
    expect(files.filter((file) => !seen.has(file))).toEqual([]);
  });
});
