import { ComparisonTooComplex, diffPolicies } from '../../language/index.ts';
import type { ConnectOptions } from '../connectTarget.ts';
import { buildDiffDocument, type DiffDocument, type DiffSide } from '../diff/diffDocument.ts';
import { describeDiff, diffMarkdown } from '../diff/diffText.ts';
import { loadOldRevision, loadRevision } from '../diff/loadRevision.ts';
import { findPendingImpact } from '../diff/pendingImpact.ts';
import { EXIT, type ExitCode, parseAtOption, UsageError } from '../options.ts';
import { paintFor, printDocument } from '../output/terminal.ts';

export interface DiffOptions extends ConnectOptions {
  /** a file with requests, or `true` to ask the provider */
  readonly pending?: string | true;
  readonly at?: string;
  readonly json?: boolean;
  readonly markdown?: boolean;
}

/** `policy diff`: shows which requests a policy change newly accepts, no longer accepts, or gives another gateway. */
export async function policyDiff(old: string, now: string, options: DiffOptions): Promise<ExitCode> {
  if (options.json && options.markdown) throw new UsageError('choose one of `--json` and `--markdown`');
  const diff = await compare(old, now, options);
  const paint = paintFor(options.json || options.markdown ? process.stderr : process.stdout);
  if (options.json) printDocument(diff);
  else if (options.markdown) process.stdout.write(`${diffMarkdown(diff)}\n`);
  else process.stdout.write(`${describeDiff(diff, paint)}\n`);
  return diff.opens ? EXIT.opens : EXIT.done;
}

async function compare(old: string, now: string, options: DiffOptions): Promise<DiffDocument> {
  const at = parseAtOption(options.at);
  const after = loadRevision(now);
  const { old: before, note } = loadOldRevision(old, after);
  const pending =
    options.pending === undefined
      ? null
      : await findPendingImpact([before.policy, after.policy], options.pending, options, at);
  try {
    const { notes, ...diff } = diffPolicies(before.policy, after.policy, at);
    return buildDiffDocument(
      { ...diff, notes: note === null ? notes : [note, ...notes] },
      { old: toSide(before), new: toSide(after) },
      after.policy.recipient.account,
      at,
      pending,
    );
  } catch (error) {
    // Fail closed: policies that cannot be compared must not count as equal.
    if (error instanceof ComparisonTooComplex)
      throw new UsageError(`the policies cannot be compared: ${error.message}`);
    throw error;
  }
}

function toSide({ file, digest }: DiffSide): DiffSide {
  return { file, digest };
}
