import type { Draft } from './draft.ts';
import { type Fault, type Finding, formatPath } from './fault.ts';
import { type Form, judge } from './judge.ts';
import { type Place, placeAt } from './yaml/place.ts';
import { type ReadYaml, readYaml } from './yaml/read.ts';

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
  /** tells a finding with its line and column */
  readonly locate: (finding: Finding) => Fault;
}

/** Reads a document and finds every fault in it, in one go. */
export function readDocument<Written>(source: Source, form: Form<Written>): Document<Written> {
  const { yaml, faults, locate } = openDocument(source);
  const { root } = yaml;
  if (root === null) return { faults, written: null, draft: null, locate };
  const { written, draft, findings } = judge(root, form);
  const told = findings.filter((finding) => isSure(finding, root, yaml.soundUpTo));
  return { faults: [...faults, ...told.map(locate)], written, draft, locate };
}

/** A file as YAML, with what is wrong of that alone. */
export interface OpenDocument {
  readonly yaml: ReadYaml;
  readonly faults: readonly Fault[];
  readonly locate: (finding: Finding) => Fault;
}

export function openDocument({ file, text }: Source): OpenDocument {
  const yaml = readYaml(text.replace(/^\uFEFF/, ''));
  const faults = yaml.located.map(
    ({ offset, path, ...complaint }): Fault => ({
      ...complaint,
      ...position(yaml, offset),
      file,
      path: formatPath(path),
    }),
  );
  return { yaml, faults, locate: (finding) => faultAt(finding, yaml, file) };
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

function faultAt({ path, at, ...complaint }: Finding, yaml: ReadYaml, file: string): Fault {
  const { root } = yaml;
  const [place, parent] = [path, path.slice(0, -1)].map((to) => (root === null ? null : placeAt(root, to)));
  // A missing key is told where its parent's key stands.
  const shown = !place || at === 'key' ? (place ?? parent)?.key : place.start;
  const offset = shown ?? (place ?? parent ?? root)?.start ?? 0;
  return { ...complaint, ...position(yaml, offset), file, path: formatPath(path) };
}

function position({ lines }: ReadYaml, offset: number): { line: number; column: number } {
  const { line, col } = lines.linePos(offset);
  // An empty file has no lines to count.
  return { line: Math.max(line, 1), column: Math.max(col, 1) };
}
