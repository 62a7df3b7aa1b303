import type * as z from 'zod';
import { type Fault, type Finding, formatPath, type Path } from './diagnostic.ts';
import type { Draft } from './partialPolicy.ts';
import { type ReadYaml, readYaml } from './yaml/readYaml.ts';
import { dataOf, type Place, placeAt } from './yaml/sourceNode.ts';
import { findingsOf, plainPath } from './zodDiagnostics.ts';

/** How a kind of document is written. */
export interface Form<Written> {
  readonly schema: z.ZodType<Written>;
  /** what joins several places of one document */
  readonly rules: readonly ((draft: Draft<Written>) => readonly Finding[])[];
}

/** What schema and rules say of one document. */
export interface Judgement<Written> {
  /** `null` when the schema refused something */
  readonly written: Written | null;
  /** `null` when nothing of it could be read */
  readonly draft: Draft<Written> | null;
  readonly findings: readonly Finding[];
}

/** Runs the schema on everything, and every rule on what the schema could read. */
export function judge<Written>(root: Place, { schema, rules }: Form<Written>): Judgement<Written> {
  const { data, error } = schema.safeParse(dataOf(root, new Set()));
  const issues = error?.issues ?? [];
  const refused = new Set(
    issues
      .filter(({ code }) => code !== 'unrecognized_keys')
      .map((issue) => placeAt(root, plainPath(issue)))
      .filter((place) => place !== null),
  );
  // Everything that the schema refused is taken out, so what is left has the types that the schema gives it.
  const draft = refused.has(root) ? null : (dataOf(root, refused) as Draft<Written>);
  const ruled = draft === null ? [] : rules.flatMap((rule) => rule(draft));
  return { written: data ?? null, draft, findings: [...findingsOf(issues, root, schema), ...ruled] };
}

/** A file: its name, as people are to be told of it, and what it holds. */
export interface Source {
  readonly file: string;
  readonly text: string;
}

/** One document against its form. */
export interface Document<Written> {
  /** of YAML, of the schema and of the rules, in no order */
  readonly faults: readonly Fault[];
  /** `null` when the schema refused something */
  readonly written: Written | null;
  /** `null` when nothing of it could be read */
  readonly draft: Draft<Written> | null;
  readonly places: Places;
}

/** Where things stand in a file. */
export interface Places {
  /** of a missing key, where its parent stands */
  readonly position: (path: Path, at: Finding['at']) => Pick<Fault, 'line' | 'column'>;
  /** tells a finding with its place */
  readonly locate: (finding: Finding) => Fault;
}

/** Reads a document and finds every fault in it, in one go. */
export function readDocument<Written>(source: Source, form: Form<Written>): Document<Written> {
  const { yaml, faults, places } = openDocument(source);
  const { root } = yaml;
  if (root === null) return { faults, written: null, draft: null, places };
  const { written, draft, findings } = judge(root, form);
  const told = findings.filter((finding) => isSure(finding, root, yaml.soundUpTo));
  return { faults: [...faults, ...told.map(places.locate)], written, draft, places };
}

/** A file as YAML, with what is wrong of that alone. */
export interface OpenDocument {
  readonly yaml: ReadYaml;
  readonly faults: readonly Fault[];
  readonly places: Places;
}

export function openDocument({ file, text }: Source): OpenDocument {
  const yaml = readYaml(text.replace(/^\uFEFF/, ''));
  const faults = yaml.located.map(
    ({ offset, path, ...complaint }): Fault => ({
      ...complaint,
      ...lineAndColumn(yaml, offset),
      file,
      path: formatPath(path),
    }),
  );
  const position: Places['position'] = (path, at) => lineAndColumn(yaml, offsetOf(yaml, path, at));
  const locate: Places['locate'] = ({ path, at, ...complaint }) => ({
    ...complaint,
    ...position(path, at),
    file,
    path: formatPath(path),
  });
  return { yaml, faults, places: { position, locate } };
}

/**
 * After a slip of syntax, what follows may not be what was meant: told is only what ended before it, and nothing that
 * depends on the whole file.
 */
function isSure({ path, code }: Finding, root: Place, soundUpTo: number): boolean {
  if (soundUpTo === Number.POSITIVE_INFINITY) return true;
  const place = placeAt(root, path) ?? placeAt(root, path.slice(0, -1));
  return (
    place !== null && place.end <= soundUpTo && code !== 'undefined-gateway' && code !== 'unused-gateway'
  );
}

function offsetOf({ root }: ReadYaml, path: Path, at: Finding['at']): number {
  const [place, parent] = [path, path.slice(0, -1)].map((to) => (root === null ? null : placeAt(root, to)));
  // A missing key is told where its parent's key stands.
  const shown = !place || at === 'key' ? (place ?? parent)?.key : place.start;
  return shown ?? (place ?? parent ?? root)?.start ?? 0;
}

function lineAndColumn({ lines }: ReadYaml, offset: number): Pick<Fault, 'line' | 'column'> {
  const { line, col } = lines.linePos(offset);
  // An empty file has no lines to count.
  return { line: Math.max(line, 1), column: Math.max(col, 1) };
}
