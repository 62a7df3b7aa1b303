import type { Tested } from '../../language/index.ts';
import { codeOf, diffMarkdown, fenced } from '../output/markdown.ts';
import type { Paint } from '../output/paint.ts';
import { describeTests, describeUnexercised } from '../output/policyTestText.ts';
import type { Reviewed } from './reviewPolicy.ts';

/** Everything a reviewer of a change needs, as one comment. */
export interface Review {
  readonly base: string;
  readonly tested: Tested;
  readonly reviewed: readonly Reviewed[];
  /** policies of the base that are there no more */
  readonly removed: readonly string[];
}

export function reviewMarkdown({ base, tested, reviewed, removed }: Review): string {
  const failed = tested.results.filter(({ passed }) => !passed).length;
  const opening = reviewed.filter(({ diff }) => diff === null || diff.opens).map(({ file }) => codeOf(file));
  return [
    '## Review of the policies',
    [
      `- faults: none in ${tested.policies.length} ${tested.policies.length === 1 ? 'policy' : 'policies'}`,
      `- cases: ${tested.results.length - failed} passed, ${failed} failed${failed > 0 ? ' ⚠' : ''}`,
      opening.length === 0
        ? `- against ${codeOf(base)}: nothing becomes newly acceptable`
        : `- against ${codeOf(base)}: something becomes newly acceptable by ${opening.join(', ')} ⚠`,
    ].join('\n'),
    ...(failed > 0 ? [fenced(describeTests(tested, PLAIN))] : []),
    ...removed.map(
      (file) =>
        `### Policy of ${codeOf(file)}\n\nIt is removed: nothing that it accepted is accepted any more.`,
    ),
    ...reviewed.flatMap(({ file, diff, why }) => [
      diff === null ? `### Policy of ${codeOf(file)}` : diffMarkdown(diff),
      ...why.map(fenced),
    ]),
    ...warnings(tested),
  ].join('\n\n');
}

/** Of policies or cases with faults, nothing else can be told. */
export function faultsMarkdown(message: string): string {
  return [
    '## Review of the policies',
    '- faults ⚠: nothing is deployed before they are mended',
    fenced(message),
  ].join('\n\n');
}

function warnings(tested: Tested): string[] {
  const told = describeUnexercised(tested, PLAIN).trim();
  return told === ''
    ? []
    : [`<details><summary>What no case shows at work</summary>\n\n${fenced(told)}\n\n</details>`];
}

const same = (text: string): string => text;
const PLAIN: Paint = { good: same, bad: same, warn: same, faint: same, columns: Number.POSITIVE_INFINITY };
