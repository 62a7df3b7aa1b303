import { EXIT, type ExitCode, UsageError } from '../exitCodes.ts';
import { eachTarget } from '../forEachTarget.ts';
import { type LedgerOptions, ledgerFor, withLedger } from '../ledgerOptions.ts';
import { loadSoundPolicies } from '../loadPolicies.ts';
import { describeFaults } from '../output/faults.ts';
import { describeProblems, printDocument } from '../output/jsonDocument.ts';
import { paintFor } from '../output/paint.ts';
import { startProgress } from '../output/progress.ts';
import type { PassOptions } from '../runTarget.ts';
import { gather } from '../status/collectStatus.ts';
import { page } from '../status/htmlPage.ts';
import { pageFile } from '../status/pageFile.ts';
import { describeTarget } from '../status/statusText.ts';
import { type TargetView, viewOf } from '../status/targetView.ts';

export interface StatusOptions extends PassOptions, LedgerOptions {
  readonly policy?: readonly string[];
  readonly json?: boolean;
  readonly html?: string;
  readonly maxAge?: number;
}

/** `status`: what is pending and how long is left, target by target; a broken one hides no other. Changes nothing anywhere. */
export async function status(given: StatusOptions): Promise<ExitCode> {
  if (given.maxAge !== undefined)
    throw new UsageError('--max-age is for --check; add it, or leave --max-age out');
  const { policies, faults } = loadSoundPolicies(given.policy ?? []);
  const options = withLedger(given, policies);
  // Before the work, so that a mistyped path costs no minute.
  const file = options.html === undefined ? null : pageFile(options.html);
  const ledger = ledgerFor(options);
  const progress = startProgress(options.json ? null : process.stderr, policies.length);
  const { results: targets, rethrow } = await eachTarget(policies, async (compiled) =>
    viewOf(await gather(compiled, options, ledger, progress)),
  );
  progress.stop();
  rethrow();
  if (options.json) {
    printDocument({ targets, faults });
    const paint = paintFor(process.stderr);
    process.stderr.write(targets.map((view) => describeProblems(view, paint)).join(''));
  } else {
    const paint = paintFor(process.stdout);
    process.stdout.write(`${targets.map((view) => describeTarget(view, paint)).join('\n\n')}\n`);
  }
  const problem = file === null ? null : file.write(page(targets, faults));
  if (problem !== null) process.stderr.write(`${paintFor(process.stderr).bad('error:')} ${problem}\n`);
  else if (file !== null && !options.json) process.stderr.write(`wrote ${options.html}\n`);
  if (faults.length > 0) {
    process.stderr.write(
      describeFaults(faults, 'FILES left out; the others are shown', paintFor(process.stderr)),
    );
    return EXIT.invalidPolicy;
  }
  return problem !== null || targets.some(isBroken) ? EXIT.failed : EXIT.done;
}

/** Something that should be told here is not to be had. */
function isBroken({ status: ended, damaged }: TargetView): boolean {
  return ended === 'failed' || damaged.length > 0;
}
