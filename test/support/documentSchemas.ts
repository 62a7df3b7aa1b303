import { readFileSync } from 'node:fs';
import { Ajv2020 } from 'ajv/dist/2020.js';

/** The documents of `--json` that have a schema in docs/. */
export const DOCUMENTS = ['run', 'status', 'receipts'] as const;
export type DocumentName = (typeof DOCUMENTS)[number];

type Json = null | boolean | number | string | readonly Json[] | { readonly [key: string]: Json };

export function schemaOf(name: DocumentName): { readonly [key: string]: Json } {
  return JSON.parse(readFileSync(new URL(`../../docs/${name}.schema.json`, import.meta.url), 'utf8'));
}

/**
 * The errors of a document according to its schema.
 * @param isStrict whether a key that the schema does not name is an error. To readers it is none, since keys may be added; to us it
 * is a key without a description
 */
export function errorsIn(name: DocumentName, document: unknown, isStrict: boolean): string[] {
  const validate = compiled(name, isStrict);
  validate(document);
  return (validate.errors ?? []).map(
    ({ instancePath, message, params }) => `${instancePath} ${message} ${JSON.stringify(params)}`,
  );
}

type Validator = ReturnType<Ajv2020['compile']>;
const validators = new Map<string, Validator>();

function compiled(name: DocumentName, isStrict: boolean): Validator {
  const key = `${name} ${isStrict}`;
  const known = validators.get(key);
  if (known !== undefined) return known;
  const schema = schemaOf(name);
  const made = new Ajv2020({ strictTypes: false, allErrors: true }).compile(
    isStrict ? Object(closed(schema)) : schema,
  );
  validators.set(key, made);
  return made;
}

/** The schema without additional keys: an object may only have the keys that it names. */
function closed(schema: Json): Json {
  if (isList(schema)) return schema.map(closed);
  if (typeof schema !== 'object' || schema === null) return schema;
  const inner = Object.entries(schema).map(([key, value]) => [key, closed(value)]);
  const hasKeys = schema.type === 'object' && schema.properties !== undefined;
  return { ...Object.fromEntries(inner), ...(hasKeys ? { additionalProperties: false } : {}) };
}

/** Keys that a document may lack, each as `OBJECT.KEY`, where the object is the nearest one with a name. */
export function optionalKeys(schema: Json, name = ''): string[] {
  if (isList(schema)) return schema.flatMap((item) => optionalKeys(item, name));
  if (typeof schema !== 'object' || schema === null) return [];
  const { properties, required } = schema;
  const own =
    typeof properties === 'object' && properties !== null && !isList(properties) && schema.type === 'object'
      ? Object.keys(properties).filter((key) => !(isList(required) && required.includes(key)))
      : [];
  const inner = Object.entries(schema).flatMap(([key, value]) =>
    optionalKeys(value, key === '$defs' || key === 'properties' ? '' : isKeyword(key) ? name : key),
  );
  return [...own.map((key) => `${name}.${key}`), ...inner];
}

function isKeyword(key: string): boolean {
  return ['items', 'anyOf', 'oneOf'].includes(key);
}

function isList(value: Json | undefined): value is readonly Json[] {
  return Array.isArray(value);
}
