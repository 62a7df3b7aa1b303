import { relative } from 'node:path';
import type { Policy } from '../../core/policy.ts';
import {
  ComparisonTooComplex,
  type CompiledPolicy,
  diffPolicies,
  type TestedPolicies,
} from '../../language/index.ts';
import { RunFailure } from '../../run/portErrors.ts';
import type { ConnectOptions } from '../connectTarget.ts';
import { buildDiffDocument, type DiffDocument } from '../diff/diffDocument.ts';
import { diffMarkdown, fenceMarkdown, markdownCode } from '../diff/diffText.ts';
import {
  emptyPolicy,
  isGitRevision,
  listRevisionFiles,
  loadRevision,
  type OldPolicy,
} from '../diff/loadRevision.ts';
import { findPendingImpact } from '../diff/pendingImpact.ts';
import type { CommentTarget } from '../github/reviewComment.ts';
import { findPolicyFolder, loadTestedPolicies } from '../loadPolicies.ts';
import { EXIT, type ExitCode, InvalidPolicies, parseAtOption, UsageError } from '../options.ts';
import { PLAIN } from '../output/terminal.ts';
import { describePolicyTests, describeUntested } from './policyTest.ts';

export interface ReviewOptions extends ConnectOptions {
  readonly base: string;
  readonly live?: boolean;
  readonly comment?: boolean;
  readonly at?: string;
}

/** `policy review`: prints check, policy tests, diff against a revision and, with `live`, pending requests as one Markdown comment. */
export async function policyReview({ comment = false, ...options }: ReviewOptions): Promise<ExitCode> {
  // Read first, so that a missing token is reported before the work.
  const target = comment ? await readCommentTarget(process.env) : null;
  const { text, code } = await review(options);
  process.stdout.write(`${text}\n`);
  if (target !== null) await target.write(text);
  return code;
}

/** Imported only here: without `--comment`, nothing of the client for GitHub is loaded. */
async function readCommentTarget(env: NodeJS.ProcessEnv): Promise<CommentTarget | null> {
  const { findCommentTarget } = await import('../github/reviewComment.ts');
  return findCommentTarget(env);
}

/** A review as Markdown, and the exit code that it gives. */
interface Reviewed {
  readonly text: string;
  readonly code: ExitCode;
}

async function review({
  base,
  live = false,
  at,
  ...options
}: Omit<ReviewOptions, 'comment'>): Promise<Reviewed> {
  const instant = parseAtOption(at);
  if (!isGitRevision(base))
    throw new UsageError(
      `git has no revision \`${base}\`; fetch it (\`git fetch\`), or name another with \`--base\``,
    );
  const tested = loadTestedOrErrors();
  if ('message' in tested) return { text: errorsMarkdown(tested.message), code: EXIT.invalidPolicy };
  const known = listRevisionFiles(base, findPolicyFolder()).filter((file) => file.endsWith('.yaml'));
  const reviewed: ReviewedPolicy[] = [];
  for (const policy of tested.policies) {
    const file = relative('.', policy.file);
    reviewed.push(await reviewPolicy({ ...policy, file }, { base, known, live, at: instant }, options));
  }
  const removed = known.filter((file) => reviewed.every((one) => one.file !== file));
  const text = reviewMarkdown({ base, tested, reviewed, removed });
  if (tested.results.some(({ passed }) => !passed)) return { text, code: EXIT.failed };
  return { text, code: reviewed.some(({ diff }) => diff === null || diff.opens) ? EXIT.opens : EXIT.done };
}

/** Loads and tests the policies, or returns their errors as text. */
function loadTestedOrErrors(): TestedPolicies | { readonly message: string } {
  try {
    return loadTestedPolicies([]);
  } catch (error) {
    if (!(error instanceof InvalidPolicies)) throw error;
    return { message: error.message };
  }
}

/** The review of one policy file. */
export interface ReviewedPolicy {
  readonly file: string;
  /** `null`: not known, and `why` says why */
  readonly diff: DiffDocument | null;
  /** what is not known and why, one sentence each */
  readonly why: readonly string[];
}

export interface ReviewContext {
  readonly base: string;
  /** policy files in the base */
  readonly known: readonly string[];
  /** whether to ask the provider which requests are pending */
  readonly live: boolean;
  readonly at: Date;
}

/** Compares a policy with its version in the base; a new file with a policy that accepts nothing. */
async function reviewPolicy(
  now: CompiledPolicy,
  { base, known, live, at }: ReviewContext,
  options: ConnectOptions,
): Promise<ReviewedPolicy> {
  const { file } = now;
  const why: string[] = [];
  const old = known.includes(file)
    ? loadBaseVersion(`${base}:${file}`, why)
    : emptyPolicy(`${base}:${file}`, now);
  if (old === null) return { file, diff: null, why };
  const pending = live ? await findImpactOrReason([old.policy, now.policy], options, at, why) : null;
  try {
    const sides = { old: { file: old.file, digest: old.digest }, new: { file, digest: now.digest } };
    const diff = diffPolicies(old.policy, now.policy, at);
    return { file, diff: buildDiffDocument(diff, sides, now.policy.recipient.account, at, pending), why };
  } catch (error) {
    // Fail closed: policies that cannot be compared must not count as equal.
    if (!(error instanceof ComparisonTooComplex)) throw error;
    return { file, diff: null, why: [...why, `it cannot be compared: ${error.message}`] };
  }
}

/** Loads the old version, which may be invalid by a rule that is newer than it. */
function loadBaseVersion(named: string, why: string[]): OldPolicy | null {
  try {
    return loadRevision(named);
  } catch (error) {
    if (!(error instanceof InvalidPolicies || error instanceof UsageError)) throw error;
    why.push(`it cannot be compared with ${named}: ${error.message}`);
    return null;
  }
}

/** Finds the effect on pending requests, or adds to `why` the reason why that failed. */
async function findImpactOrReason(
  policies: readonly [Policy, Policy],
  options: ConnectOptions,
  at: Date,
  why: string[],
): Promise<Awaited<ReturnType<typeof findPendingImpact>> | null> {
  try {
    return await findPendingImpact(policies, true, options, at);
  } catch (error) {
    // Without credentials, the diff can still be reviewed.
    if (!(error instanceof RunFailure)) throw error;
    why.push(`pending requests were not checked: ${error.message}`);
    return null;
  }
}

/** The content of a review comment. */
export interface PolicyReview {
  readonly base: string;
  readonly tested: TestedPolicies;
  readonly reviewed: readonly ReviewedPolicy[];
  /** policies of the base that were removed */
  readonly removed: readonly string[];
}

function reviewMarkdown({ base, tested, reviewed, removed }: PolicyReview): string {
  const failed = tested.results.filter(({ passed }) => !passed).length;
  const opening = reviewed
    .filter(({ diff }) => diff === null || diff.opens)
    .map(({ file }) => markdownCode(file));
  return [
    '## Review of the policies',
    [
      `- errors: none in ${tested.policies.length} ${tested.policies.length === 1 ? 'policy' : 'policies'}`,
      `- policy tests: ${tested.results.length - failed} passed, ${failed} failed${failed > 0 ? ' ⚠' : ''}`,
      opening.length === 0
        ? `- against ${markdownCode(base)}: nothing becomes newly acceptable`
        : `- against ${markdownCode(base)}: something becomes newly acceptable by ${opening.join(', ')} ⚠`,
    ].join('\n'),
    ...(failed > 0 ? [fenceMarkdown(describePolicyTests(tested, PLAIN))] : []),
    ...removed.map(
      (file) =>
        `### Policy of ${markdownCode(file)}\n\nIt is removed: the requests that it accepted are no longer accepted.`,
    ),
    ...reviewed.flatMap(({ file, diff, why }) => [
      diff === null ? `### Policy of ${markdownCode(file)}` : diffMarkdown(diff),
      ...why.map(fenceMarkdown),
    ]),
    ...untestedMarkdown(tested),
  ].join('\n\n');
}

/** The comment for policies or policy tests with errors, which cannot be evaluated further. */
function errorsMarkdown(message: string): string {
  return [
    '## Review of the policies',
    '- errors ⚠: fix them before anything is deployed',
    fenceMarkdown(message),
  ].join('\n\n');
}

function untestedMarkdown(tested: TestedPolicies): string[] {
  const untested = describeUntested(tested, PLAIN).trim();
  return untested === ''
    ? []
    : [
        `<details><summary>Untested grants and hold rules</summary>\n\n${fenceMarkdown(untested)}\n\n</details>`,
      ];
}
