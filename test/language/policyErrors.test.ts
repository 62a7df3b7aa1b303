import { describe, expect, it } from 'vitest';
import { compilePolicy, DIAGNOSTIC_CODES, formatDiagnostic } from '../../language/index.ts';
import { matching, type Row } from './errors/errorRow.ts';
import { GATEWAYS } from './errors/gatewayErrors.ts';
import { MATCHES } from './errors/matchErrors.ts';
import { OWNERS } from './errors/ownerErrors.ts';
import { RECIPIENT } from './errors/recipientErrors.ts';
import { SCHEMA } from './errors/schemaErrors.ts';
import { YAML } from './errors/yamlErrors.ts';

const TABLES: Readonly<Record<string, readonly Row[]>> = {
  YAML,
  SCHEMA,
  RECIPIENT,
  GATEWAYS,
  OWNERS,
  MATCHES,
};

/** Errors about files and folders, which policyFiles.test.ts covers. */
const OF_FILES = [
  'no-folder',
  'no-policy',
  'unreadable-file',
  'not-utf-8',
  'file-extension',
  'sub-folder',
  'target-name',
  'same-recipient',
];

/** Warnings, which renamedKeys.test.ts covers. */
const OF_WARNINGS = ['renamed-key'];

/** Errors in policy tests, which policyTestErrors.test.ts covers. */
const OF_CASES = ['no-target', 'case-twice', 'expectation', 'reason-code', 'undecidable-reason', 'address'];

describe('a policy with one mistake has one error, with its position and a fix', () => {
  for (const [table, rows] of Object.entries(TABLES)) {
    it.each(rows.map((row) => [shown(row), row] as const))(
      `${table}: %s`,
      (_, [text, code, path, place, fix]) => {
        const result = compilePolicy({ file: 'policy/acme.yaml', text });
        const errors = result.ok ? [] : result.errors;
        expect(errors.map((error) => [error.code, error.path, `${error.line}:${error.column}`])).toEqual([
          [code, path, place],
        ]);
        expect(errors[0]?.fix).toContain(fix);
      },
    );
  }

  it('the tables cover every code', () => {
    const covered = new Set<string>(Object.values(TABLES).flatMap((rows) => rows.map(([, code]) => code)));
    expect(DIAGNOSTIC_CODES.filter((code) => !covered.has(code))).toEqual([
      ...OF_FILES,
      ...OF_WARNINGS,
      ...OF_CASES,
    ]);
  });

  it.each(Object.values(TABLES).flat())('the messages follow the house style: %#', (text) => {
    const result = compilePolicy({ file: 'policy/acme.yaml', text });
    if (result.ok) throw new Error('the policy has no error');
    for (const error of result.errors) {
      expect(formatDiagnostic(error)).toMatch(/^policy\/acme\.yaml:\d+:\d+ \P{Cc}+; \P{Cc}+[^.]$/u);
      expect(error.message).toMatch(/^[a-z`]/);
      expect(error.fix).toMatch(/^[a-z`]/);
    }
  });
});

describe('a BGP key that is written in place of its digest', () => {
  it.each([
    'Planted0key',
    '31415926',
    '"Planted0key"',
    '[Planted0key]',
    '{ Planted0key: 1 }',
    'sha256:Planted0key',
  ])('is in no message: %s', (written) => {
    const result = compilePolicy({ file: 'policy/acme.yaml', text: matching(`{ bgpKey: ${written} }`) });
    const errors = result.ok ? [] : result.errors;
    expect(errors.map(({ code }) => code)).toEqual(['bgp-key']);
    expect(errors.map(formatDiagnostic).join()).not.toMatch(/Planted0key|31415926/i);
  });

  it.each([
    ['without a space', '{ bgpKey:Planted0key }'],
    ['without a colon', '{ bgpKey Planted0key }'],
    ['without a space, as the only line', '\n          bgpKey:Planted0key'],
    ['as a tag', '{ bgpKey: !Planted0key }'],
    ['as an anchor', '{ bgpKey: &Planted0key }'],
    ['as an alias', '{ bgpKey: *Planted0key }'],
    ['as a block scalar', '\n          bgpKey: |Planted0key'],
    ['as a folded block scalar', '\n          bgpKey: >Planted0key'],
  ])('is in no message: %s', (_, written) => {
    const result = compilePolicy({ file: 'policy/acme.yaml', text: matching(written) });
    const errors = result.ok ? [] : result.errors;
    expect(errors.length).toBeGreaterThan(0);
    expect(errors.map((error) => formatDiagnostic(error)).join()).not.toMatch(/Planted0key/i);
  });
});

/** The line with the mistake, without what all rows share. */
function shown([text, code, path, place]: Row): string {
  const line = text.split('\n')[Number(place.split(':')[0]) - 1] ?? '';
  return `${code} at ${path === '' ? place : path}: ${line.trim().slice(0, 60)}`;
}
