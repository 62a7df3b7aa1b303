import { type CaseResult, gotInWords, inWords, type Tested } from '../../language/index.ts';
import { loadTestedPolicies } from '../loadPolicies.ts';
import { EXIT, type ExitCode } from '../options.ts';
import { type Paint, paintFor, printDocument } from '../output/terminal.ts';

/** What the cases showed, as a test runner tells it. */
export function describePolicyTests(tested: Tested, paint: Paint): string {
  const { policies, results } = tested;
  const suites = policies.map(({ policy: { target } }) => {
    const own = results.filter((result) => result.target === target);
    return [
      target,
      ...(own.length === 0 ? [paint.faint('  no cases')] : own.flatMap((one) => told(one, paint))),
    ];
  });
  const failed = results.filter(({ passed }) => !passed).length;
  const sum = `${results.length - failed} passed, ${failed} failed`;
  return [...suites.map((lines) => lines.join('\n')), (failed > 0 ? paint.bad : paint.good)(sum)].join(
    '\n\n',
  );
}

/** The words on the decision are those that a report would carry. */
function told({ name, file, line, passed, expected, decision }: CaseResult, paint: Paint): string[] {
  if (passed) return [`  ${paint.good('✓')} ${name}`];
  return [
    `  ${paint.bad('✗')} ${name} ${paint.faint(`(${file}:${line})`)}`,
    `      expected: ${inWords(expected)}`,
    `      got:      ${gotInWords(decision)}`,
    ...(decision.verdict === 'hold'
      ? decision.reasons.map(({ code, message }) => `        ${code}: ${message}`)
      : []),
  ];
}

/** What no case shows at work: nothing that fails, but nothing that is sure either. */
export function describeUntested({ policies, results, untested }: Tested, paint: Paint): string {
  const without = policies.filter(({ policy }) => results.every(({ target }) => target !== policy.target));
  const lines = [
    ...without.map(({ file }) => `${file}: it has no cases; add them in the folder \`cases\` beside it`),
    ...untested.map(
      ({ file, line, column, path, message, fix }) => `${file}:${line}:${column} ${path}: ${message}; ${fix}`,
    ),
  ];
  return lines.map((line) => `${paint.warn('warning:')} ${line}\n`).join('');
}

/** `policy test`: tries the cases of policies, and says what of these no case shows at work. */
export function policyTest(named: readonly string[], options: { readonly json?: boolean }): ExitCode {
  const tested = loadTestedPolicies(named);
  const { policies, results, untested: unexercised } = tested;
  if (options.json) {
    const sound = policies.map(({ policy, digest }) => ({ target: policy.target, digest }));
    printDocument({ policies: sound, cases: results, unexercised, faults: [] });
  } else {
    process.stdout.write(`${describePolicyTests(tested, paintFor(process.stdout))}\n`);
  }
  process.stderr.write(describeUntested(tested, paintFor(process.stderr)));
  return results.every(({ passed }) => passed) ? EXIT.done : EXIT.failed;
}
