import { spawnSync } from 'node:child_process';
import { cpSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { expect, it } from 'vitest';
import { MATCH_FIELD_NAMES } from '../../core/fields/evaluateMatch.ts';
import { PROVIDERS } from '../../core/model.ts';
import { CREDENTIAL_KEYS, PROVIDER_TRAITS } from '../../core/providers.ts';
import { writeTempFiles } from '../support/tempFiles.ts';

/** The traits of AWS as text, which a new provider could have too. */
const TRAITS = /^ {2}aws: \{\n(.*?)^ {2}\},\n/ms.exec(readFileSync('core/providers.ts', 'utf8'))?.[1] ?? '';

/**
 * The errors of the type checker, in a copy of the core that knows more providers.
 * @param added the names of these providers, with the text of their traits; `null`: they are not in the table
 */
function checkWith(added: Readonly<Record<string, string | null>>): string[] {
  const root = writeTempFiles({
    'package.json': '{ "type": "module" }',
    'tsconfig.json': JSON.stringify({ extends: resolve('tsconfig.json'), include: ['core'] }),
  });
  cpSync('core', join(root, 'core'), { recursive: true });
  symlinkSync(resolve('node_modules'), join(root, 'node_modules'));
  const names = Object.keys(added).map((name) => `, '${name}'`);
  edit(root, 'core/model.ts', "['outscale', 'aws']", `['outscale', 'aws'${names.join('')}]`);
  const entries = Object.entries(added).flatMap(([name, traits]) =>
    traits === null ? [] : [`  ${name}: {\n${traits}  },\n`],
  );
  edit(root, 'core/providers.ts', '  aws: {\n', `${entries.join('')}  aws: {\n`);
  const tsc = [resolve('node_modules/typescript/bin/tsc'), '-p', '.', '--pretty', 'false'];
  const { stdout } = spawnSync(process.execPath, tsc, { cwd: root, encoding: 'utf8' });
  return [...stdout.matchAll(/^(\S+)\(.*?\): error TS\d+: (Property '\w+' is missing|.*)/gm)].map(
    ([, file, error]) => `${file}: ${error}`,
  );
}

function edit(root: string, file: string, before: string, after: string): void {
  const text = readFileSync(join(root, file), 'utf8');
  expect(text.split(before)).toHaveLength(2);
  writeFileSync(join(root, file), text.replace(before, after));
}

/** The text of the traits without one trait, or without one match field. */
function without(trait: string): string {
  const line = new RegExp(`^( +)${trait}: (\\{\\n.*?^\\1\\}|[^\\n]*?),\\n`, 'ms');
  expect(TRAITS).toMatch(line);
  return TRAITS.replace(line, '');
}

it('the core does not compile with a provider that is not in the table of traits', () => {
  expect(checkWith({ third: null })).toEqual(["core/providers.ts: Property 'third' is missing"]);
});

it('the core does not compile with a provider that lacks a trait, whichever it is', () => {
  const traits = [...Object.keys(PROVIDER_TRAITS.aws), ...MATCH_FIELD_NAMES];
  const added = Object.fromEntries(traits.map((trait) => [`without_${trait}`, without(trait)]));
  const errors = traits.map((trait) => `core/providers.ts: Property '${trait}' is missing`);
  expect(checkWith(added).toSorted()).toEqual(errors.toSorted());
});

it('the core compiles with a provider that has every trait', () => {
  expect(checkWith({ third: TRAITS })).toEqual([]);
});

it('gives each credential key to one kind of credentials, so that a key of another provider is recognized', () => {
  const keys = Object.values(CREDENTIAL_KEYS).flat();
  expect(new Set(keys).size).toBe(keys.length);
  const kinds = PROVIDERS.map((provider) => PROVIDER_TRAITS[provider].credentials);
  expect(new Set(kinds)).toEqual(new Set(Object.keys(CREDENTIAL_KEYS)));
});
