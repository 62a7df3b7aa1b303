import { basename } from 'node:path';
import { recipientKey } from '../core/policy.ts';
import { quote } from '../core/printableText.ts';
import { isName } from '../core/resourceIds.ts';
import { type Diagnostic, fileDiagnostic, type Problem, sortDiagnostics } from './diagnostic.ts';
import type { PartialPolicy, WrittenPolicy } from './policySchema.ts';
import { POLICY_SPEC } from './policySpec.ts';
import { type Positions, readDocument, type SourceFile } from './readDocument.ts';
import { NAME_RULE } from './scalarSchemas.ts';

/** The target of a policy file, which is its base name without `.yaml`, or the problem with that name. */
export function targetName(file: string): string | Problem {
  const name = basename(file);
  if (!name.endsWith('.yaml')) {
    const stem = name.replace(/\..*$/, '');
    return {
      code: 'file-extension',
      message: `${quote(name)} does not end in \`.yaml\``,
      fix: `rename it, as in \`${isName(stem) ? stem : 'acme'}.yaml\``,
    };
  }
  const target = name.slice(0, -'.yaml'.length);
  if (isName(target)) return target;
  return {
    code: 'target-name',
    message: `the file name is the name of the target, and ${quote(target)} is not a valid name`,
    fix: `rename it: ${NAME_RULE}`,
  };
}

/** The result of checking one file by itself. */
export interface PolicyCheckResult {
  readonly source: SourceFile;
  /** sorted by position */
  readonly errors: readonly Diagnostic[];
  /** `null` when there are errors */
  readonly validPolicy: ValidPolicy | null;
  /** identifies the recipient, and reports a problem with it; `null` when the recipient cannot be read */
  readonly recipient: {
    readonly key: string;
    readonly toDiagnostic: (problem: Problem) => Diagnostic;
  } | null;
}

/** A policy without errors, in its written form. */
export interface ValidPolicy {
  readonly target: string;
  readonly written: WrittenPolicy;
  readonly positions: Positions;
  /** for keys of earlier releases */
  readonly warnings: readonly Diagnostic[];
}

/** Reads a policy and finds every error in it at once: of YAML, of the schema and of the rules. */
export function checkPolicy(source: SourceFile): PolicyCheckResult {
  const target = targetName(source.file);
  const nameErrors = typeof target === 'string' ? [] : [fileDiagnostic(source.file, target)];
  const { written, partial, positions, warnings, ...document } = readDocument(source, POLICY_SPEC);
  const errors = sortDiagnostics([...nameErrors, ...document.errors]);
  const isValid = errors.length === 0 && written !== null && typeof target === 'string';
  return {
    source,
    errors,
    validPolicy: isValid ? { target, written, positions, warnings } : null,
    recipient: findRecipient(partial, positions),
  };
}

function findRecipient(
  policy: PartialPolicy | null,
  { toDiagnostic }: Positions,
): PolicyCheckResult['recipient'] {
  const { provider, region, account } = policy?.recipient ?? {};
  if (provider === undefined || region === undefined || account === undefined) return null;
  return {
    key: recipientKey({ provider, region, account }),
    toDiagnostic: (problem) => toDiagnostic({ ...problem, path: ['recipient'], at: 'value' }),
  };
}
