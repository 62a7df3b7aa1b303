import { recipientKey } from '../core/policy.ts';
import { type Complaint, type Fault, faultOf, inOrder } from './diagnostic.ts';
import type { Form } from './judge.ts';
import type { PolicyDraft } from './partialPolicy.ts';
import { policySchema, type WrittenPolicy } from './policySchema.ts';
import { type Places, readDocument, type Source } from './readDocument.ts';
import { RULES } from './rules/index.ts';
import { targetOf } from './target.ts';

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
