import type * as z from 'zod';
import { type Diagnostic, type Finding, formatPath, type Path } from './diagnostic.ts';
import type { PartialDocument } from './partialPolicy.ts';
import { type ParsedYaml, readYaml } from './yaml/readYaml.ts';
import { nodeAt, type SourceNode, toPlainData } from './yaml/sourceNode.ts';
import { issuePath, toFindings } from './zodDiagnostics.ts';

/** The specification of a kind of document. */
export interface DocumentSpec<Written> {
  readonly schema: z.ZodType<Written>;
  /** checks that relate several parts of one document */
  readonly rules: readonly ((draft: PartialDocument<Written>) => readonly Finding[])[];
}

/** The result of checking data by a specification. */
export interface ValidatedData<Written> {
  /** `null` when the schema rejected something */
  readonly written: Written | null;
  /** `null` when nothing could be read */
  readonly draft: PartialDocument<Written> | null;
  readonly findings: readonly Finding[];
}

/** Runs the schema on all of the data, and every rule on the parts that the schema accepted. */
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
  // Everything that the schema rejected is left out, so the rest has the types of the schema.
  const draft = refused.has(root) ? null : (toPlainData(root, refused) as PartialDocument<Written>);
  const ruled = draft === null ? [] : rules.flatMap((rule) => rule(draft));
  return { written: data ?? null, draft, findings: [...toFindings(issues, root, schema), ...ruled] };
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
  /** `null` when the schema rejected something */
  readonly written: Written | null;
  /** `null` when nothing could be read */
  readonly draft: PartialDocument<Written> | null;
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
  form: DocumentSpec<Written>,
): ReadDocument<Written> {
  const { yaml, errors, positions } = parseDocument(source);
  const { root } = yaml;
  if (root === null) return { errors, written: null, draft: null, positions };
  const { written, draft, findings } = validateData(root, form);
  const told = findings.filter((finding) => isSure(finding, root, yaml.reliableUpTo));
  return { errors: [...errors, ...told.map(positions.toDiagnostic)], written, draft, positions };
}

/** A file parsed as YAML, with the errors of that step alone. */
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
 * Whether a finding can be reported although the file has an error of syntax. What follows such an error may be read otherwise than it
 * was meant, so only findings that end before it are certain, and none that depends on the whole file.
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
  // A missing key is reported at the key of its parent.
  const shown = !place || at === 'key' ? (place ?? parent)?.key : place.start;
  return shown ?? (place ?? parent ?? root)?.start ?? 0;
}

function lineAndColumn({ lines }: ParsedYaml, offset: number): Pick<Diagnostic, 'line' | 'column'> {
  const { line, col } = lines.linePos(offset);
  // An empty file has no lines, and positions count from 1.
  return { line: Math.max(line, 1), column: Math.max(col, 1) };
}
