import type { Policy } from '../../core/policy.ts';
import { type CompiledPolicy, diffPolicies, TooManyWays } from '../../language/index.ts';
import { PassFailure } from '../../run/portErrors.ts';
import type { ConnectOptions } from '../connectTarget.ts';
import { type DiffDocument, documentOf } from '../diff/diffDocument.ts';
import { nothing, type Old, sideOf } from '../diff/loadRevision.ts';
import { pendingChanges } from '../diff/pendingImpact.ts';
import { InvalidPolicies, UsageError } from '../exitCodes.ts';

/** What a change does to one policy. */
export interface Reviewed {
  readonly file: string;
  /** `null` when it cannot be told: then `why` says why */
  readonly diff: DiffDocument | null;
  /** what could not be told, a sentence each */
  readonly why: readonly string[];
}

export interface ReviewAsked {
  readonly base: string;
  /** files that the base has */
  readonly known: readonly string[];
  /** whether to ask the provider what is pending */
  readonly live: boolean;
  readonly at: Date;
}

/** Compares a policy with what the base has of it; a new file with one that accepts nothing. */
export async function review(
  now: CompiledPolicy,
  { base, known, live, at }: ReviewAsked,
  options: ConnectOptions,
): Promise<Reviewed> {
  const { file } = now;
  const why: string[] = [];
  const old = known.includes(file) ? oldOf(`${base}:${file}`, why) : nothing(`${base}:${file}`, now);
  if (old === null) return { file, diff: null, why };
  const pending = live ? await pendingOf([old.policy, now.policy], options, at, why) : null;
  try {
    const sides = { old: { file: old.file, digest: old.digest }, new: { file, digest: now.digest } };
    const diff = diffPolicies(old.policy, now.policy, at);
    return { file, diff: documentOf(diff, sides, now.policy.recipient.account, at, pending), why };
  } catch (error) {
    // Fail closed: what cannot be compared is not called the same.
    if (!(error instanceof TooManyWays)) throw error;
    return { file, diff: null, why: [...why, `it cannot be compared: ${error.message}`] };
  }
}

/** What the base has may be from before a rule that it breaks. */
function oldOf(named: string, why: string[]): Old | null {
  try {
    return sideOf(named);
  } catch (error) {
    if (!(error instanceof InvalidPolicies || error instanceof UsageError)) throw error;
    why.push(`it cannot be compared with ${named}: ${error.message}`);
    return null;
  }
}

async function pendingOf(
  policies: readonly [Policy, Policy],
  options: ConnectOptions,
  at: Date,
  why: string[],
): Promise<Awaited<ReturnType<typeof pendingChanges>> | null> {
  try {
    return await pendingChanges(policies, true, options, at);
  } catch (error) {
    // Without keys there is still a diff to review.
    if (!(error instanceof PassFailure)) throw error;
    why.push(`what is pending was not looked at: ${error.message}`);
    return null;
  }
}
