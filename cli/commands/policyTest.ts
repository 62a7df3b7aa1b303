import {
  describeDecision,
  describeExpectation,
  type PolicyTestResult,
  type TestedPolicies,
} from '../../language/index.ts';
import { annotateTests, formatRemark } from '../formats/annotation.ts';
import { loadOrPrintErrors } from '../formats/fileErrors.ts';
import { formatGithubAnnotations, withoutWorkflowCommands } from '../formats/githubAnnotations.ts';
import { formatJunitReport } from '../formats/junitReport.ts';
import { loadTestedPolicies } from '../loadPolicies.ts';
import { EXIT, type ExitCode, type FileReportOptions, readFormat, TEST_FORMATS } from '../options.ts';
import { type Paint, paintFor, printDocument } from '../output/terminal.ts';

/** `policy test`: runs the policy tests, and lists grants and hold rules that no test covers. */
export function policyTest(named: readonly string[], options: FileReportOptions): ExitCode {
  const format = readFormat(TEST_FORMATS, options);
  const quiet = options.quiet ?? false;
  const result = loadOrPrintErrors({ format, quiet }, () => loadTestedPolicies(named));
  if ('code' in result) return result.code;
  const tested = result.loaded;
  const code = tested.results.every(({ passed }) => passed) ? EXIT.done : EXIT.failed;
  const warnings = (): string => describeUntested(tested, paintFor(process.stderr));
  switch (format) {
    case 'text': {
      const shown = quiet ? onlyFailed(tested) : tested;
      if (!quiet || code !== EXIT.done)
        process.stdout.write(`${describePolicyTests(shown, paintFor(process.stdout))}\n`);
      process.stderr.write(warnings());
      break;
    }
    case 'github':
      process.stdout.write(formatGithubAnnotations(annotateTests(tested)));
      // For the reader of the log: standard output has only annotations.
      if (!quiet) {
        const report = describePolicyTests(tested, paintFor(process.stderr));
        process.stderr.write(`${withoutWorkflowCommands(report)}\n`);
      }
      break;
    case 'json':
      printDocument(buildTestDocument(tested));
      if (!quiet) process.stderr.write(warnings());
      break;
    case 'junit':
      process.stdout.write(formatJunitReport(tested));
      if (!quiet) process.stderr.write(warnings());
      break;
    default:
      return format satisfies never;
  }
  return code;
}

function buildTestDocument({ policies, results, untested }: TestedPolicies): object {
  const valid = policies.map(({ policy, digest }) => ({ target: policy.target, digest }));
  return { policies: valid, cases: results, untested, errors: [] };
}

/** The failed tests, and their policies. */
function onlyFailed(tested: TestedPolicies): TestedPolicies {
  const results = tested.results.filter(({ passed }) => !passed);
  const targets = new Set(results.map(({ target }) => target));
  return { ...tested, results, policies: tested.policies.filter(({ policy }) => targets.has(policy.target)) };
}
/** Formats the results of policy tests as a test runner does. */
export function describePolicyTests(tested: TestedPolicies, paint: Paint): string {
  const { policies, results } = tested;
  const suites = policies.map(({ policy: { target } }) => {
    const own = results.filter((result) => result.target === target);
    return [
      target,
      ...(own.length === 0
        ? [paint.faint('  no policy tests')]
        : own.flatMap((one) => describeResult(one, paint))),
    ];
  });
  const failed = results.filter(({ passed }) => !passed).length;
  const sum = `${results.length - failed} passed, ${failed} failed`;
  return [...suites.map((lines) => lines.join('\n')), (failed > 0 ? paint.bad : paint.good)(sum)].join(
    '\n\n',
  );
}

/** One test: for a failed one, the expected and the actual decision, with the reasons in the words of a report. */
function describeResult(
  { name, file, line, passed, expected, decision }: PolicyTestResult,
  paint: Paint,
): string[] {
  if (passed) return [`  ${paint.good('✓')} ${name}`];
  return [
    `  ${paint.bad('✗')} ${name} ${paint.faint(`(${file}:${line})`)}`,
    `      expected: ${describeExpectation(expected)}`,
    `      actual:   ${describeDecision(decision)}`,
    ...(decision.verdict === 'hold'
      ? decision.reasons.map(({ code, message }) => `        ${code}: ${message}`)
      : []),
  ];
}

/** Warns of policies without tests, and of grants and hold rules that no policy test covers. */
export function describeUntested(tested: TestedPolicies, paint: Paint): string {
  const warnings = annotateTests(tested).filter(({ level }) => level === 'warning');
  return warnings.map((warning) => formatRemark(warning, paint)).join('');
}
