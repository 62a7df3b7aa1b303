import { basename } from 'node:path';
import { recipientKey } from '../core/policy.ts';
import { quote } from '../core/printableText.ts';
import { isName } from '../core/resourceIds.ts';
import {
  type Diagnostic,
  type Finding,
  fileDiagnostic,
  type Problem,
  sortDiagnostics,
} from './diagnostic.ts';
import type { PartialPolicy } from './partialPolicy.ts';
import { policySchema, type WrittenPolicy } from './policySchema.ts';
import { type DocumentSpec, type Positions, readDocument, type SourceFile } from './readDocument.ts';
import {
  noDuplicateGateway,
  noForeignGatewayKind,
  noUndefinedGateway,
  noUnusedGateway,
} from './rules/gatewayRules.ts';
import { noEmptyHoldRule, noEmptyInterval, noUnreturnedField } from './rules/matchRules.ts';
import { requireValidNames, requireValidTagKeys } from './rules/nameRules.ts';
import {
  noConnectionOfOtherOwner,
  noConnectionOfTwoOwners,
  noDuplicateConnection,
  requireGatewayOrGrants,
} from './rules/ownerRules.ts';
import { noForeignCredentials, noForeignPartition } from './rules/recipientRules.ts';
import { NAME_RULE } from './scalarSchemas.ts';

/** All rules for a single policy. To add one, write a function in the file of its group and list it here. */
const POLICY_RULES: readonly PolicyRule[] = [
  noForeignCredentials,
  noForeignPartition,
  requireValidNames,
  requireValidTagKeys,
  noForeignGatewayKind,
  noDuplicateGateway,
  noUndefinedGateway,
  noUnusedGateway,
  requireGatewayOrGrants,
  noDuplicateConnection,
  noConnectionOfTwoOwners,
  noConnectionOfOtherOwner,
  noUnreturnedField,
  noEmptyInterval,
  noEmptyHoldRule,
];

/** A check that relates several parts of one policy. It checks the parts that could be read and ignores the rest. */
export type PolicyRule = (draft: PartialPolicy) => readonly Finding[];

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
export interface CheckResult {
  readonly source: SourceFile;
  /** sorted by position */
  readonly errors: readonly Diagnostic[];
  /** `null` when there are errors */
  readonly validPolicy: ValidPolicy | null;
  /** whose requests the policy decides on, and how to report an error about that; `null` when it cannot be read */
  readonly recipient: { readonly key: string; readonly fault: (complaint: Problem) => Diagnostic } | null;
}

/** A policy without errors, in its written form. */
export interface ValidPolicy {
  readonly target: string;
  readonly written: WrittenPolicy;
  readonly positions: Positions;
}

const POLICY: DocumentSpec<WrittenPolicy> = { schema: policySchema, rules: POLICY_RULES };

/** Reads a policy and finds every error in it at once: of YAML, of the schema and of the rules. */
export function checkPolicy(source: SourceFile): CheckResult {
  const target = targetName(source.file);
  const named = typeof target === 'string' ? [] : [fileDiagnostic(source.file, target)];
  const { written, draft, positions, ...document } = readDocument(source, POLICY);
  const errors = sortDiagnostics([...named, ...document.errors]);
  const isSound = errors.length === 0 && written !== null && typeof target === 'string';
  return {
    source,
    errors,
    validPolicy: isSound ? { target, written, positions } : null,
    recipient: recipientOf(draft, positions),
  };
}

function recipientOf(draft: PartialPolicy | null, { toDiagnostic }: Positions): CheckResult['recipient'] {
  const { provider, region, account } = draft?.recipient ?? {};
  if (provider === undefined || region === undefined || account === undefined) return null;
  return {
    key: recipientKey({ provider, region, account }),
    fault: (complaint) => toDiagnostic({ ...complaint, path: ['recipient'], at: 'value' }),
  };
}
