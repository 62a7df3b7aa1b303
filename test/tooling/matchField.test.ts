import { spawnSync } from 'node:child_process';
import { cpSync, globSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { expect, it, vi } from 'vitest';
import { writeTempFiles } from '../support/tempFiles.ts';

vi.setConfig({ testTimeout: 300_000 });

/** The folders of the product. Tests, docs and pictures are none of it. */
const PRODUCT = /^(core|run|adapters|lambda|language|infra|cli|emulator|demo|bench|scripts)\//;

/** A match field that this project does not have, although AWS returns the value. */
const FIELD = 'jumboFrameCapable';

/** By file: new text for old text. A new file has only text. */
const EDITS: Readonly<Record<string, string | readonly (readonly [before: string, after: string])[]>> = {
  'core/interfaceFields.ts': [
    [
      '} as const satisfies Readonly<Record<string, ValueField>>;',
      `  ${FIELD}: {
    form: { kind: 'boolean' },
    members: ['jumboFrameCapable'],
    description: 'Whether jumbo frames are possible.',
    isDetail: true,
    isAlwaysStored: false,
  },
} as const satisfies Readonly<Record<string, ValueField>>;`,
    ],
  ],
  [`core/fields/${FIELD}.ts`]: `import { boolean } from '../decoders.ts';
import { type MatchField, toTernary } from './matchField.ts';

/** Whether jumbo frames are possible. AWS only: OUTSCALE never returns it. */
export const ${FIELD}: MatchField<boolean> = {
  decode: boolean,
  matchesCertainly: (compiled, vif) =>
    vif.${FIELD} === null ? 'unknown' : toTernary(vif.${FIELD} === compiled),
  mayMatch: (compiled, vif) => ${FIELD}.matchesCertainly(compiled, vif),
  describeExpected: String,
  describeActual: (vif) => (vif.${FIELD} === null ? null : String(vif.${FIELD})),
};
`,
  'core/fields/evaluateMatch.ts': [
    ['import type { MatchField,', `import { ${FIELD} } from './${FIELD}.ts';\nimport type { MatchField,`],
    ['bgpKey, mtu, tags } as const;', `bgpKey, mtu, tags, ${FIELD} } as const;`],
    [
      '    tags: of(MATCH_FIELDS.tags),\n',
      `    tags: of(MATCH_FIELDS.tags),\n    ${FIELD}: of(MATCH_FIELDS.${FIELD}),\n`,
    ],
  ],
  'core/providers.ts': [
    ['      tags: false,\n', `      tags: false,\n      ${FIELD}: false,\n`],
    ['      tags: true,\n', `      tags: true,\n      ${FIELD}: true,\n`],
  ],
  [`language/fields/${FIELD}.ts`]: `import * as z from 'zod';
import type { VirtualInterface } from '../../core/model.ts';
import { conditionOn, nullableSets, type Point, updateRequest } from '../algebra/setAlgebra.ts';
import { finiteSetOf, finiteSets } from '../algebra/valueSets.ts';
import { exact, inexact, NOT_GIVEN } from './languageField.ts';

const dimension = {
  ...nullableSets(
    finiteSets<boolean>({
      other: (than) => [true, false].find((value) => !than.has(value)) ?? null,
      format: String,
    }),
  ),
  name: '${FIELD}',
  source: null,
  get: ({ request }: Point) => request.${FIELD},
  put: updateRequest((_, ${FIELD}: boolean | null) => ({ ${FIELD} })),
};

export const ${FIELD} = {
  schema: z.boolean().describe('Whether jumbo frames are possible. On AWS only.'),
  holds: true,
  normalise: (written: boolean) => written,
  ...conditionOn(dimension, (wanted: boolean) => finiteSetOf([wanted])),
  typical: { ${FIELD}: true },
  exactCondition: ({ ${FIELD} }: VirtualInterface) =>
    ${FIELD} === null ? inexact(NOT_GIVEN) : exact(${FIELD}),
} as const;
`,
  'language/fields/matchFields.ts': [
    [
      'import type { LanguageField }',
      `import { ${FIELD} } from './${FIELD}.ts';\nimport type { LanguageField }`,
    ],
    ['  tags,\n} as const', `  tags,\n  ${FIELD},\n} as const`],
  ],
  'test/support/arbitraries.ts': [
    ["  tags: seldom(fc.record({ env: some('prod', 'lab') })),\n", `$&  ${FIELD}: seldom(fc.boolean()),\n`],
    [
      "{ env: 'lab' }),\n    peers:",
      `{ env: 'lab' }),\n    ${FIELD}: fc.constantFrom(true, false, null),\n    peers:`,
    ],
  ],
  'test/oracle/matchOracle.ts': [
    ['bgpKey, mtu, tags }: Match', `bgpKey, mtu, tags, ${FIELD} }: Match`],
    [
      '  if (mtu) one(',
      `  if (${FIELD} !== null) one(known(vif.${FIELD}, (can) => can === ${FIELD}));\n  if (mtu) one(`,
    ],
  ],
};

/** Copies the project to a new folder, with the new field. @returns the folder */
function copyWithField(): string {
  const root = writeTempFiles({
    'tests/policy/hub.yaml': `version: 1
recipient: { provider: aws, region: eu-west-2, account: "012345678901" }
owners:
  acme: { connections: [dxcon-1], grants: { a: { gateway: vgw-12345678, match: { ${FIELD}: true } } } }
`,
    'tests/policy/cases/hub.yaml': `version: 1
target: hub
cases:
  - name: a request that can have jumbo frames is accepted
    at: 2026-11-01T00:00:00Z
    request: { ${REQUEST}, ${FIELD}: true }
    expect: { accept: { owner: acme, grant: a, gateway: vgw-12345678 } }
  - name: a request of which this is unknown is held
    at: 2026-11-01T00:00:00Z
    request: { ${REQUEST} }
    expect: { hold: [no-grant] }
`,
  });
  // Everything that the type checker reads, and what tests import of the examples.
  const { include } = JSON.parse(readFileSync('tsconfig.json', 'utf8'));
  for (const path of globSync(['package.json', 'tsconfig.json', 'examples', ...include]))
    cpSync(path, join(root, path), { recursive: true });
  symlinkSync(resolve('node_modules'), join(root, 'node_modules'));
  for (const [file, edits] of Object.entries(EDITS)) edit(join(root, file), edits);
  return root;
}

const REQUEST =
  'connection: dxcon-1, vlan: 100, peers: [{ amazonAddress: 169.254.10.1/30, customerAddress: 169.254.10.2/30 }]';

function edit(file: string, edits: (typeof EDITS)[string]): void {
  const isNew = typeof edits === 'string';
  let text = isNew ? edits : readFileSync(file, 'utf8');
  for (const [before, after] of isNew ? [] : edits) {
    expect([file, before, text.split(before).length - 1]).toEqual([file, before, 1]);
    text = text.replace(before, after);
  }
  writeFileSync(file, text);
}

/** The output of a program in a folder. */
function run(root: string, ...args: readonly string[]): string {
  const { stdout, stderr, status } = spawnSync(process.execPath, args, { cwd: root, encoding: 'utf8' });
  expect({ args, stderr, status, ...(status === 0 ? {} : { stdout }) }).toEqual({
    args,
    stderr: '',
    status: 0,
  });
  return stdout;
}

it('a new match field changes six files of the product, those that CONTRIBUTING.md lists', () => {
  const [, recipe = ''] =
    /^\*\*… a match field\*\*(.*?)^\*\*… /ms.exec(readFileSync('CONTRIBUTING.md', 'utf8')) ?? [];
  const listed = [...recipe.matchAll(/^\d\. `(.*?)`/gm)].map(([, file = '']) =>
    file.replace('<field>', FIELD),
  );
  const changed = Object.keys(EDITS);
  expect(changed.filter((file) => PRODUCT.test(file))).toEqual(listed);
  expect(listed.length).toBeLessThanOrEqual(6);
  for (const file of changed.filter((one) => !PRODUCT.test(one))) expect(recipe).toContain(`\`${file}\``);
});

it('a new match field works everywhere once these files are changed', () => {
  const root = copyWithField();

  expect(run(root, 'node_modules/typescript/bin/tsc', '-p', '.', '--pretty', 'false')).toBe('');
  const results = JSON.parse(run(root, 'test/tooling/matchField/process.ts', 'tests/policy'));

  expect(results).toEqual({
    parsed: [
      { value: true, unreadable: [] },
      { value: false, unreadable: [] },
      { value: null, unreadable: [] },
      { value: null, unreadable: [FIELD] },
    ],
    listedTwice: [{ value: null, unreadable: [FIELD] }],
    compiled: true,
    decisions: ['accept', 'no-grant', 'no-grant', 'unreadable,no-grant'],
    heldByRule: ['accept', 'held-by-policy', 'held-by-policy'],
    stored: { receipt: [true, null], observation: [true, null], inFormat1: false },
    policyTests: { errors: [], passed: [true, true] },
    requestFiles: [
      { value: true, absent: [] },
      { value: null, absent: [FIELD] },
    ],
    suggestions: [
      // On AWS, `bgpKey: required` demands nothing, so it is never suggested there.
      { isPinned: true, unpinned: ['bgpKey'] },
      { isPinned: false, unpinned: ['bgpKey', FIELD] },
    ],
    diff: [
      {
        kind: 'added',
        fields: [`${FIELD} true`, 'any vlan, asn, peers or name'],
        example: true,
        words: true,
      },
      {
        kind: 'removed',
        fields: [`${FIELD} false`, 'any vlan, asn, peers or name'],
        example: false,
        words: true,
      },
    ],
    overlaps: [['grants-overlap'], []],
    explained: true,
    onOutscale: ['unreturned-field'],
    inSchema: true,
  });
});
