import { basename } from 'node:path';
import { recipientKey } from '../core/policy.ts';
import { quote } from '../core/printableText.ts';
import { isName } from '../core/resourceIds.ts';
import { type Complaint, type Fault, type Finding, faultOf, inOrder } from './diagnostic.ts';
import type { PolicyDraft } from './partialPolicy.ts';
import { policySchema, type WrittenPolicy } from './policySchema.ts';
import { type Form, type Places, readDocument, type Source } from './readDocument.ts';
import { gatewayKinds, gatewaysDefined, gatewaysUsed, gatewayTwice } from './rules/gatewayRules.ts';
import { fieldsReturned, intervals, predicates } from './rules/matchRules.ts';
import { names, tagKeys } from './rules/nameRules.ts';
import {
  connectionsOfOne,
  connectionsOfOwner,
  connectionsOnce,
  gatewayOrGrants,
} from './rules/ownerRules.ts';
import { credentials, rolePartition } from './rules/recipientRules.ts';
import { A_NAME } from './scalarSchemas.ts';

/** Every rule of a single file. A new one: a function in a file of its group and an entry here. */
const RULES: readonly Rule[] = [
  credentials,
  rolePartition,
  names,
  tagKeys,
  gatewayKinds,
  gatewayTwice,
  gatewaysDefined,
  gatewaysUsed,
  gatewayOrGrants,
  connectionsOnce,
  connectionsOfOne,
  connectionsOfOwner,
  fieldsReturned,
  intervals,
  predicates,
];

/** Something that joins several places of one file. It judges what can be read and is silent on the rest. */
export type Rule = (draft: PolicyDraft) => readonly Finding[];

/** The target that a policy file is for: its base name without `.yaml`. Or why there is none. */
export function targetOf(file: string): string | Complaint {
  const name = basename(file);
  if (!name.endsWith('.yaml')) {
    const stem = name.replace(/\..*$/, '');
    return {
      code: 'file-extension',
      message: `${quote(name)} does not end in \`.yaml\``,
      mend: `rename it, as in \`${isName(stem) ? stem : 'acme'}.yaml\``,
    };
  }
  const target = name.slice(0, -'.yaml'.length);
  if (isName(target)) return target;
  return {
    code: 'target-name',
    message: `the file's name is the target's, and ${quote(target)} is no name`,
    mend: `rename it: ${A_NAME}`,
  };
}

/** All that can be said of one file by itself. */
export interface Checked {
  readonly source: Source;
  /** by position */
  readonly faults: readonly Fault[];
  /** `null` when there are faults */
  readonly sound: Sound | null;
  /** whose requests it judges, and how to complain of that; `null` when it cannot be read */
  readonly recipient: { readonly key: string; readonly fault: (complaint: Complaint) => Fault } | null;
}

/** A policy without faults, as it is written. */
export interface Sound {
  readonly target: string;
  readonly written: WrittenPolicy;
  readonly places: Places;
}

const POLICY: Form<WrittenPolicy> = { schema: policySchema, rules: RULES };

/** Reads a policy and finds every fault in it: of YAML, of the schema and of the rules, in one go. */
export function check(source: Source): Checked {
  const target = targetOf(source.file);
  const named = typeof target === 'string' ? [] : [faultOf(source.file, target)];
  const { written, draft, places, ...document } = readDocument(source, POLICY);
  const faults = inOrder([...named, ...document.faults]);
  const isSound = faults.length === 0 && written !== null && typeof target === 'string';
  return {
    source,
    faults,
    sound: isSound ? { target, written, places } : null,
    recipient: recipientOf(draft, places),
  };
}

function recipientOf(draft: PolicyDraft | null, { locate }: Places): Checked['recipient'] {
  const { provider, region, account } = draft?.recipient ?? {};
  if (provider === undefined || region === undefined || account === undefined) return null;
  return {
    key: recipientKey({ provider, region, account }),
    fault: (complaint) => locate({ ...complaint, path: ['recipient'], at: 'value' }),
  };
}
