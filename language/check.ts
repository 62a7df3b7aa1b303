import { recipientKey } from '../lambda/core/policy.ts';
import type { PolicyDraft } from './draft.ts';
import { type Complaint, type Fault, type Finding, faultOf, formatPath, inOrder } from './fault.ts';
import { judge } from './judge.ts';
import type { WrittenPolicy } from './schema.ts';
import { targetOf } from './target.ts';
import { type Place, placeAt } from './yaml/place.ts';
import { type ReadYaml, readYaml } from './yaml/read.ts';

/** A policy file: its name, as people are to be told of it, and what it holds. */
export interface Source {
  readonly file: string;
  readonly text: string;
}

/** All that can be said of one file by itself. */
export interface Checked {
  readonly source: Source;
  /** by position */
  readonly faults: readonly Fault[];
  /** `null` when there are faults */
  readonly sound: { readonly target: string; readonly written: WrittenPolicy } | null;
  /** whose requests it judges, and how to complain of that; `null` when it cannot be read */
  readonly recipient: { readonly key: string; readonly fault: (complaint: Complaint) => Fault } | null;
}

/** Reads a policy and finds every fault in it: of YAML, of the schema and of the rules, in one go. */
export function check(source: Source): Checked {
  const { file, text } = source;
  const target = targetOf(file);
  const named = typeof target === 'string' ? [] : [faultOf(file, target)];
  const yaml = readYaml(text.replace(/^\uFEFF/, ''));
  const spotted = yaml.located.map(
    ({ offset, path, ...complaint }): Fault => ({
      ...complaint,
      ...position(yaml, offset),
      file,
      path: formatPath(path),
    }),
  );
  const { root } = yaml;
  if (root === null) return { source, faults: inOrder([...named, ...spotted]), sound: null, recipient: null };

  const { written, draft, findings } = judge(root);
  const told = findings.filter((finding) => isSure(finding, root, yaml.soundUpTo));
  const locate = (finding: Finding): Fault => faultAt(finding, root, yaml, file);
  const faults = inOrder([...named, ...spotted, ...told.map(locate)]);
  return {
    source,
    faults,
    sound: faults.length === 0 && written !== null && typeof target === 'string' ? { target, written } : null,
    recipient: recipientOf(draft, locate),
  };
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

function faultAt({ path, at, ...complaint }: Finding, root: Place, yaml: ReadYaml, file: string): Fault {
  const place = placeAt(root, path);
  const parent = placeAt(root, path.slice(0, -1));
  // A missing key is told where its parent's key stands.
  const shown = place === null || at === 'key' ? (place ?? parent)?.key : place.start;
  const offset = shown ?? (place ?? parent ?? root).start;
  return { ...complaint, ...position(yaml, offset), file, path: formatPath(path) };
}

function position({ lines }: ReadYaml, offset: number): { line: number; column: number } {
  const { line, col } = lines.linePos(offset);
  // An empty file has no lines to count.
  return { line: Math.max(line, 1), column: Math.max(col, 1) };
}

function recipientOf(draft: PolicyDraft | null, locate: (finding: Finding) => Fault): Checked['recipient'] {
  const { provider, region, account } = draft?.recipient ?? {};
  if (provider === undefined || region === undefined || account === undefined) return null;
  return {
    key: recipientKey({ provider, region, account }),
    fault: (complaint) => locate({ ...complaint, path: ['recipient'], at: 'value' }),
  };
}
