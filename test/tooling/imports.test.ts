import { globSync } from 'node:fs';
import { cruise, type ICruiseResult } from 'dependency-cruiser';
import extractOptions from 'dependency-cruiser/config-utl/extract-depcruise-options';
import { describe, expect, it } from 'vitest';
import { writeTempFiles } from '../support/tempFiles.ts';

const options = await extractOptions('./.dependency-cruiser.mjs');
const rules = options.ruleSet?.forbidden ?? [];

/** Files that violate each rule, and the import that does. */
const VIOLATIONS: Record<string, readonly (readonly [file: string, imported: string])[]> = {
  'core-is-pure': [
    ['core/reads.ts', 'node:fs'],
    ['core/calls.ts', '@aws-sdk/client-direct-connect'],
    ['core/adapts.ts', '../adapters/plain.ts'],
  ],
  'ports-know-the-core-only': [['run/ports.ts', '../adapters/plain.ts']],
  'run-knows-no-adapter': [
    ['run/step.ts', '../adapters/plain.ts'],
    ['run/starts.ts', '../lambda/unrelated.ts'],
  ],
  'adapters-know-core-and-ports': [
    ['adapters/ledger.ts', '../run/step.ts'],
    ['adapters/handles.ts', '../lambda/unrelated.ts'],
  ],
  'function-is-small': [
    ['lambda/parses.ts', 'yaml'],
    ['adapters/validates.ts', 'zod'],
  ],
  'function-knows-no-tool': [
    ['lambda/imitates.ts', '../emulator/plain.ts'],
    ['lambda/deploys.ts', '../infra/plain.ts'],
    ['adapters/commands.ts', '../cli/plain.ts'],
  ],
  'language-knows-the-core-only': [
    ['language/accepts.ts', '../lambda/unrelated.ts'],
    ['language/calls.ts', '@aws-sdk/client-direct-connect'],
  ],
  'language-stays-out-of-the-function': [
    ['lambda/compiles.ts', '../language/plain.ts'],
    ['emulator/compiles.ts', '../language/plain.ts'],
  ],
  'git-and-npm-are-the-only-children': [
    ['cli/starts.ts', 'node:child_process'],
    ['language/starts.ts', 'node:child_process'],
    ['lambda/starts.ts', 'node:child_process'],
  ],
  'emulator-is-independent': [
    ['emulator/shares.ts', '../core/plain.ts'],
    ['emulator/parses.ts', 'yaml'],
  ],
  'launcher-is-independent': [
    ['bin/parses.ts', 'yaml'],
    ['bin/commands.ts', '../cli/plain.ts'],
  ],
  'nothing-imports-tests': [['cli/helps.ts', '../test/plain.ts']],
  'no-cycles': [['cli/first.ts', './second.ts']],
  'no-development-packages': [['cli/checks.ts', 'fast-check']],
  'only-what-is-declared': [['cli/finds.ts', 'nowhere-to-be-found']],
};

/** Allowed imports, which prove that no rule forbids everything. */
const ALLOWED: readonly (readonly [file: string, imported: string])[] = [
  ['core/hashes.ts', 'node:crypto'],
  ['core/ip.ts', 'node:net'],
  ['adapters/calls.ts', '@aws-sdk/client-direct-connect'],
  ['adapters/implements.ts', '../run/ports.ts'],
  ['run/decides.ts', '../core/plain.ts'],
  ['lambda/handler.ts', '../adapters/plain.ts'],
  ['language/parses.ts', 'yaml'],
  ['language/validates.ts', 'zod'],
  ['language/git.ts', 'node:child_process'],
  ['language/evaluates.ts', '../core/plain.ts'],
  ['infra/compiles.ts', '../language/plain.ts'],
  ['scripts/describes.ts', '../language/plain.ts'],
  ['infra/constructs.ts', 'constructs'],
  ['cli/runs.ts', '../lambda/handler.ts'],
  ['bin/starts.ts', 'node:child_process'],
  ['emulator/listens.ts', 'node:http'],
  ['test/generates.ts', 'fast-check'],
  ['test/reads.ts', '../emulator/plain.ts'],
];

const PACKAGES = ['yaml', 'zod', '@aws-sdk/client-direct-connect', 'fast-check', 'constructs'];

function skeleton(): string {
  const imports = [...Object.values(VIOLATIONS).flat(), ...ALLOWED];
  const plain = ['core', 'adapters', 'language', 'emulator', 'cli', 'infra', 'test'];
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
    // `import type` counts too: it is the weakest kind of import.
    ...Object.fromEntries(imports.map(([file, from]) => [file, `import type { x } from '${from}';`])),
  });
}

async function cruiseIn(baseDir: string, folders: string[]): Promise<ICruiseResult> {
  const { output } = await cruise(folders, { ...options, baseDir });
  if (typeof output === 'string') throw new Error('dependency-cruiser returned a text instead of data');
  return output;
}

describe('import rules', () => {
  it('report exactly the planted violations, each by its own rule only', async () => {
    const { summary } = await cruiseIn(skeleton(), ['.']);
    const found = summary.violations.map(({ rule, from }) => `${rule.name}: ${from}`);
    const planted = Object.entries(VIOLATIONS).flatMap(([rule, files]) =>
      files.map(([file]) => `${rule}: ${file}`),
    );
    expect(found.sort()).toEqual(planted.sort());
    expect(summary.error).toBe(found.length);
  });

  it('are all tested with a planted violation', () => {
    expect(rules.map(({ name }) => name)).toEqual(Object.keys(VIOLATIONS));
  });

  it('apply to every file of the project', async () => {
    const files = globSync(
      '{adapters,bench,bin,cli,core,demo,emulator,infra,lambda,language,run,scripts,test}/**/*.{ts,cjs}',
      { exclude: ['emulator/dist/**'] },
    );
    const { modules } = await cruiseIn(process.cwd(), ['.']);
    const seen = new Set(modules.map(({ source }) => source));
    expect(files.length).toBeGreaterThan(0);
    expect(files.filter((file) => !seen.has(file))).toEqual([]);
  });
});
