import * as z from 'zod';
import { formatList, quote } from '../core/printableText.ts';
import { formatPath, type Path, type Problem } from './diagnostic.ts';
import { findNearest } from './didYouMean.ts';
import { nodeAt, type SourceNode } from './yaml/sourceNode.ts';

/** The problem of an unknown key, and the path of the key that was probably meant, if any. */
export function describeUnknownKey(
  path: Path,
  root: SourceNode,
  schema: z.ZodType,
): { readonly problem: Problem; readonly meant: string | null } {
  const parent = path.slice(0, -1);
  const key = String(path.at(-1));
  const map = nodeAt(root, parent);
  const written = map?.kind === 'map' ? map.children : new Map<string, SourceNode>();
  const allowed = knownKeys(schema, parent);
  const meant = findNearest(
    key,
    allowed.filter((name) => !written.has(name)),
  );
  const problem: Problem = {
    code: 'unknown-key',
    message: `unknown key ${quote(key)}`,
    fix:
      meant === null
        ? `remove it; the keys allowed here are ${formatList(allowed.map(quote))}`
        : `did you mean \`${meant}\`?`,
  };
  return { problem, meant: meant === null ? null : formatPath([...parent, meant]) };
}

/** The keys that the schema `whole` allows in the map at `path`. */
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
