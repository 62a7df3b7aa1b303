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

/** Every rule of a single file. A new one: a function in a file of its group and an entry here. */
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

/** Something that joins several places of one file. It judges what can be read and is silent on the rest. */
export type PolicyRule = (draft: PartialPolicy) => readonly Finding[];

/** The target that a policy file is for: its base name without `.yaml`. Or why there is none. */
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
    message: `the file's name is the target's, and ${quote(target)} is no name`,
    fix: `rename it: ${NAME_RULE}`,
  };
}

/** All that can be said of one file by itself. */
export interface CheckResult {
  readonly source: SourceFile;
  /** by position */
  readonly errors: readonly Diagnostic[];
  /** `null` when there are faults */
  readonly validPolicy: ValidPolicy | null;
  /** whose requests it judges, and how to complain of that; `null` when it cannot be read */
  readonly recipient: { readonly key: string; readonly fault: (complaint: Problem) => Diagnostic } | null;
}

/** A policy without faults, as it is written. */
export interface ValidPolicy {
  readonly target: string;
  readonly written: WrittenPolicy;
  readonly positions: Positions;
}

const POLICY: DocumentSpec<WrittenPolicy> = { schema: policySchema, rules: POLICY_RULES };

/** Reads a policy and finds every fault in it: of YAML, of the schema and of the rules, in one go. */
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
