import type * as z from 'zod';
import { type Diagnostic, type Finding, formatPath, type Path } from './diagnostic.ts';
import type { PartialDocument } from './partialPolicy.ts';
import { type ParsedYaml, readYaml } from './yaml/readYaml.ts';
import { nodeAt, type SourceNode, toPlainData } from './yaml/sourceNode.ts';
import { issuePath, toFindings } from './zodDiagnostics.ts';

/** How a kind of document is written. */
export interface DocumentSpec<Written> {
  readonly schema: z.ZodType<Written>;
  /** what joins several places of one document */
  readonly rules: readonly ((draft: PartialDocument<Written>) => readonly Finding[])[];
}

/** What schema and rules say of one document. */
export interface ValidatedData<Written> {
  /** `null` when the schema refused something */
  readonly written: Written | null;
  /** `null` when nothing of it could be read */
  readonly draft: PartialDocument<Written> | null;
  readonly findings: readonly Finding[];
}

/** Runs the schema on everything, and every rule on what the schema could read. */
export function validateData<Written>(
  root: SourceNode,
  { schema, rules }: DocumentSpec<Written>,
): ValidatedData<Written> {
  const { data, error } = schema.safeParse(toPlainData(root, new Set()));
  const issues = error?.issues ?? [];
  const refused = new Set(
    issues
      .filter(({ code }) => code !== 'unrecognized_keys')
      .map((issue) => nodeAt(root, issuePath(issue)))
      .filter((place) => place !== null),
  );
  // Everything that the schema refused is taken out, so what is left has the types that the schema gives it.
  const draft = refused.has(root) ? null : (toPlainData(root, refused) as PartialDocument<Written>);
  const ruled = draft === null ? [] : rules.flatMap((rule) => rule(draft));
  return { written: data ?? null, draft, findings: [...toFindings(issues, root, schema), ...ruled] };
}

/** A file: its name, as people are to be told of it, and what it holds. */
export interface SourceFile {
  readonly file: string;
  readonly text: string;
}

/** One document against its form. */
export interface ReadDocument<Written> {
  /** of YAML, of the schema and of the rules, in no order */
  readonly errors: readonly Diagnostic[];
  /** `null` when the schema refused something */
  readonly written: Written | null;
  /** `null` when nothing of it could be read */
  readonly draft: PartialDocument<Written> | null;
  readonly positions: Positions;
}

/** Where things stand in a file. */
export interface Positions {
  /** of a missing key, where its parent stands */
  readonly positionOf: (path: Path, at: Finding['at']) => Pick<Diagnostic, 'line' | 'column'>;
  /** tells a finding with its place */
  readonly toDiagnostic: (finding: Finding) => Diagnostic;
}

/** Reads a document and finds every fault in it, in one go. */
export function readDocument<Written>(
  source: SourceFile,
  form: DocumentSpec<Written>,
): ReadDocument<Written> {
  const { yaml, errors, positions } = parseDocument(source);
  const { root } = yaml;
  if (root === null) return { errors, written: null, draft: null, positions };
  const { written, draft, findings } = validateData(root, form);
  const told = findings.filter((finding) => isSure(finding, root, yaml.reliableUpTo));
  return { errors: [...errors, ...told.map(positions.toDiagnostic)], written, draft, positions };
}

/** A file as YAML, with what is wrong of that alone. */
export interface ParsedDocument {
  readonly yaml: ParsedYaml;
  readonly errors: readonly Diagnostic[];
  readonly positions: Positions;
}

export function parseDocument({ file, text }: SourceFile): ParsedDocument {
  const yaml = readYaml(text.replace(/^\uFEFF/, ''));
  const faults = yaml.problems.map(
    ({ offset, path, ...complaint }): Diagnostic => ({
      ...complaint,
      ...lineAndColumn(yaml, offset),
      file,
      path: formatPath(path),
    }),
  );
  const positionOf: Positions['positionOf'] = (path, at) => lineAndColumn(yaml, offsetOf(yaml, path, at));
  const toDiagnostic: Positions['toDiagnostic'] = ({ path, at, ...complaint }) => ({
    ...complaint,
    ...positionOf(path, at),
    file,
    path: formatPath(path),
  });
  return { yaml, errors: faults, positions: { positionOf, toDiagnostic } };
}

/**
 * After a slip of syntax, what follows may not be what was meant: told is only what ended before it, and nothing that
 * depends on the whole file.
 */
function isSure({ path, code }: Finding, root: SourceNode, soundUpTo: number): boolean {
  if (soundUpTo === Number.POSITIVE_INFINITY) return true;
  const place = nodeAt(root, path) ?? nodeAt(root, path.slice(0, -1));
  return (
    place !== null && place.end <= soundUpTo && code !== 'undefined-gateway' && code !== 'unused-gateway'
  );
}

function offsetOf({ root }: ParsedYaml, path: Path, at: Finding['at']): number {
  const [place, parent] = [path, path.slice(0, -1)].map((to) => (root === null ? null : nodeAt(root, to)));
  // A missing key is told where its parent's key stands.
  const shown = !place || at === 'key' ? (place ?? parent)?.key : place.start;
  return shown ?? (place ?? parent ?? root)?.start ?? 0;
}

function lineAndColumn({ lines }: ParsedYaml, offset: number): Pick<Diagnostic, 'line' | 'column'> {
  const { line, col } = lines.linePos(offset);
  // An empty file has no lines to count.
  return { line: Math.max(line, 1), column: Math.max(col, 1) };
}
