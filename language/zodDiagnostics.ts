import * as z from 'zod';
import { formatList, quote } from '../core/printableText.ts';
import { type Finding, formatPath, type Path, type Problem } from './diagnostic.ts';
import { findNearest } from './didYouMean.ts';
import { isInBgpPart, isPossibleKeyName, isShowable, NOT_SHOWN, withoutKey } from './possibleKeys.ts';
import { problemIn } from './scalarSchemas.ts';
import { describeWrongType, describeWrongValue } from './typeErrorMessages.ts';
import { nodeAt, type SourceNode } from './yaml/sourceNode.ts';

/** Messages that are specific to a kind of document. */
export interface DocumentMessages {
  /** what to write for a missing key, by its name: the end of a fix that begins with the key */
  readonly missingKeys: Readonly<Record<string, string>>;
  /** a more specific problem than the general one at a path; the general one itself if there is none */
  readonly refine: (problem: Problem, path: Path, node: SourceNode | null) => Problem;
}

const NO_MESSAGES: DocumentMessages = { missingKeys: {}, refine: (problem) => problem };

/** Turns the issues of the schema into findings. Parts that YAML already reported an error for are skipped. */
export function toFindings(
  issues: readonly z.core.$ZodIssue[],
  root: SourceNode,
  schema: z.ZodType,
  { missingKeys, refine }: DocumentMessages = NO_MESSAGES,
): Finding[] {
  const unknown = issues.flatMap((issue) =>
    issue.code === 'unrecognized_keys'
      ? issue.keys.map((key) => {
          const path = [...issuePath(issue), key];
          const { problem, meant } = describeUnknownKey(path, root, schema);
          const refined = refine(problem, path, nodeAt(root, path));
          const finding: Finding = { path, at: 'key', ...refined };
          return { finding, meant: refined === problem ? meant : null };
        })
      : [],
  );
  // A misspelt key is not reported as missing as well.
  const misspelt = new Set(unknown.map(({ meant }) => meant));
  const others = issues
    .filter(({ code }) => code !== 'unrecognized_keys')
    .flatMap((issue): Finding[] => {
      const path = issuePath(issue);
      const node = nodeAt(root, path);
      if (node?.kind === 'unreadable' || (node === null && misspelt.has(formatPath(path)))) return [];
      // A map whose only keys are unknown or refused is not empty.
      const hasKeys = node?.kind === 'map' && (node.children.size > 0 || node.isPartial);
      if (problemIn(issue)?.code === 'empty-map' && hasKeys) return [];
      const problem =
        node === null
          ? describeMissingKey(path, missingKeys)
          : (problemIn(issue) ?? describeIssue(issue, path, node));
      return [{ path, at: 'value', ...refine(problem, path, node) }];
    });
  return [...unknown.map(({ finding }) => finding), ...others];
}

/** The path of an issue. The data comes from YAML, so no key is a symbol. */
export function issuePath({ path }: z.core.$ZodIssue): Path {
  return path.filter((step) => typeof step !== 'symbol');
}

function describeIssue(issue: z.core.$ZodIssue, path: Path, node: SourceNode): Problem {
  switch (issue.code) {
    case 'invalid_type':
      return describeWrongType(issue.expected, path, node);
    case 'invalid_union':
      return describeWrongType('number or text', path, node);
    case 'invalid_value':
      return describeWrongValue(issue.values.map(String), node);
    case 'too_small':
      if (issue.origin === 'array') return EMPTY_LIST;
      return describeOutOfRange('least', String(issue.minimum), path, node);
    case 'too_big':
      return describeOutOfRange('most', String(issue.maximum), path, node);
    default:
      return { code: 'wrong-value', message: issue.message, fix: 'see the documentation of this file' };
  }
}

const EMPTY_LIST: Problem = {
  code: 'empty-list',
  message: 'is an empty list',
  fix: 'write at least one item, or remove the key',
};

function describeOutOfRange(end: 'least' | 'most', bound: string, path: Path, node: SourceNode): Problem {
  const mayBeKey = node.kind === 'scalar' && isInBgpPart(path) && !isShowable(node.source, path);
  const is = mayBeKey ? `; ${NOT_SHOWN}` : node.kind === 'scalar' ? `, is \`${node.source}\`` : '';
  const fix = `write a whole number ${end === 'least' ? 'from' : 'up to'} ${bound}`;
  return { code: 'number-range', message: `must be at ${end} ${bound}${is}`, fix };
}

function describeMissingKey(path: Path, missingKeys: DocumentMessages['missingKeys']): Problem {
  const key = String(path.at(-1));
  return {
    code: 'missing-key',
    message: `key \`${key}\` is missing`,
    fix: `add \`${key}:\` ${missingKeys[key] ?? ''}`.trim(),
  };
}

/** The problem of an unknown key, and the path of the key that was probably meant, if any. */
function describeUnknownKey(
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
    message: isPossibleKeyName(path)
      ? 'unknown key, whose name is not shown, because it may be a BGP key'
      : `unknown key ${quote(withoutKey(key))}`,
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
