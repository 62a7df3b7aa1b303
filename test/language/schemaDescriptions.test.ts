import { expect, it } from 'vitest';
import type * as z from 'zod';
import { MATCH_FIELD_NAMES } from '../../core/fields/evaluateMatch.ts';
import { POLICY_JSON_SCHEMA } from '../../language/reference/policyJsonSchema.ts';

/** Paths of everything that the schema has, with whether it is described. */
function described(schema: z.core.JSONSchema.JSONSchema, path = ''): [string, boolean][] {
  const { properties = {}, additionalProperties: values, items, description } = schema;
  const inner = Object.entries(properties).map(([key, below]) => [`${path}.${key}`, below] as const);
  const parts = [...inner, [`${path}.*`, values] as const, [`${path}[]`, items] as const];
  return [
    [path, description !== undefined],
    ...parts.flatMap(([at, below]) =>
      typeof below === 'object' && !Array.isArray(below) ? described(below, at) : [],
    ),
  ];
}

it('every key of the language is described, for editors and for the reference', () => {
  const all = described(POLICY_JSON_SCHEMA);
  expect(all.filter(([, has]) => !has)).toEqual([]);
  const paths = all.map(([path]) => path);
  expect(paths).toEqual(
    expect.arrayContaining(MATCH_FIELD_NAMES.map((field) => `.owners.*.grants.*.match.${field}`)),
  );
  expect(paths).toContain('.hold[].vlan[]');
  expect(paths).not.toContain('.hold[].bgpKey');
});
