import { randomUUID } from 'node:crypto';
import { chmodSync, realpathSync, renameSync, rmSync, type Stats, statSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import type { Diagnostic } from '../../language/index.ts';
import { type LedgerOptions, openLedger, withLedgerOption } from '../ledgerOptions.ts';
import { loadValidPolicies, printPolicyErrors } from '../loadPolicies.ts';
import { EXIT, type ExitCode, UsageError } from '../options.ts';
import { startProgress } from '../output/progress.ts';
import { describeProblems, paintFor, printDocument, printTexts } from '../output/terminal.ts';
import { forEachTarget, type RunTargetOptions } from '../runTarget.ts';
import { collectStatus } from '../status/collectStatus.ts';
import { renderStatusPage } from '../status/htmlPage.ts';
import { describeTarget } from '../status/statusText.ts';
import { describeConcerns, isStale } from '../status/statusWording.ts';
import { buildTargetView, type TargetView } from '../status/targetView.ts';

export interface StatusOptions extends RunTargetOptions, LedgerOptions {
  readonly policy?: readonly string[];
  readonly json?: boolean;
  readonly quiet?: boolean;
  readonly html?: string;
  readonly maxAge?: number;
}

/** `status`: shows pending requests and the time left, target by target. A failing target does not hide the others. Changes nothing. */
export async function status(given: StatusOptions): Promise<ExitCode> {
  if (given.maxAge !== undefined)
    throw new UsageError('--max-age applies only to --check; add --check, or remove --max-age');
  const { policies, errors } = loadValidPolicies(given.policy ?? []);
  const options = withLedgerOption(given, policies);
  const { quiet = false } = options;
  // Checked before the listing, so that a mistyped path is reported at once.
  const file = options.html === undefined ? null : preparePageFile(options.html);
  const ledger = openLedger(options);
  const progress = startProgress(options.json || quiet ? null : process.stderr, policies.length);
  const { results: targets, rethrow } = await forEachTarget(policies, async (compiled) =>
    buildTargetView(await collectStatus(compiled, options, ledger, progress)),
  );
  progress.stop();
  rethrow();
  printTargets(targets, errors, options);
  const problem = file === null ? null : file.write(renderStatusPage(targets, errors));
  if (problem !== null) process.stderr.write(`${paintFor(process.stderr).bad('error:')} ${problem}\n`);
  else if (file !== null && !options.json && !quiet) process.stderr.write(`wrote ${options.html}\n`);
  if (!options.json || !quiet) printPolicyErrors(errors, { invalid: 'not shown', others: 'are shown' });
  if (errors.length > 0) return EXIT.invalidPolicy;
  return problem !== null || targets.some(isIncomplete) ? EXIT.failed : EXIT.done;
}

/** Whether a part of the target could not be read. */
function isIncomplete({ status: outcome, damaged }: TargetView): boolean {
  return outcome === 'failed' || damaged.length > 0;
}

function printTargets(
  targets: readonly TargetView[],
  errors: readonly Diagnostic[],
  { json = false, quiet = false }: StatusOptions,
): void {
  if (json) {
    printDocument({ targets, errors });
    const paint = paintFor(process.stderr);
    if (!quiet) process.stderr.write(targets.map((view) => describeProblems(view, paint)).join(''));
  } else {
    const paint = paintFor(process.stdout);
    const shown = quiet ? targets.filter(needsReport) : targets;
    printTexts(shown.map((view) => describeTarget(view, paint)));
  }
}

/** Whether `--quiet` shows the target: it has a request, the end of one or a problem. In doubt it is shown. */
function needsReport(view: TargetView): boolean {
  const { pending, followed, ungranted, ended, warnings, failures, alerts } = view;
  const found = [pending, followed, ungranted, ended, warnings, failures, alerts, describeConcerns(view)];
  return isIncomplete(view) || isStale(view) || found.some(({ length }) => length > 0);
}

/** The file of the status page. */
export interface PageFile {
  /**
   * Replaces the file as a whole, so that a reader sees the old page or the new one.
   * @returns why it could not be written; `null` when it was
   */
  write(text: string): string | null;
}

/**
 * Prepares the file for the status page. A new file is readable by its owner only, because it shows who may access the network. To
 * publish it, change its permissions once: they are kept.
 * @throws UsageError when the folder does not exist, or the path is not a file
 */
export function preparePageFile(path: string): PageFile {
  const folder = dirname(path);
  if (!readStats(folder)?.isDirectory())
    throw new UsageError(`--html: folder \`${folder}\` does not exist; create it, or name another file`);
  const present = readStats(path);
  // Refused, because a device would be replaced by a file.
  if (present !== null && !present.isFile())
    throw new UsageError(`--html: \`${path}\` exists and is not a file; name another`);
  const target = present === null ? path : realpathSync(path);
  const mode = present === null ? 0o600 : present.mode & 0o777;
  return { write: (text) => replaceFile(target, text, mode) };
}

function replaceFile(path: string, text: string, mode: number): string | null {
  const temporary = `${path}.${randomUUID()}.tmp`;
  try {
    writeFileSync(temporary, text, { flag: 'wx', mode: 0o600 });
    chmodSync(temporary, mode);
    renameSync(temporary, path);
    return null;
  } catch (error) {
    removeQuietly(temporary);
    const code = error instanceof Error && 'code' in error ? String(error.code) : String(error);
    return `\`${path}\` cannot be written (${code}); fix the permissions of its folder, or free some space`;
  }
}

function removeQuietly(path: string): void {
  try {
    rmSync(path, { force: true });
  } catch {
    // Only the error of the write is reported.
  }
}

/** `null`: it does not exist, or cannot be read. */
function readStats(path: string): Stats | null {
  try {
    return statSync(path);
  } catch {
    return null;
  }
}
