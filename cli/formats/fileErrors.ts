import {
  type CheckFormat,
  EXIT,
  type ExitCode,
  FilesNotFound,
  InvalidPolicies,
  type TestFormat,
} from '../options.ts';
import { printDocument, printError, printErrorLines, printJson } from '../output/terminal.ts';
import { annotateErrors } from './annotation.ts';
import { formatGithubAnnotations } from './githubAnnotations.ts';
import { formatJunitErrors } from './junitReport.ts';
import { buildSarifLog } from './sarifLog.ts';

/** How a command about policy files prints. */
export interface FileReport<Format> {
  readonly format: Format;
  readonly quiet: boolean;
}

/**
 * Loads what a command needs. When files have errors or were not found, prints them in the format of the command.
 * @returns the exit code when there were errors
 * @throws UsageError, and the errors of files for `text`
 */
export function loadOrPrintErrors<Loaded>(
  report: FileReport<CheckFormat | TestFormat>,
  load: () => Loaded,
): { readonly loaded: Loaded } | { readonly code: ExitCode } {
  try {
    return { loaded: load() };
  } catch (error) {
    const isOfFiles = error instanceof InvalidPolicies || error instanceof FilesNotFound;
    if (report.format === 'text' || !isOfFiles) throw error;
    return { code: printFileErrors(error, report) };
  }
}

function printFileErrors(
  error: InvalidPolicies | FilesNotFound,
  { format, quiet }: FileReport<CheckFormat | TestFormat>,
): ExitCode {
  const { errors } = error;
  const code = error instanceof InvalidPolicies ? EXIT.invalidPolicy : EXIT.usage;
  // On GitHub, the annotations are in the same log as standard error.
  if (format !== 'github' && !quiet) {
    if (error instanceof InvalidPolicies) printErrorLines(error.message, errors.length);
    else printError(error.message);
  }
  if (format === 'github') process.stdout.write(formatGithubAnnotations(annotateErrors(errors)));
  else if (format === 'junit') process.stdout.write(formatJunitErrors(errors));
  else if (format === 'sarif') printJson(buildSarifLog(annotateErrors(errors), code));
  else printDocument({ errors });
  return code;
}
