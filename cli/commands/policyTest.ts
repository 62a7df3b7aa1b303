import { EXIT, type ExitCode } from '../exitCodes.ts';
import { testPolicies } from '../loadPolicies.ts';
import { printDocument } from '../output/jsonDocument.ts';
import { paintFor } from '../output/paint.ts';
import { describeTests, describeUnexercised } from '../output/policyTestText.ts';

/** `policy test`: tries the cases of policies, and says what of these no case shows at work. */
export function policyTest(named: readonly string[], options: { readonly json?: boolean }): ExitCode {
  const tested = testPolicies(named);
  const { policies, results, unexercised } = tested;
  if (options.json) {
    const sound = policies.map(({ policy, digest }) => ({ target: policy.target, digest }));
    printDocument({ policies: sound, cases: results, unexercised, faults: [] });
  } else {
    process.stdout.write(`${describeTests(tested, paintFor(process.stdout))}\n`);
  }
  process.stderr.write(describeUnexercised(tested, paintFor(process.stderr)));
  return results.every(({ passed }) => passed) ? EXIT.done : EXIT.failed;
}
