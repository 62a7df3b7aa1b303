import type { Deadline } from '../../core/deadline.ts';
import { VERIFY_OWNER } from '../../core/operatorAdvice.ts';
import type { Policy } from '../../core/policy.ts';
import { quoteTrusted, truncate } from '../../core/printableText.ts';
import { describeRequest } from '../../language/index.ts';
import type { ProposedPolicyTest } from '../../language/policyTests/proposedPolicyTest.ts';
import { describeChoice, type EditChoice } from '../../language/suggest/proposeEdit.ts';
import { describeExplanation } from '../commands/policyExplain.ts';
import { describeCounted } from '../commands/policySuggest.ts';
import type { DiffDocument } from '../diff/diffDocument.ts';
import { diffMarkdown, fenceMarkdown, markdownCode } from '../diff/diffText.ts';
import type { Explanation } from '../explain/explanation.ts';
import { PLAIN } from '../output/terminal.ts';
import { describeExpiry } from '../status/statusWording.ts';
import { type RequestKey, withoutComments } from './proposal.ts';

/** One edit of a proposal with everything that a reviewer has to know about it. */
export interface ReviewedChoice {
  readonly choice: EditChoice;
  /** what it would accept; `null`: it cannot be compared */
  readonly diff: DiffDocument | null;
  /** `null`: no policy test can describe the request */
  readonly test: ProposedPolicyTest | null;
}

/** What the text of a pull request is made of. */
export interface ProposalFacts {
  readonly key: RequestKey;
  readonly policy: Policy;
  readonly policyPath: string;
  readonly casesPath: string;
  readonly explanation: Explanation;
  /** `null`: no ledger records when the request was first seen */
  readonly deadline: Deadline | null;
  readonly choices: readonly ReviewedChoice[];
  /** how many more choices there are */
  readonly omitted: number;
}

/** Forges refuse texts of more than 65536 characters. */
const [MAX_TEXT, MAX_PART] = [60_000, 12_000];

/** The title of a pull request, without any text of the requester. */
export function titleOf(
  { key: { id }, policy: { target }, choices }: ProposalFacts,
  undecided: string | null,
): string {
  const [first] = choices;
  switch (undecided) {
    case 'requester':
      return `[unknown requester] ${target}: decide on request ${id}`;
    case 'gateway':
      return `[choose a gateway] ${target}: decide on request ${id}`;
    default:
      return `${target}: accept request ${id} of ${first?.choice.edit.owner ?? 'the owner'}`;
  }
}

/** The text for a request of an identified owner. */
export function readyText(facts: ProposalFacts): string {
  const { policyPath, choices } = facts;
  const [first] = choices;
  return limitText([
    `A request is held. This is the narrowest edit of ${markdownCode(policyPath)} that accepts it. Merge it only after the checks below: ` +
      'the next run after the deployment then accepts the request.',
    ...describeFacts(facts),
    '### Verify out of band, then tick',
    listOwnerChecks(facts),
    ...(first === undefined ? [] : [...describeUnpinned(first), ...reviewChoice(first, facts)]),
    ...describeExplained(facts),
  ]);
}

/** The text for a request on which a person has to choose. */
export function draftText(facts: ProposalFacts, undecided: 'requester' | 'gateway'): string {
  const { policyPath, choices, omitted } = facts;
  return limitText([
    undecided === 'requester'
      ? '**Unknown requester: the policy does not show who made this request.** Anybody who can reach the connection may have.'
      : '**The gateway does not follow from the policy.** A person has to choose it.',
    `Every edit in ${markdownCode(policyPath)} is a comment: **merged as it is, this pull request lets no one in.** Choose one edit, ` +
      'remove its `# `, and remove the other edits with the lines `# if …:` above them. Add its policy test from below. Where the edit adds a ' +
      '`new-owner`, give it its name in both files. Then mark this pull request as ready for review.',
    ...(omitted === 0 ? [] : [`${omitted} more choices are left out: see \`policy suggest\`.`]),
    ...describeFacts(facts),
    '### Verify out of band, then tick',
    undecided === 'requester' ? REQUESTER_CHECKS : listOwnerChecks(facts),
    ...choices.flatMap((one) => [
      `## Choice: ${describeChoice(one.choice)}`,
      ...describeUnpinned(one),
      ...reviewChoice(one, facts),
    ]),
    ...describeExplained(facts),
  ]);
}

function limitText(parts: readonly string[]): string {
  return truncate(parts.join('\n\n'), MAX_TEXT);
}

/** A fence with text that a requester may have chosen a part of. */
function fenceUntrusted(text: string): string {
  return fenceMarkdown(withoutComments(truncate(text, MAX_PART)));
}

function describeFacts({ key, policy, explanation, deadline }: ProposalFacts): string[] {
  const { provider, region, account, id } = key;
  return [
    [
      `- request: \`${id}\``,
      `- target: \`${policy.target}\` (${provider}, ${region}, account \`${account}\`)`,
      `- expiry: ${deadline === null ? 'not known, because no ledger records when it was first seen; it can expire at any moment' : describeExpiry(deadline)}`,
      ...(policy.freeze
        ? [
            '- **the policy is frozen** (`freeze: true`): until that is removed, nothing is accepted, also after a merge',
          ]
        : []),
    ].join('\n'),
    'The values of the request, most of which the requester chose:',
    fenceUntrusted(describeRequest(explanation)),
  ];
}

function listOwnerChecks({ policy, choices }: ProposalFacts): string {
  const [first] = choices;
  if (first === undefined) return '';
  const { edit, gateway } = first.choice;
  const contact = policy.owners.find(({ name }) => name === edit.owner)?.contact ?? null;
  const gateways = [...new Set(choices.map(({ choice }) => choice.gateway))]
    .map((one) => `\`${one}\``)
    .join(' or ');
  return [
    `- [ ] owner \`${edit.owner}\` made this request: ${VERIFY_OWNER}${contact === null ? '' : ` (${quoteTrusted(contact)})`}`,
    '- [ ] connection, VLAN, ASN, addresses and name are what was agreed with them',
    `- [ ] they may reach gateway ${choices.length === 1 ? `\`${gateway}\`` : gateways}`,
    '- [ ] the grant ends in 14 days at most, by `until`: an interface that was accepted stays; only later requests need another grant',
  ].join('\n');
}

const REQUESTER_CHECKS = [
  `- [ ] who made the request: ${VERIFY_OWNER}; name, VLAN, ASN, addresses and tags are chosen by the requester and prove nothing`,
  '- [ ] they made this request, with these values, and they know its ID',
  '- [ ] whether they have the connection for themselves, or share it: ask the carrier; in doubt, it is shared',
  '- [ ] which gateway they may reach',
  '- [ ] if no one knows the request: close this pull request; a closed one is not opened again',
].join('\n');

function describeUnpinned({ choice: { edit } }: ReviewedChoice): string[] {
  const counted = describeCounted(edit).map((line) => `To know: ${line}.`);
  if (edit.unpinned.length === 0) return counted;
  const lines = edit.unpinned.map(({ field, why }) => `${field}: ${why}`);
  return [
    ...counted,
    'The edit does not restrict these fields, and is wider than the request by them:',
    fenceUntrusted(lines.join('\n')),
  ];
}

function reviewChoice({ diff, test }: ReviewedChoice, { casesPath }: ProposalFacts): string[] {
  return [
    diff === null
      ? 'The edit cannot be compared with the policy: it crosses other grants in too many ways. Ask for a second reviewer.'
      : withoutComments(truncateDiff(diff)),
    ...describeTest(test, casesPath),
  ];
}

/** The comparison of the edit; a long one keeps its beginning, and its fence is closed. */
function truncateDiff(diff: DiffDocument): string {
  const text = diffMarkdown(diff);
  return text.length > MAX_PART ? fenceMarkdown(truncate(text, MAX_PART)) : text;
}

function describeTest(test: ProposedPolicyTest | null, casesPath: string): string[] {
  const file = markdownCode(casesPath);
  if (test === null) return ['**No policy test**: the request has a value that no policy test can contain.'];
  const omitted =
    test.omitted.length === 0
      ? []
      : [`The policy test leaves out ${test.omitted.join(', ')}, whose value it cannot contain.`];
  // This escape is one of YAML too, so that the test can be copied.
  const item = fenceUntrusted(test.item.join('\n').replaceAll('<!--', '<\\u0021--'));
  return test.added
    ? [
        `Policy tests of ${file} with the edit: ${test.passed} passed, ${test.failed} failed. The one for this request:`,
        item,
        ...omitted,
      ]
    : [`Add this policy test to ${file} (${test.why}):`, item, ...omitted];
}

function describeExplained({ explanation }: ProposalFacts): string[] {
  return [
    `<details><summary>Why it is held: every rule and every grant</summary>\n\n${fenceUntrusted(describeExplanation(explanation, PLAIN))}\n\n</details>`,
  ];
}
