import { quote } from '../core/printableText.ts';
import { formatFault, gotInWords, inWords, type Tested } from '../language/index.ts';

/** Why policies must not be deployed: their faults, and those of their cases, or the cases that fail. */
export function faultsOfPolicies({ faults, results }: Tested): string[] {
  const failed = results
    .filter(({ passed }) => !passed)
    .map(
      ({ file, line, name, expected, decision }) =>
        `${file}:${line} case ${quote(name)} fails: expected ${inWords(expected)}, got ${gotInWords(decision)}; ` +
        '`policy test` says more',
    );
  return [...faults.map(formatFault), ...failed];
}
