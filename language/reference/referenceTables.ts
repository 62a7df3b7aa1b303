import type * as z from 'zod';
import { MATCH_FIELD_NAMES } from '../../core/fields/evaluateMatch.ts';
import { PROVIDERS } from '../../core/model.ts';
import { returnsField } from '../../core/providers.ts';
import { LANGUAGE_FIELDS } from '../fields/matchFields.ts';
import type { SchemaHints } from '../scalarSchemas.ts';
import { POLICY_JSON_SCHEMA } from './policyJsonSchema.ts';

/** The page of the policy language with its tables regenerated. @throws when a table has no place in the page */
export function updateGeneratedTables(page: string): string {
  return replaceTables(page, generateTables());
}

/** Replaces tables of a page, by the names of their places. All other text is unchanged. @throws when a table has no place in the page */
export function replaceTables(page: string, tables: ReadonlyMap<string, string>): string {
  let text = page;
  for (const [name, table] of tables) {
    const [begin, end] = [`<!-- table ${name}: npm run docs -->\n\n`, `\n\n<!-- end -->`];
    const from = text.indexOf(begin);
    const to = text.indexOf(end, from);
    if (from === -1 || to === -1) throw new Error(`no place for table \`${name}\`: write ${begin}${end}`);
    text = text.slice(0, from + begin.length) + table + text.slice(to);
  }
  return text;
}

/** The tables of docs/policy.md in Markdown, by the names of their places in the page. */
function generateTables(): ReadonlyMap<string, string> {
  const owners = below(POLICY_JSON_SCHEMA, 'owners');
  const owner = each(owners);
  const grant = each(below(owner, 'grants'));
  const recipient = below(POLICY_JSON_SCHEMA, 'recipient');
  return new Map([
    ['file', keys(POLICY_JSON_SCHEMA)],
    ['recipient', keys(recipient)],
    ['credentials', keys(below(recipient, 'credentials'))],
    ['limits', keys(below(POLICY_JSON_SCHEMA, 'limits'))],
    ['owner', keys(owner)],
    ['grant', keys(grant)],
    ['match', fields(below(grant, 'match'))],
    ['hold', keys(each(below(POLICY_JSON_SCHEMA, 'hold')), isNoField)],
  ]);
}

/** A table of the keys of a map, without deprecated ones. */
function keys(map: SchemaHints, isIncluded: (key: string) => boolean = () => true): string {
  const rows = Object.keys(map.properties ?? {})
    .filter((key) => isIncluded(key) && below(map, key).deprecated !== true)
    .map((key) => {
      const schema = below(map, key);
      return [`\`${key}\``, form(schema), absent(map, key), meaning(schema)];
    });
  return table([['key', 'value', 'when absent', 'meaning'], ...rows]);
}

function fields(match: SchemaHints): string {
  const rows = MATCH_FIELD_NAMES.map((field) => {
    const schema = below(match, field);
    const given = PROVIDERS.map((provider) => yes(returnsField(provider, field)));
    return [`\`${field}\``, form(schema), ...given, yes(LANGUAGE_FIELDS[field].holds), meaning(schema)];
  });
  const given = PROVIDERS.map((provider) => `on \`${provider}\``);
  return table([['field', 'value', ...given, 'in a hold rule', 'condition'], ...rows]);
}

function isNoField(key: string): boolean {
  return !MATCH_FIELD_NAMES.some((field) => field === key);
}

/** The form of a value, in a few words. */
function form(schema: SchemaHints): string {
  if (schema.const !== undefined) return code(schema.const);
  if (schema.enum !== undefined) return schema.enum.map(code).join(' or ');
  switch (schema.type) {
    case 'boolean':
      return '`true` or `false`';
    case 'integer':
      return `a whole number from ${schema.minimum ?? 0}`;
    case 'array':
      return 'a list';
    case 'object':
      return schema.properties === undefined ? 'a map by name' : 'a map';
    default:
      return 'a text';
  }
}

function absent(map: SchemaHints, key: string): string {
  if (map.required?.includes(key) === true) return 'an error';
  for (const choice of [map.oneOf, map.anyOf]) {
    const instead = (choice ?? []).flatMap((one) => (isSchema(one) ? (one.required ?? []) : []));
    const others = instead.filter((other) => other !== key);
    if (others.length < instead.length) return `write ${others.map(code).join(' or ')}`;
  }
  const { default: value } = below(map, key);
  return value === undefined ? '–' : code(value);
}

/** The description, with that of the items of a list or the entries of a map. */
function meaning(schema: SchemaHints): string {
  const item = schema.properties === undefined ? (schema.items ?? schema.additionalProperties) : undefined;
  const more = isSchema(item) ? item.description : undefined;
  return [schema.description, ...(more === undefined ? [] : [`Each: ${more}`])].join(' ');
}

function table([head = [], ...rows]: readonly (readonly string[])[]): string {
  const rule = head.map(() => '---');
  return [head, rule, ...rows]
    .map((cells) => `| ${cells.map((cell) => cell.replaceAll('|', '\\|')).join(' | ')} |`)
    .join('\n');
}

function yes(is: boolean): string {
  return is ? 'yes' : 'no';
}

function code(value: unknown): string {
  return `\`${String(value)}\``;
}

/** @throws when the schema has no such key, because the reference would be incomplete */
function below(map: SchemaHints, key: string): SchemaHints {
  return schemaIn(map.properties?.[key], key);
}

function each(map: SchemaHints): SchemaHints {
  return schemaIn(map.items ?? map.additionalProperties, 'each');
}

function schemaIn(part: unknown, what: string): SchemaHints {
  if (!isSchema(part)) throw new Error(`the schema has no \`${what}\` to describe in a table`);
  return part;
}

function isSchema(part: unknown): part is z.core.JSONSchema.BaseSchema {
  return typeof part === 'object' && part !== null && !Array.isArray(part);
}
