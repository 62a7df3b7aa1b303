import type { Policy } from '../../core/policy.ts';
import type { SourceFile } from '../readDocument.ts';
import { insertComments } from './commentedEdits.ts';
import { type SuggestedEdit, type Suggestion, type SuggestionRequest, suggestGrant } from './suggestGrant.ts';

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

/** The most edits that are tried for one request, with those that fail. */
const MAX_TRIES = 12;

/** What is known of the request; see `SuggestionRequest`. */
export type ProposalRequest = Pick<SuggestionRequest, 'request' | 'absent' | 'at' | 'path' | 'context'>;

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
  const found = findChoices(source, policy, request);
  if (found.kind !== 'choices') return found;
  const { choices, omitted, why } = found;
  const [only, ...others] = choices;
  if (only === undefined) return { kind: 'none', why };
  const isIdentified = !only.isNewOwner && !only.edit.pins;
  if (isIdentified && others.length === 0 && omitted === 0)
    return { kind: 'ready', edit: only, text: only.edit.text };
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
    omitted,
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
  | {
      readonly kind: 'choices';
      readonly choices: readonly EditChoice[];
      /** how many owners and gateways were not tried */
      readonly omitted: number;
      readonly why: readonly string[];
    };

/** An owner and a gateway to try; `null`: not named. */
type Named = Pick<SuggestionRequest, 'gateway' | 'owner'>;

/**
 * The edits for the owners and gateways that a person could name. Each one is compiled and compared, which takes a second with a hundred
 * owners, so only as many are made as one file can have. Where more owners share the connection, one is an example for all.
 */
function findChoices(source: SourceFile, policy: Policy, request: ProposalRequest): Choices {
  const waiting: Named[] = [{ gateway: null, owner: null }];
  const choices: EditChoice[] = [];
  const why: string[] = [];
  let examples = 0;
  for (let tried = 0; tried < MAX_TRIES && choices.length < MAX_CHOICES; tried += 1) {
    const named = waiting.shift();
    if (named === undefined) break;
    const given = { ...request, ...named, isExclusive: false, ignoresFreeze: true };
    const suggestion = suggestGrant(source, policy, given);
    if (suggestion.kind === 'accepted') return suggestion;
    if (suggestion.kind === 'patch') choices.push(...choicesOf(suggestion));
    else {
      const next = namesToTry(suggestion, named);
      waiting.push(...next.names);
      examples += next.omitted;
      why.push(...next.why);
    }
  }
  return { kind: 'choices', choices, omitted: waiting.length + examples, why: [...new Set(why)] };
}

function choicesOf(suggestion: Extract<Suggestion, { kind: 'patch' }>): EditChoice[] {
  const { gateway, isNewOwner, alternative } = suggestion;
  const edits = alternative === null ? [suggestion] : [suggestion, alternative];
  return edits.map((edit) => ({ edit, gateway, isNewOwner }));
}

/** The owners or gateways, one of which a suggestion asks to name. */
function namesToTry(
  suggestion: Extract<Suggestion, { kind: 'chooseOwner' | 'none' }>,
  named: Named,
): { readonly names: readonly Named[]; readonly omitted: number; readonly why: readonly string[] } {
  if (suggestion.kind === 'none') {
    const gateways = named.gateway === null ? (suggestion.gateways ?? []) : [];
    const names = gateways.map((gateway) => ({ ...named, gateway }));
    return { names, omitted: 0, why: names.length === 0 ? suggestion.why : [] };
  }
  const { owners } = suggestion;
  const shown = owners.length > MAX_CHOICES ? owners.slice(0, 1) : owners;
  const names = shown.map((owner) => ({ ...named, owner }));
  return { names, omitted: owners.length - shown.length, why: [] };
}
