import * as z from 'zod';
import { MATCH_FIELD_NAMES } from '../core/fields/index.ts';
import { list, quote } from '../core/printableText.ts';
import { type Complaint, type Finding, formatPath, type Path } from './diagnostic.ts';
import { nearest } from './didYouMean.ts';
import { type Place, placeAt } from './yaml/sourceNode.ts';

/** With the path of the key that is probably meant, if any. */
export function unknownKey(
  parent: Path,
  key: string,
  root: Place,
  schema: z.ZodType,
): { finding: Finding; meant: string | null } {
  const path = [...parent, key];
  const place = placeAt(root, parent);
  const written = place?.kind === 'map' ? place.children : new Map<string, Place>();
  if (parent[0] === 'hold' && MATCH_FIELD_NAMES.some((field) => field === key)) {
    return { finding: { path, at: 'key', ...noPredicate(key) }, meant: null };
  }
  const all = knownKeys(schema, parent);
  const known = all.filter((name) => !written.has(name));
  const slip = nearest(key, known);
  const finding: Finding = {
    path,
    at: 'key',
    code: 'unknown-key',
    message: `unknown key ${quote(key)}`,
    mend: slip === null ? `remove it; known here: ${list(all.map(quote))}` : `did you mean \`${slip}\`?`,
  };
  return { finding, meant: slip === null ? null : formatPath([...parent, slip]) };
}

function noPredicate(key: string): Complaint {
  return {
    code: 'hold-bgp-key',
    message: `${quote(key)} is no predicate of a \`hold\` line`,
    mend: 'remove it, and say by other fields what to hold',
  };
}

/** The keys that `whole` has for the map at `path`. */
function knownKeys(whole: z.ZodType, path: Path): string[] {
  let schema: unknown = whole;
  for (const step of path) schema = below(plain(schema), step);
  const map = plain(schema);
  return map instanceof z.ZodObject ? Object.keys(map.shape) : [];
}

function below(schema: unknown, step: string | number): unknown {
  if (schema instanceof z.ZodObject) return schema.shape[step];
  if (schema instanceof z.ZodRecord) return schema.valueType;
  return schema instanceof z.ZodArray ? schema.element : null;
}

function plain(schema: unknown): unknown {
  return schema instanceof z.ZodOptional || schema instanceof z.ZodNullable ? plain(schema.unwrap()) : schema;
}
