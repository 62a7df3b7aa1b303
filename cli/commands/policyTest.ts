import {
  describeDecision,
  describeExpectation,
  type PolicyTestResult,
  type TestedPolicies,
} from '../../language/index.ts';
import { loadTestedPolicies } from '../loadPolicies.ts';
import { EXIT, type ExitCode } from '../options.ts';
import { type Paint, paintFor, printDocument } from '../output/terminal.ts';

/** `policy test`: runs the policy tests, and lists grants and hold rules that no test covers. */
export function policyTest(named: readonly string[], options: { readonly json?: boolean }): ExitCode {
  const tested = loadTestedPolicies(named);
  const { policies, results, untested } = tested;
  if (options.json) {
    const valid = policies.map(({ policy, digest }) => ({ target: policy.target, digest }));
    printDocument({ policies: valid, cases: results, untested, errors: [] });
  } else {
    process.stdout.write(`${describePolicyTests(tested, paintFor(process.stdout))}\n`);
  }
  process.stderr.write(describeUntested(tested, paintFor(process.stderr)));
  return results.every(({ passed }) => passed) ? EXIT.done : EXIT.failed;
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
export function describeUntested({ policies, results, untested }: TestedPolicies, paint: Paint): string {
  const without = policies.filter(({ policy }) => results.every(({ target }) => target !== policy.target));
  const lines = [
    ...without.map(
      ({ file }) => `${file}: it has no policy tests; add them in the folder \`cases\` beside it`,
    ),
    ...untested.map(
      ({ file, line, column, path, message, fix }) => `${file}:${line}:${column} ${path}: ${message}; ${fix}`,
    ),
  ];
  return lines.map((line) => `${paint.warn('warning:')} ${line}\n`).join('');
}
