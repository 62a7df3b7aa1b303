import { truncate } from '../../core/printableText.ts';
import { fenceMarkdown } from '../diff/diffText.ts';
import type { Ending, ForgeAction, NothingCode, Remark } from './planActions.ts';
import { withoutComments } from './proposal.ts';

const ENDINGS: Readonly<Record<Ending | 'gone', string>> = {
  accepted: 'The request was accepted.',
  acceptedByOthers: 'The request was accepted, but not by vif-acceptor.',
  expired: 'The request has expired: the requester has to offer it again.',
  withdrawn: 'The request was withdrawn or rejected.',
  gone: 'The request is no longer pending.',
};

/** The comment with which a pull request is closed. */
export function closingText({ ending, deletesBranch }: Extract<ForgeAction, { kind: 'close' }>): string {
  const branch = deletesBranch
    ? 'Its branch is deleted too.'
    : 'Its branch is kept, because it has commits of a person.';
  return `${ENDINGS[ending]} Nothing is left to decide, so this pull request is closed. ${branch}`;
}

/** A comment that is written once. */
export function remarkText(remark: Remark): string {
  switch (remark.code) {
    case 'foreign-commits':
      return (
        'A person has committed to this branch, so vif-acceptor no longer updates it. Compare the edit with the policy and the ' +
        'request yourself before you merge it. To let vif-acceptor update it again, remove these commits.'
      );
    case 'approved-before-change':
      return (
        'The request, the policy or the week has changed since this pull request was approved, and with it the edit. An approved edit is not ' +
        'changed: dismiss the approval (or turn automatic merging off), and the next run updates it. Merged as it is, it accepts only a ' +
        'request with the approved values.'
      );
    case 'no-edit':
      return `By now, no edit of the policy can accept the request:\n\n${fenceMarkdown(withoutComments(truncate(remark.why.join('\n'), 5000)))}`;
    default:
      return remark satisfies never;
  }
}

/** Why nothing is done about a request, as the rest of a line. */
export const NOTHING_WORDS: Readonly<Record<NothingCode, string>> = {
  unchanged: 'nothing has changed',
  'not-held': 'no edit is needed',
  'no-edit': 'no edit can accept it',
  'closed-by-person': 'a person closed its pull request, so none is opened again',
  'reopened-by-person': 'a person opened its pull request again after it was closed; it is left as it is',
  merged: 'its pull request was merged, and the request is still held: check why with `policy explain`',
  'other-base': 'its pull request has another base branch; it is left as it is',
  'stale-files': 'the files here are not those of the base branch: pull, then try again',
  'left-out': 'as many pull requests are open as `--max` allows: decide on those first',
};
