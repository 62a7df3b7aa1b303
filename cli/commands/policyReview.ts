import { relative } from 'node:path';
import type { ConnectOptions } from '../connectTarget.ts';
import { isGitRevision, listRevisionFiles } from '../diff/loadRevision.ts';
import { findPolicyFolder, loadTestedPolicies } from '../loadPolicies.ts';
import { EXIT, type ExitCode, InvalidPolicies, parseAtOption, UsageError } from '../options.ts';
import { errorsMarkdown, type ReviewedPolicy, reviewMarkdown, reviewPolicy } from '../review/reviewPolicy.ts';

export interface ReviewOptions extends ConnectOptions {
  readonly base: string;
  readonly live?: boolean;
  readonly at?: string;
}

/** `policy review`: prints check, policy tests, diff against a revision and, with `live`, pending requests as one Markdown comment. */
export async function policyReview({ base, live = false, at, ...options }: ReviewOptions): Promise<ExitCode> {
  const instant = parseAtOption(at);
  if (!isGitRevision(base))
    throw new UsageError(
      `git has no revision \`${base}\`; fetch it (\`git fetch\`), or name another with \`--base\``,
    );
  const tested = loadTestedOrPrintErrors();
  if (tested === null) return EXIT.invalidPolicy;
  const known = listRevisionFiles(base, findPolicyFolder()).filter((file) => file.endsWith('.yaml'));
  const reviewed: ReviewedPolicy[] = [];
  for (const policy of tested.policies) {
    const file = relative('.', policy.file);
    reviewed.push(await reviewPolicy({ ...policy, file }, { base, known, live, at: instant }, options));
  }
  const removed = known.filter((file) => reviewed.every((one) => one.file !== file));
  process.stdout.write(`${reviewMarkdown({ base, tested, reviewed, removed })}\n`);
  if (tested.results.some(({ passed }) => !passed)) return EXIT.failed;
  return reviewed.some(({ diff }) => diff === null || diff.opens) ? EXIT.opens : EXIT.done;
}

/** Loads and tests the policies. Prints their errors and returns `null` when there are any. */
function loadTestedOrPrintErrors(): ReturnType<typeof loadTestedPolicies> | null {
  try {
    return loadTestedPolicies([]);
  } catch (error) {
    if (!(error instanceof InvalidPolicies)) throw error;
    process.stdout.write(`${errorsMarkdown(error.message)}\n`);
    return null;
  }
}
