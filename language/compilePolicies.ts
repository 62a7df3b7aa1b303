import { isDeepStrictEqual } from 'node:util';
import type { Policy } from '../core/policy.ts';
import { loadPolicy, writePolicy } from '../core/policyText.ts';
import { checkPolicy, type PolicyCheckResult, type ValidPolicy } from './checkPolicy.ts';
import { type Diagnostic, sortDiagnostics } from './diagnostic.ts';
import { normalisePolicy } from './normalisePolicy.ts';
import type { SourceFile } from './readDocument.ts';
import { findOverlapErrors } from './requestSets/overlappingGrants.ts';

/** A policy as the function reads it, with what identifies it in reports. */
export interface CompiledPolicy {
  readonly file: string;
  readonly policy: Policy;
  /** the policy as canonical JSON */
  readonly text: string;
  /** `sha256:…` of `text` */
  readonly digest: string;
  /** for keys of earlier releases */
  readonly warnings: readonly Diagnostic[];
}

/** A compilation that failed. The errors are never empty, and are sorted by file and position. */
export interface CompileFailure {
  readonly ok: false;
  readonly errors: readonly Diagnostic[];
}

/** Compiles one policy file; its base name without `.yaml` is the target's name. */
export function compilePolicy(source: SourceFile): ({ readonly ok: true } & CompiledPolicy) | CompileFailure {
  const compiled = compilePolicies([source]);
  if (!compiled.ok) return compiled;
  const [policy] = compiled.policies;
  if (policy === undefined) throw new Error('compiling one policy gave neither a policy nor an error');
  return { ok: true, ...policy };
}

/** Compiles files that are deployed together: all of them, or none. */
export function compilePolicies(
  sources: readonly SourceFile[],
): { readonly ok: true; readonly policies: readonly CompiledPolicy[] } | CompileFailure {
  const { policies, errors } = compileEach(sources);
  return errors.length > 0 ? { ok: false, errors } : { ok: true, policies };
}

/** The valid policies, and the errors of all others. */
export interface CompileResults {
  readonly policies: readonly CompiledPolicy[];
  /** sorted by file and position */
  readonly errors: readonly Diagnostic[];
}

/** A compiled policy together with its written form. */
export interface CompiledSource extends CompiledPolicy {
  readonly validPolicy: ValidPolicy;
}

export interface CompiledSources extends CompileResults {
  readonly policies: readonly CompiledSource[];
}

/** Compiles each file independently of errors in the others. Fail closed: of two policies for one recipient, neither is compiled. */
export function compileEach(sources: readonly SourceFile[]): CompiledSources {
  const checked = sources.map(checkPolicy);
  const keys = checked.map(({ recipient }) => recipient?.key);
  const unique = checked.filter(
    ({ recipient }) => recipient === null || keys.indexOf(recipient.key) === keys.lastIndexOf(recipient.key),
  );
  const compiled = unique
    .flatMap(compileChecked)
    .map((one) => ({ one, overlaps: findOverlapErrors(one.policy, one.validPolicy) }));
  const errors = [
    ...checked.flatMap((one) => one.errors),
    ...findSameRecipients(checked),
    ...compiled.flatMap(({ overlaps }) => overlaps),
  ];
  const policies = compiled.flatMap(({ one, overlaps }) => (overlaps.length > 0 ? [] : [one]));
  return { policies, errors: sortDiagnostics(errors) };
}

function compileChecked({ source: { file }, validPolicy }: PolicyCheckResult): CompiledSource[] {
  if (validPolicy === null) return [];
  const { target, written, warnings } = validPolicy;
  const policy = normalisePolicy(target, written);
  return [{ file, policy, ...writeAndRead(policy), warnings, validPolicy }];
}

/** Fail closed: a policy whose text means anything else to the function, such as one that lacks a pin, must not be deployed. */
function writeAndRead(policy: Policy): Pick<CompiledPolicy, 'text' | 'digest'> {
  const text = writePolicy(policy);
  const { policy: read, digest } = loadPolicy(text, policy.target);
  if (!isDeepStrictEqual(read, policy))
    throw new Error(`the compiled policy of target ${policy.target} is not read as it was written`);
  return { text, digest };
}

/** An error for each further policy of one recipient: each policy would accept what another one holds. */
function findSameRecipients(checked: readonly PolicyCheckResult[]): Diagnostic[] {
  const first = new Map<string, string>();
  return checked.flatMap(({ source: { file }, recipient }) => {
    if (recipient === null) return [];
    const other = first.get(recipient.key);
    if (other === undefined) {
      first.set(recipient.key, file);
      return [];
    }
    return recipient.toDiagnostic({
      code: 'same-recipient',
      message: `\`${file}\` and \`${other}\` are both for \`${recipient.key}\``,
      fix: 'merge them: one file for each provider, region and account',
    });
  });
}
