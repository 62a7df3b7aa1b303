import { canonicalJson } from '../core/json.ts';
import { type CompiledPolicy, type CompiledSource, compileEach } from './compilePolicies.ts';
import {
  type Diagnostic,
  type DiagnosticCode,
  formatPath,
  type Path,
  parsePath,
  sortDiagnostics,
} from './diagnostic.ts';
import { findKeyWarnings } from './keyWarnings.ts';
import { normaliseHoldRule } from './normalisePolicy.ts';
import { readPolicyFiles } from './policyFiles.ts';
import { findNotices, type Notice } from './policyNotices.ts';
import { explainUnknownRegion, findSuspiciousPatterns } from './policyWarnings.ts';
import { findUnreachableGrants } from './requestSets/overlappingGrants.ts';

/** The codes of warnings and notices about valid policies, in addition to the codes of diagnostics. They are stable. */
export const WARNING_CODES = [
  'unknown-region',
  'unreachable-grant',
  'suspicious-pattern',
  'usual-key',
  'generated-key',
  'pin-of-two',
  'maybe-shared',
  'no-policy-tests',
  'untested-entry',
] as const;

export type WarningCode = (typeof WARNING_CODES)[number];

/** A warning about a valid policy, with its position. `policy check --json` prints it, so its keys are part of the public format. */
export interface PolicyWarning extends Omit<Diagnostic, 'code'> {
  readonly code: WarningCode | DiagnosticCode;
  /** the cause alone: `message` can contain its consequence too */
  readonly why: string;
  /** of a grant that accepts nothing; `null` for every other warning */
  readonly owner: string | null;
  readonly grant: string | null;
}

/** A notice with its position. */
export interface PlacedNotice extends Notice, Pick<Diagnostic, 'file' | 'line' | 'column'> {}

/** Policies and everything that `policy check` reports about them. */
export interface CheckedPolicies {
  readonly policies: readonly CompiledPolicy[];
  /** sorted by file and position */
  readonly errors: readonly Diagnostic[];
  readonly warnings: readonly PolicyWarning[];
  readonly notices: readonly PlacedNotice[];
}

/** Compiles the policies of a folder, or the listed files, and finds errors, warnings and notices. @param at as of when grants can end */
export function checkPolicyFiles(folderOrFiles: string | readonly string[], at: Date): CheckedPolicies {
  const { sources, errors } = readPolicyFiles(folderOrFiles);
  const compiled = compileEach(sources);
  return {
    policies: compiled.policies,
    errors: sortDiagnostics([...errors, ...compiled.errors]),
    warnings: compiled.policies.flatMap((one) => findWarnings(one, at)),
    notices: compiled.policies.flatMap(placeNotices),
  };
}

const TYPING_ERROR = 'fix it if it is a typing error';

function findWarnings(compiled: CompiledSource, at: Date): PolicyWarning[] {
  const { policy, warnings } = compiled;
  const region = explainUnknownRegion(policy.recipient);
  const found: Pick<PolicyWarning, 'code' | 'path' | 'why' | 'fix'>[] = [
    ...(region === null
      ? []
      : [{ code: 'unknown-region', path: 'recipient.region', why: region, fix: TYPING_ERROR } as const]),
    ...findSuspiciousPatterns(policy).map(
      (pattern) => ({ code: 'suspicious-pattern', ...pattern, fix: TYPING_ERROR }) as const,
    ),
    ...findKeyWarnings(policy),
  ];
  const all: PolicyWarning[] = [
    ...warnings.map((one) => ({ ...one, why: one.message, owner: null, grant: null })),
    ...findUnreachableGrants(policy, at).map(({ owner, grant, why }): PolicyWarning => {
      const path = `owners.${owner}.grants.${grant}`;
      const message = `accepts nothing: ${why}`;
      const placed = { code: 'unreachable-grant', ...placePath(compiled, path) } as const;
      return { ...placed, message, fix: 'fix or remove it', why, owner, grant };
    }),
    ...found.map((one) => ({
      ...one,
      ...placePath(compiled, one.path),
      message: one.why,
      owner: null,
      grant: null,
    })),
  ];
  return all.sort((a, b) => a.line - b.line || a.column - b.column);
}

/** File, position and path, in the file, of a path of the compiled policy. */
function placePath(
  compiled: CompiledSource,
  text: string,
): Pick<Diagnostic, 'file' | 'line' | 'column' | 'path'> {
  const { file, validPolicy } = compiled;
  const path = toWrittenPath(compiled, parsePath(text));
  // The grant of an owner with `gateway` is written nowhere: the owner is its place.
  const [top, owner = '', key] = path;
  const isImplied =
    top === 'owners' && key === 'grants' && validPolicy.written.owners[owner]?.grants === undefined;
  const position = validPolicy.positions.positionOf(isImplied ? path.slice(0, 2) : path, 'key');
  return { file, ...position, path: formatPath(path) };
}

/** The path in the file: the compiled policy sorts its hold rules. */
function toWrittenPath({ policy, validPolicy }: CompiledSource, path: Path): Path {
  const [top, index] = path;
  const rule = top === 'hold' && typeof index === 'number' ? policy.hold[index] : undefined;
  if (rule === undefined) return path;
  const compiled = canonicalJson(rule);
  const written = (validPolicy.written.hold ?? []).map((one) => canonicalJson(normaliseHoldRule(one)));
  return ['hold', Math.max(written.indexOf(compiled), 0), ...path.slice(2)];
}

/** The position of the connection in its list. */
function placeNotices(compiled: CompiledSource): PlacedNotice[] {
  const { file, policy, validPolicy } = compiled;
  return findNotices(policy).map((notice) => {
    const path = parsePath(notice.path);
    const listed = validPolicy.written.owners[String(path[1])]?.connections ?? [];
    const item = [...path, Math.max(listed.indexOf(notice.connection), 0)];
    return { ...notice, file, ...validPolicy.positions.positionOf(item, 'value') };
  });
}
