import type { Policy } from '../../core/policy.ts';
import type { SourceFile } from '../readDocument.ts';
import { insertComments } from './commentedEdits.ts';
import { type SuggestedEdit, type SuggestionRequest, suggestGrant } from './suggestGrant.ts';

/** The edit of a policy that a pull request proposes for one held request, or why there is none. */
export type ProposedEdit =
  | { readonly kind: 'accepted'; readonly owner: string; readonly grant: string }
  /** one sentence for each reason */
  | { readonly kind: 'none'; readonly why: readonly string[] }
  /** the owner is identified, and one edit is right */
  | { readonly kind: 'ready'; readonly edit: EditChoice; readonly text: string }
  /** a person has to choose: the text has every edit as a comment, so that it decides nothing before one is chosen */
  | {
      readonly kind: 'draft';
      /** what has to be chosen */
      readonly undecided: 'requester' | 'gateway';
      readonly choices: readonly EditChoice[];
      /** how many more choices there are than the text has */
      readonly omitted: number;
      readonly text: string;
    };

/** One edit that a person can choose. */
export interface EditChoice {
  readonly edit: SuggestedEdit;
  readonly gateway: string;
  readonly isNewOwner: boolean;
}

/** The most choices in one file: a reviewer compares them line by line. */
const MAX_CHOICES = 6;

/** What is known of the request; see `SuggestionRequest`. */
export type ProposalRequest = Pick<SuggestionRequest, 'request' | 'absent' | 'at' | 'path'>;

/**
 * Finds the edit to propose for a held request, as if the policy were not frozen. An unknown requester is never let in by the text alone:
 * a person has to verify who made the request, and to choose one of the edits.
 */
export function proposeEdit(
  { file, text: whole }: SourceFile,
  policy: Policy,
  request: ProposalRequest,
): ProposedEdit {
  // Without a byte order mark, as in the suggested edits.
  const source = { file, text: whole.replace(/^\uFEFF/, '') };
  const first = findChoices(source, policy, request, { gateway: null, owner: null });
  if (first.kind !== 'choices') return first;
  const [only, ...others] = first.choices;
  if (only === undefined) return { kind: 'none', why: first.why };
  const isIdentified = !only.isNewOwner && !only.edit.pins;
  if (isIdentified && others.length === 0) return { kind: 'ready', edit: only, text: only.edit.text };
  const choices = first.choices.slice(0, MAX_CHOICES);
  const text = insertComments(
    source,
    choices.map((choice) => ({ heading: describeChoice(choice), text: choice.edit.text })),
  );
  if (text === null)
    return {
      kind: 'none',
      why: ['the edits cannot be added to this file as comments: use `policy suggest`, and edit the policy'],
    };
  return {
    kind: 'draft',
    undecided: isIdentified ? 'gateway' : 'requester',
    choices,
    omitted: first.choices.length - choices.length,
    text,
  };
}

/** When the edit is the right one, as the rest of a sentence. */
export function describeChoice({ edit, gateway, isNewOwner }: EditChoice): string {
  if (!isNewOwner) return `if owner \`${edit.owner}\` made the request, for gateway \`${gateway}\``;
  return edit.sharing === 'exclusive'
    ? `if one party has the connection for itself, for gateway \`${gateway}\``
    : `if the connection is shared, or in doubt, for gateway \`${gateway}\``;
}

type Choices =
  | Exclude<ProposedEdit, { kind: 'ready' | 'draft' }>
  | { readonly kind: 'choices'; readonly choices: readonly EditChoice[]; readonly why: readonly string[] };

/** The edits for every owner and gateway that a person could name. */
function findChoices(
  source: SourceFile,
  policy: Policy,
  request: ProposalRequest,
  named: Pick<SuggestionRequest, 'gateway' | 'owner'>,
): Choices {
  const suggestion = suggestGrant(source, policy, {
    ...request,
    ...named,
    isExclusive: false,
    ignoresFreeze: true,
  });
  switch (suggestion.kind) {
    case 'accepted':
      return suggestion;
    case 'chooseOwner':
      return joinChoices(
        suggestion.owners.map((owner) => findChoices(source, policy, request, { ...named, owner })),
      );
    case 'none': {
      const { gateways = [], why } = suggestion;
      return named.gateway !== null || gateways.length === 0
        ? { kind: 'none', why }
        : joinChoices(gateways.map((gateway) => findChoices(source, policy, request, { ...named, gateway })));
    }
    case 'patch': {
      const { gateway, isNewOwner, alternative } = suggestion;
      const edits = alternative === null ? [suggestion] : [suggestion, alternative];
      return { kind: 'choices', choices: edits.map((edit) => ({ edit, gateway, isNewOwner })), why: [] };
    }
    default:
      return suggestion satisfies never;
  }
}

function joinChoices(found: readonly Choices[]): Choices {
  return {
    kind: 'choices',
    choices: found.flatMap((one) => (one.kind === 'choices' ? one.choices : [])),
    why: [...new Set(found.flatMap((one) => (one.kind === 'accepted' ? [] : one.why)))],
  };
}
