import { escapeText, visible } from '../../lambda/core/text.ts';
import { VERIFY } from '../../lambda/core/toDo.ts';
import { type Suggestion, wordsOfRequest } from '../../language/index.ts';
import type { ReadRequest } from '../requests/ours.ts';
import type { Paint } from './paint.ts';

/**
 * What stands beside a suggested patch: for whom it is, what to confirm first, and what it does not say.
 * @param folder where `git apply` must run; `null`: here
 */
export function describeSuggestion(
  suggestion: Suggestion,
  { request, assumed, deadline }: ReadRequest,
  folder: string | null,
  paint: Paint,
): string {
  const about = `${escapeText(request.id)}: ${wordsOfRequest({ request })}`;
  switch (suggestion.kind) {
    case 'accepted':
      return `${about}\n${paint.good('nothing to edit:')} \`${suggestion.owner}.${suggestion.grant}\` accepts it`;
    case 'none':
      return [about, `${paint.bad('no edit to suggest:')}`, ...suggestion.why.map((why) => `  ${why}`)].join(
        '\n',
      );
    case 'patch':
      return [
        about,
        ...assumed.map((one) => `assumed: ${one}`),
        `expires: ${deadlineWords(deadline)}`,
        ...unpinned(request, paint),
        ...confirmations(suggestion, paint),
        `The patch lets in what has all of these values, one at a time, until ${suggestion.until}; it is not applied. Then: policy check, ` +
          'policy diff.',
        ...(folder === null
          ? []
          : [
              `The file is not below this folder: apply the patch with \`git -C ${shellWord(folder)} apply\`.`,
            ]),
      ].join('\n');
    default:
      return suggestion satisfies never;
  }
}

/** As a shell takes it for one word. */
function shellWord(text: string): string {
  return /^[\w/.,:@%+-]+$/.test(text) ? text : `'${visible(text).replaceAll("'", `'\\''`)}'`;
}

/** What the file does not give cannot be demanded: the grant is as much wider. */
function unpinned({ vlan, name, location, peers }: ReadRequest['request'], paint: Paint): string[] {
  const fields = { vlan, name, location, peers: peers.length === 0 ? null : peers };
  const star = name?.includes('*')
    ? [`${paint.warn('not pinned:')} the name has a \`*\` in it, which stands for anything in a policy`]
    : [];
  const missing = Object.entries(fields).flatMap(([field, value]) => (value === null ? [field] : []));
  if (missing.length === 0) return star;
  return [
    ...star,
    `${paint.warn('not pinned:')} ${missing.join(', ')}, which the file does not give; what the API answers to describe-virtual-interfaces has more`,
  ];
}

function confirmations(
  { isNewOwner, owner, gateway }: Extract<Suggestion, { kind: 'patch' }>,
  paint: Paint,
): string[] {
  if (!isNewOwner)
    return [
      `${paint.warn('confirm first:')} with owner \`${owner}\`, that they asked for this, and gateway \`${gateway}\``,
    ];
  return [
    `${paint.warn(`${VERIFY}:`)} nobody in the policy has this connection`,
    '  - whose the connection is: the provider, or a contract, says so; its name, VLAN, ASN, addresses and tags are the',
    "    requester's own words and prove nothing",
    '  - that they asked for this interface, with these values',
    `  - that gateway \`${gateway}\` is what they are to reach`,
    '  Then give the owner its name, and its `account` where you know it.',
  ];
}

function deadlineWords(deadline: ReadRequest['deadline']): string {
  if (deadline === null || deadline.latest === null) return 'the file does not say; `status` does';
  return deadline.earliest === null
    ? `at ${deadline.latest} at the latest; it may be at any moment`
    : `between ${deadline.earliest} and ${deadline.latest}`;
}
