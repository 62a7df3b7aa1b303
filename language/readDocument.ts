import type * as z from 'zod';
import { type Diagnostic, type DiagnosticCode, type Finding, formatPath, type Path } from './diagnostic.ts';
import { convertRenamedKeys, type RenamedKey } from './renamedKeys.ts';
import { type ParsedYaml, readYaml } from './yaml/readYaml.ts';
import { nodeAt, type SourceNode, toPlainData } from './yaml/sourceNode.ts';
import { type DocumentMessages, issuePath, toFindings } from './zodDiagnostics.ts';

/**
 * The parts of a document that the schema accepted. Keys and list indices are those of the file; a value that the schema rejected is
 * `undefined`, and an absent key was not written. So the rules can check the rest of a document that has an error.
 */
export type PartialDocument<T> = T extends string | number | boolean | undefined
  ? T
  : T extends readonly (infer Item)[]
    ? readonly (PartialDocument<Item> | undefined)[]
    : { readonly [K in keyof T]?: PartialDocument<T[K]> | undefined };

/** A value of a partial document, and its path. */
export interface AtPath<T> {
  readonly value: T;
  readonly path: Path;
}

/** The entries of a map that could be read. */
export function readableEntries<T>(
  map: Readonly<Record<string, T | undefined>> | undefined,
  path: Path,
): AtPath<T>[] {
  return Object.entries(map ?? {}).flatMap(([key, value]) =>
    value === undefined ? [] : [{ value, path: [...path, key] }],
  );
}

/** The items of a list that could be read. */
export function readableItems<T>(list: readonly (T | undefined)[] | undefined, path: Path): AtPath<T>[] {
  return (list ?? []).flatMap((value, i) => (value === undefined ? [] : [{ value, path: [...path, i] }]));
}

/** The specification of a kind of document: everything that reading and checking have to know about it. */
export interface DocumentSpec<Written> {
  readonly schema: z.ZodType<Written>;
  /** checks that relate several parts of one document */
  readonly rules: readonly ((document: PartialDocument<Written>) => readonly Finding[])[];
  /** keys of earlier releases */
  readonly renamedKeys?: readonly RenamedKey[];
  /** codes of findings that depend on the whole document, so that they are uncertain if a part of it could not be read */
  readonly wholeDocumentCodes?: readonly DiagnosticCode[];
  /** messages that are specific to this kind of document */
  readonly messages?: DocumentMessages;
}

/** The result of checking data by a specification. */
export interface ValidatedData<Written> {
  /** `null` when the schema rejected something */
  readonly written: Written | null;
  /** `null` when nothing could be read */
  readonly partial: PartialDocument<Written> | null;
  readonly findings: readonly Finding[];
}

/** Runs the schema on all of the data, and every rule on the parts that the schema accepted. */
export function validateData<Written>(
  root: SourceNode,
  { schema, rules, messages }: DocumentSpec<Written>,
): ValidatedData<Written> {
  const whole = toPlainData(root, new Set());
  const { data, error } = schema.safeParse(whole);
  const issues = error?.issues ?? [];
  const rejected = new Set(
    issues
      .filter(({ code }) => code !== 'unrecognized_keys')
      .map((issue) => nodeAt(root, issuePath(issue)))
      .filter((node) => node !== null),
  );
  // Everything that the schema rejected is left out, so the rest has the types of the schema.
  const accepted = rejected.size === 0 ? whole : toPlainData(root, rejected);
  const partial = rejected.has(root) ? null : (accepted as PartialDocument<Written>);
  const broken = partial === null ? [] : rules.flatMap((rule) => rule(partial));
  return {
    written: data ?? null,
    partial,
    findings: [...toFindings(issues, root, schema, messages), ...broken],
  };
}

/** The name of a file, as it is shown to people, and its content. */
export interface SourceFile {
  readonly file: string;
  readonly text: string;
}

/** The result of reading one document by its specification. */
export interface ReadDocument<Written> {
  /** of YAML, of the schema and of the rules, unsorted */
  readonly errors: readonly Diagnostic[];
  /** for renamed keys */
  readonly warnings: readonly Diagnostic[];
  /** `null` when there is an error of the schema or a duplicate renamed key */
  readonly written: Written | null;
  /** `null` when nothing could be read */
  readonly partial: PartialDocument<Written> | null;
  readonly positions: Positions;
}

/** Positions of the keys and values of a file. */
export interface Positions {
  /** for a missing key, the position of its parent */
  readonly positionOf: (path: Path, at: Finding['at']) => Pick<Diagnostic, 'line' | 'column'>;
  /** adds file and position to a finding */
  readonly toDiagnostic: (finding: Finding) => Diagnostic;
}

/** Reads a document and finds every error in it at once. */
export function readDocument<Written>(
  source: SourceFile,
  spec: DocumentSpec<Written>,
): ReadDocument<Written> {
  const { yaml, errors, positions } = parseDocument(source);
  if (yaml.root === null) return { errors, warnings: [], written: null, partial: null, positions };
  const converted = convertRenamedKeys(yaml.root, spec.renamedKeys ?? []);
  const current = positionsIn(source.file, { ...yaml, root: converted.root });
  const { written, partial, findings } = validateData(converted.root, spec);
  const isCertain = (finding: Finding): boolean =>
    isReportable(finding, converted.root, yaml.reliableUpTo, spec.wholeDocumentCodes ?? []);
  return {
    errors: [
      ...errors,
      ...converted.errors.map(positions.toDiagnostic),
      ...findings.filter(isCertain).map(current.toDiagnostic),
    ],
    warnings: converted.warnings.map(positions.toDiagnostic),
    written: converted.errors.length > 0 ? null : written,
    partial,
    positions: current,
  };
}

/** A file parsed as YAML, with the errors of that step alone. */
export interface ParsedDocument {
  readonly yaml: ParsedYaml;
  readonly errors: readonly Diagnostic[];
  readonly positions: Positions;
}

/** Parses a file as YAML, without checking its content. */
export function parseDocument({ file, text }: SourceFile): ParsedDocument {
  const yaml = readYaml(text.replace(/^\uFEFF/, ''));
  const errors = yaml.problems.map(
    ({ offset, path, ...problem }): Diagnostic => ({
      ...problem,
      ...lineAndColumn(yaml, offset),
      file,
      path: formatPath(path),
    }),
  );
  return { yaml, errors, positions: positionsIn(file, yaml) };
}

function positionsIn(file: string, yaml: ParsedYaml): Positions {
  const positionOf: Positions['positionOf'] = (path, at) => lineAndColumn(yaml, offsetOf(yaml, path, at));
  const toDiagnostic: Positions['toDiagnostic'] = ({ path, at, ...problem }) => ({
    ...problem,
    ...positionOf(path, at),
    file,
    path: formatPath(path),
  });
  return { positionOf, toDiagnostic };
}

/**
 * Whether a finding can be reported although the file has an error of syntax. What follows such an error may be read otherwise than it
 * was meant, so only findings that end before it are certain, and none that depends on the whole document.
 */
function isReportable(
  { path, code }: Finding,
  root: SourceNode,
  reliableUpTo: number,
  wholeDocumentCodes: readonly DiagnosticCode[],
): boolean {
  if (reliableUpTo === Number.POSITIVE_INFINITY) return true;
  const node = nodeAt(root, path) ?? nodeAt(root, path.slice(0, -1));
  return node !== null && node.end <= reliableUpTo && !wholeDocumentCodes.includes(code);
}

function offsetOf({ root }: ParsedYaml, path: Path, at: Finding['at']): number {
  const [node, parent] = [path, path.slice(0, -1)].map((to) => (root === null ? null : nodeAt(root, to)));
  // A missing key is reported at the key of its parent.
  const shown = !node || at === 'key' ? (node ?? parent)?.key : node.start;
  return shown ?? (node ?? parent ?? root)?.start ?? 0;
}

function lineAndColumn({ lines }: ParsedYaml, offset: number): Pick<Diagnostic, 'line' | 'column'> {
  const { line, col } = lines.linePos(offset);
  // An empty file has no lines, and positions count from 1.
  return { line: Math.max(line, 1), column: Math.max(col, 1) };
}
