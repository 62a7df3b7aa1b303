import type { CheckedPolicies, CompiledPolicy, PolicyWarning } from '../../language/index.ts';
import { type Annotation, annotateCheck, formatRemark } from '../formats/annotation.ts';
import { loadOrPrintErrors } from '../formats/fileErrors.ts';
import { formatGithubAnnotations } from '../formats/githubAnnotations.ts';
import { buildSarifLog } from '../formats/sarifLog.ts';
import { loadCheckedPolicies } from '../loadPolicies.ts';
import { CHECK_FORMATS, EXIT, type ExitCode, type FileReportOptions, readFormat } from '../options.ts';
import { formatCount, paintFor, printDocument, printJson, wrapLines } from '../output/terminal.ts';

/**
 * `policy check`: compiles every file and describes it. Warns of grants that accept nothing, of values that look like patterns but
 * are none, and of keys and IDs that identify less than they seem to. Names connections that may be shared.
 */
export function policyCheck(named: readonly string[], options: FileReportOptions): ExitCode {
  const format = readFormat(CHECK_FORMATS, options);
  const quiet = options.quiet ?? false;
  const result = loadOrPrintErrors({ format, quiet }, () => loadCheckedPolicies(named));
  if ('code' in result) return result.code;
  const checked = result.loaded;
  const annotations = annotateCheck(checked);
  switch (format) {
    case 'text':
      printRemarks(annotations, quiet ? ['warning'] : ['warning', 'notice']);
      if (!quiet) printPolicies(checked.policies, process.stdout);
      break;
    case 'github':
      process.stdout.write(formatGithubAnnotations(annotations));
      // For the reader of the log: standard output has only annotations.
      if (!quiet) printPolicies(checked.policies, process.stderr);
      break;
    case 'json':
      if (!quiet) printRemarks(annotations, ['warning', 'notice']);
      printDocument(buildCheckDocument(checked));
      break;
    case 'sarif':
      if (!quiet) printRemarks(annotations, ['warning', 'notice']);
      printJson(buildSarifLog(annotations, EXIT.done));
      break;
    default:
      return format satisfies never;
  }
  return EXIT.done;
}

/** Prints warnings and notices on standard error, one per line. */
function printRemarks(annotations: readonly Annotation[], levels: readonly Annotation['level'][]): void {
  const paint = paintFor(process.stderr);
  const shown = annotations.filter(({ level }) => levels.includes(level));
  process.stderr.write(shown.map((annotation) => formatRemark(annotation, paint)).join(''));
}

function printPolicies(policies: readonly CompiledPolicy[], output: NodeJS.WriteStream): void {
  for (const { policy, digest } of policies) {
    const { target, recipient, owners, hold, freeze } = policy;
    const grants = owners.reduce((sum, owner) => sum + owner.grants.length, 0);
    const line =
      `${target}: valid; ${recipient.provider} ${recipient.region} ${recipient.account}, ` +
      `${formatCount(owners.length, 'owner')}, ${formatCount(grants, 'grant')}, ${formatCount(hold.length, 'hold rule')}` +
      `${freeze ? ', FROZEN: every request is held' : ''}; ${digest}`;
    output.write(`${wrapLines(line, paintFor(output).columns)}\n`);
  }
}

function buildCheckDocument({ policies, warnings, notices }: CheckedPolicies): object {
  const valid = policies.map(({ policy, digest }) => ({ target: policy.target, digest }));
  return { policies: valid, warnings: warnings.map(withoutNulls), notices, errors: [] };
}

/** Only a grant that accepts nothing has `owner` and `grant`. */
function withoutNulls({ owner, grant, ...warning }: PolicyWarning): object {
  return owner === null ? warning : { ...warning, owner, grant };
}
