import { compareByCodePoint, escapeText } from '../core/printableText.ts';
import { isPossibleKeyName, withoutKey } from './possibleKeys.ts';

/** The codes of all errors and warnings. They are stable: scripts and editors rely on them. */
export const DIAGNOSTIC_CODES = [
  // files
  'no-folder',
  'no-policy',
  'unreadable-file',
  'not-utf-8',
  'file-extension',
  'sub-folder',
  'target-name',
  'same-recipient',
  // YAML
  'too-large',
  'too-deep',
  'empty-file',
  'several-documents',
  'yaml-syntax',
  'directive',
  'anchor',
  'alias',
  'tag',
  'merge-key',
  'duplicate-key',
  'key-not-text',
  // keys and types
  'unknown-key',
  'missing-key',
  'renamed-key',
  'wrong-type',
  'wrong-value',
  'unquoted-account',
  'number-spelling',
  'number-range',
  'empty-list',
  'empty-map',
  'empty-text',
  'invisible-character',
  'name',
  // recipient
  'region',
  'account',
  'role',
  'role-partition',
  'duration',
  'foreign-credentials',
  // gateways
  'gateway-id',
  'gateway-name',
  'gateway-reference',
  'foreign-gateway',
  'same-gateway',
  'undefined-gateway',
  'unused-gateway',
  // owners, grants and hold rules
  'gateway-and-grants',
  'no-gateway',
  'connection-id',
  'connection-twice',
  'connection-of-two',
  'connection-of-other',
  'no-connections',
  'connection-exclusive-and-shared',
  'unpinned-grant',
  'interface-id',
  'bgp-key',
  'foreign-type',
  'type-gateway',
  'vlan',
  'asn',
  'cidr',
  'host-bits',
  'unreturned-field',
  'unlisted-routes',
  'instant',
  'empty-interval',
  'no-predicate',
  'hold-bgp-key',
  'grants-overlap',
  'grants-undecided',
  // policy tests
  'no-target',
  'case-twice',
  'expectation',
  'reason-code',
  'undecidable-reason',
  'address',
] as const;

export type DiagnosticCode = (typeof DIAGNOSTIC_CODES)[number];

/** What is wrong, and how to fix it. Both texts are safe to print. */
export interface Problem {
  readonly code: DiagnosticCode;
  readonly message: string;
  readonly fix: string;
}

/** Keys and list indices, from the top of the file. */
export type Path = readonly (string | number)[];

/** A problem at a path of the file; a missing key is reported at its parent. */
export interface Finding extends Problem {
  readonly path: Path;
  /** whether the problem is about the key or about its value */
  readonly at: 'key' | 'value';
}

/** An error or a warning, with its position in a file. Lines and columns count from 1, columns in UTF-16 units as in editors. */
export interface Diagnostic extends Problem {
  readonly file: string;
  readonly line: number;
  readonly column: number;
  /** such as `owners.acme.grants.prod.match.vlan[0]`; empty if it is about the file as a whole */
  readonly path: string;
}

/** One line, such as `policy/acme.yaml:12:7 owners.acme.grants.prod.match.vlan[0]: message; fix`. */
export function formatDiagnostic({ file, line, column, path, message, fix }: Diagnostic): string {
  return `${file}:${line}:${column} ${path === '' ? '' : `${path}: `}${message}; ${fix}`;
}

/** A diagnostic about a file as a whole. */
export function fileDiagnostic(file: string, problem: Problem): Diagnostic {
  return { file, line: 1, column: 1, path: '', ...problem };
}

/** The path as text, such as `owners.acme.connections[0]`. */
export function formatPath(path: Path): string {
  return path
    .map((step, i) => (isPossibleKeyName(path.slice(0, i + 1)) ? '.…' : formatStep(step)))
    .join('')
    .replace(/^\./, '');
}

/** The path that `formatPath` wrote as text, when all of its keys are plain names. */
export function parsePath(text: string): Path {
  const steps = [...text.matchAll(/\[(\d+)\]|([^.[\]]+)/g)];
  return steps.map(([, index, name = '']) => (index === undefined ? name : Number(index)));
}

/** `a, b or c` */
export function formatAlternatives(items: readonly string[]): string {
  const last = items.at(-1) ?? '';
  return items.length < 2 ? last : `${items.slice(0, -1).join(', ')} or ${last}`;
}

function formatStep(step: string | number): string {
  if (typeof step === 'number') return `[${step}]`;
  const shown = withoutKey(step);
  return /^[\w<-]+$/.test(shown) ? `.${shown}` : `["${escapeText(shown)}"]`;
}

/** Sorts diagnostics by file, then by position. */
export function sortDiagnostics(errors: readonly Diagnostic[]): Diagnostic[] {
  return errors.toSorted(
    (a, b) =>
      compareByCodePoint(a.file, b.file) ||
      a.line - b.line ||
      a.column - b.column ||
      DIAGNOSTIC_CODES.indexOf(a.code) - DIAGNOSTIC_CODES.indexOf(b.code),
  );
}
