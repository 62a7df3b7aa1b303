import { randomUUID } from 'node:crypto';
import { chmodSync, realpathSync, renameSync, rmSync, type Stats, statSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { type LedgerOptions, openLedger, withLedgerOption } from '../ledgerOptions.ts';
import { describeDiagnostics, loadValidPolicies } from '../loadPolicies.ts';
import { EXIT, type ExitCode, UsageError } from '../options.ts';
import { startProgress } from '../output/progress.ts';
import { describeProblems, paintFor, printDocument } from '../output/terminal.ts';
import { forEachTarget, type RunTargetOptions } from '../runTarget.ts';
import { collectStatus } from '../status/collectStatus.ts';
import { renderStatusPage } from '../status/htmlPage.ts';
import { describeTarget } from '../status/statusText.ts';
import { buildTargetView, type TargetView } from '../status/targetView.ts';

export interface PageFile {
  /**
   * Replaces the file as a whole: a reader has the old page or the new one.
   * @returns why it could not be written; `null` when it was
   */
  write(text: string): string | null;
}

/**
 * Where a page is to stand. It is readable by its owner only, for it tells who may enter the network; whoever
 * publishes it gives it other permissions once, and they stay.
 * @throws UsageError when its folder does not exist, or something else than a file is there
 */
export function preparePageFile(path: string): PageFile {
  const folder = dirname(path);
  if (!look(folder)?.isDirectory())
    throw new UsageError(`--html: folder \`${folder}\` does not exist; make it first, or name another file`);
  const present = look(path);
  // A device would be replaced by a file.
  if (present !== null && !present.isFile())
    throw new UsageError(`--html: \`${path}\` is there and no file; name another`);
  const place = present === null ? path : realpathSync(path);
  const mode = present === null ? 0o600 : present.mode & 0o777;
  return { write: (text) => replace(place, text, mode) };
}

function replace(path: string, text: string, mode: number): string | null {
  const temporary = `${path}.${randomUUID()}.tmp`;
  try {
    writeFileSync(temporary, text, { flag: 'wx', mode: 0o600 });
    chmodSync(temporary, mode);
    renameSync(temporary, path);
    return null;
  } catch (error) {
    discard(temporary);
    const code = error instanceof Error && 'code' in error ? String(error.code) : String(error);
    return `\`${path}\` cannot be written (${code}); mend its folder's permissions, or free some room`;
  }
}

function discard(path: string): void {
  try {
    rmSync(path, { force: true });
  } catch {
    // Why it could not be written is what to tell.
  }
}

/** `null`: it is not there, or may not be looked at. */
function look(path: string): Stats | null {
  try {
    return statSync(path);
  } catch {
    return null;
  }
}

export interface StatusOptions extends RunTargetOptions, LedgerOptions {
  readonly policy?: readonly string[];
  readonly json?: boolean;
  readonly html?: string;
  readonly maxAge?: number;
}

/** `status`: what is pending and how long is left, target by target; a broken one hides no other. Changes nothing anywhere. */
export async function status(given: StatusOptions): Promise<ExitCode> {
  if (given.maxAge !== undefined)
    throw new UsageError('--max-age is for --check; add it, or leave --max-age out');
  const { policies, errors } = loadValidPolicies(given.policy ?? []);
  const options = withLedgerOption(given, policies);
  // Before the work, so that a mistyped path costs no minute.
  const file = options.html === undefined ? null : preparePageFile(options.html);
  const ledger = openLedger(options);
  const progress = startProgress(options.json ? null : process.stderr, policies.length);
  const { results: targets, rethrow } = await forEachTarget(policies, async (compiled) =>
    buildTargetView(await collectStatus(compiled, options, ledger, progress)),
  );
  progress.stop();
  rethrow();
  if (options.json) {
    printDocument({ targets, faults: errors });
    const paint = paintFor(process.stderr);
    process.stderr.write(targets.map((view) => describeProblems(view, paint)).join(''));
  } else {
    const paint = paintFor(process.stdout);
    process.stdout.write(`${targets.map((view) => describeTarget(view, paint)).join('\n\n')}\n`);
  }
  const problem = file === null ? null : file.write(renderStatusPage(targets, errors));
  if (problem !== null) process.stderr.write(`${paintFor(process.stderr).bad('error:')} ${problem}\n`);
  else if (file !== null && !options.json) process.stderr.write(`wrote ${options.html}\n`);
  if (errors.length > 0) {
    process.stderr.write(
      describeDiagnostics(errors, 'FILES left out; the others are shown', paintFor(process.stderr)),
    );
    return EXIT.invalidPolicy;
  }
  return problem !== null || targets.some(isBroken) ? EXIT.failed : EXIT.done;
}

/** Something that should be told here is not to be had. */
function isBroken({ status: ended, damaged }: TargetView): boolean {
  return ended === 'failed' || damaged.length > 0;
}
