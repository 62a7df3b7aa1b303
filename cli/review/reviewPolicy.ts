import type { Policy } from '../../core/policy.ts';
import { type CompiledPolicy, diffPolicies, type Tested, TooManyWays } from '../../language/index.ts';
import { RunFailure } from '../../run/portErrors.ts';
import { describePolicyTests, describeUntested } from '../commands/policyTest.ts';
import type { ConnectOptions } from '../connectTarget.ts';
import { buildDiffDocument, type DiffDocument } from '../diff/diffDocument.ts';
import { diffMarkdown, fenceMarkdown, markdownCode } from '../diff/diffText.ts';
import { emptyPolicy, loadRevision, type OldPolicy } from '../diff/loadRevision.ts';
import { findPendingImpact } from '../diff/pendingImpact.ts';
import { InvalidPolicies, UsageError } from '../options.ts';
import type { Paint } from '../output/terminal.ts';

/** Everything a reviewer of a change needs, as one comment. */
export interface PolicyReview {
  readonly base: string;
  readonly tested: Tested;
  readonly reviewed: readonly ReviewedPolicy[];
  /** policies of the base that are there no more */
  readonly removed: readonly string[];
}

export function reviewMarkdown({ base, tested, reviewed, removed }: PolicyReview): string {
  const failed = tested.results.filter(({ passed }) => !passed).length;
  const opening = reviewed
    .filter(({ diff }) => diff === null || diff.opens)
    .map(({ file }) => markdownCode(file));
  return [
    '## Review of the policies',
    [
      `- faults: none in ${tested.policies.length} ${tested.policies.length === 1 ? 'policy' : 'policies'}`,
      `- cases: ${tested.results.length - failed} passed, ${failed} failed${failed > 0 ? ' ⚠' : ''}`,
      opening.length === 0
        ? `- against ${markdownCode(base)}: nothing becomes newly acceptable`
        : `- against ${markdownCode(base)}: something becomes newly acceptable by ${opening.join(', ')} ⚠`,
    ].join('\n'),
    ...(failed > 0 ? [fenceMarkdown(describePolicyTests(tested, PLAIN))] : []),
    ...removed.map(
      (file) =>
        `### Policy of ${markdownCode(file)}\n\nIt is removed: nothing that it accepted is accepted any more.`,
    ),
    ...reviewed.flatMap(({ file, diff, why }) => [
      diff === null ? `### Policy of ${markdownCode(file)}` : diffMarkdown(diff),
      ...why.map(fenceMarkdown),
    ]),
    ...warnings(tested),
  ].join('\n\n');
}

/** Of policies or cases with faults, nothing else can be told. */
export function errorsMarkdown(message: string): string {
  return [
    '## Review of the policies',
    '- faults ⚠: nothing is deployed before they are mended',
    fenceMarkdown(message),
  ].join('\n\n');
}

function warnings(tested: Tested): string[] {
  const told = describeUntested(tested, PLAIN).trim();
  return told === ''
    ? []
    : [`<details><summary>What no case shows at work</summary>\n\n${fenceMarkdown(told)}\n\n</details>`];
}

const same = (text: string): string => text;
const PLAIN: Paint = { good: same, bad: same, warn: same, faint: same, columns: Number.POSITIVE_INFINITY };

/** What a change does to one policy. */
export interface ReviewedPolicy {
  readonly file: string;
  /** `null` when it cannot be told: then `why` says why */
  readonly diff: DiffDocument | null;
  /** what could not be told, a sentence each */
  readonly why: readonly string[];
}

export interface ReviewContext {
  readonly base: string;
  /** files that the base has */
  readonly known: readonly string[];
  /** whether to ask the provider what is pending */
  readonly live: boolean;
  readonly at: Date;
}

/** Compares a policy with what the base has of it; a new file with one that accepts nothing. */
export async function reviewPolicy(
  now: CompiledPolicy,
  { base, known, live, at }: ReviewContext,
  options: ConnectOptions,
): Promise<ReviewedPolicy> {
  const { file } = now;
  const why: string[] = [];
  const old = known.includes(file) ? oldOf(`${base}:${file}`, why) : emptyPolicy(`${base}:${file}`, now);
  if (old === null) return { file, diff: null, why };
  const pending = live ? await pendingOf([old.policy, now.policy], options, at, why) : null;
  try {
    const sides = { old: { file: old.file, digest: old.digest }, new: { file, digest: now.digest } };
    const diff = diffPolicies(old.policy, now.policy, at);
    return { file, diff: buildDiffDocument(diff, sides, now.policy.recipient.account, at, pending), why };
  } catch (error) {
    // Fail closed: what cannot be compared is not called the same.
    if (!(error instanceof TooManyWays)) throw error;
    return { file, diff: null, why: [...why, `it cannot be compared: ${error.message}`] };
  }
}

/** What the base has may be from before a rule that it breaks. */
function oldOf(named: string, why: string[]): OldPolicy | null {
  try {
    return loadRevision(named);
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
): Promise<Awaited<ReturnType<typeof findPendingImpact>> | null> {
  try {
    return await findPendingImpact(policies, true, options, at);
  } catch (error) {
    // Without keys there is still a diff to review.
    if (!(error instanceof RunFailure)) throw error;
    why.push(`what is pending was not looked at: ${error.message}`);
    return null;
  }
}
