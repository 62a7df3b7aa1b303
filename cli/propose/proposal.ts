import type { Deadline } from '../../core/deadline.ts';
import { digestOf } from '../../core/json.ts';
import type { Recipient } from '../../core/model.ts';
import { isName, isVirtualInterfaceId } from '../../core/resourceIds.ts';

/** The request that a proposal is for: identified as providers identify it, so that renaming a policy file changes nothing. */
export interface RequestKey extends Pick<Recipient, 'provider' | 'region' | 'account'> {
  readonly id: string;
}

/** A file that a proposal changes. Paths are relative to the top of the repository, with `/`. */
export interface FileEdit {
  readonly path: string;
  /** the text that the edit was made from; `null`: the file is new */
  readonly old: string | null;
  readonly text: string;
}

/** A pull request to open for one held request, as data. None of its texts has a line, a link or a mark-up of the requester. */
export interface Proposal {
  readonly key: RequestKey;
  readonly target: string;
  /** `draft`: merged as it is, it lets no one in */
  readonly kind: 'ready' | 'draft';
  readonly branch: string;
  readonly title: string;
  /** when the request expires; `null`: no ledger records when it was first seen */
  readonly deadline: Deadline | null;
  /** with the markers in its first lines */
  readonly body: string;
  readonly commitMessage: string;
  readonly files: readonly FileEdit[];
  /** the files that a proposal of this target may ever change */
  readonly ownPaths: readonly string[];
}

/** Who a commit of a proposal is by. The domain is reserved: it is no person's, and no forge links it to an account. */
export const COMMITTER = { name: 'vif-acceptor', email: 'vif-acceptor@proposals.invalid' } as const;

const BRANCHES = 'vif-acceptor/';

/** The branch of a proposal. Both parts have only lower-case letters, digits and hyphens. */
export function branchOf(target: string, id: string): string {
  return `${BRANCHES}${target}/${id}`;
}

/** The request of a proposal's branch; `null`: it is no such branch. */
export function idOfBranch(branch: string): string | null {
  const [target = '', id = '', ...more] = branch.startsWith(BRANCHES)
    ? branch.slice(BRANCHES.length).split('/')
    : [];
  return isName(target) && isVirtualInterfaceId(id) && more.length === 0 ? id : null;
}

/** A key as text, which is the same for the same request only. */
export function formatKey({ provider, region, account, id }: RequestKey): string {
  return `${provider}/${region}/${account}/${id}`;
}

/** The markers in the body of a pull request, by which it is found again. */
export interface Markers {
  /** `outscale/eu-west-2/012345678901/dxvif-…` */
  readonly request: string;
  /** the kind of the proposal and the digest of its texts; `null`: a person removed them */
  readonly version: { readonly kind: Proposal['kind']; readonly digest: string } | null;
  /** whether this program closed the pull request, and no person */
  readonly isClosedByUs: boolean;
}

const [REQUEST, VERSION, CLOSED] = [
  'vif-acceptor request: ',
  'vif-acceptor proposal: ',
  'vif-acceptor closed this',
];

/** Puts the markers above the text of a body. The digest includes the title. */
export function addMarkers(
  { key, kind, title }: Pick<Proposal, 'key' | 'kind' | 'title'>,
  text: string,
): string {
  return [
    `<!-- ${REQUEST}${formatKey(key)} -->`,
    `<!-- ${VERSION}${kind} ${digestOf(`${title}\n${text}`)} -->`,
    text,
  ].join('\n');
}

/** Marks the body of a pull request that this program closes. */
export function markAsClosed(body: string): string {
  const [request = '', ...rest] = body.split('\n');
  return [request, `<!-- ${CLOSED} -->`, ...rest].join('\n');
}

/**
 * Reads the markers. Only the first lines count: text of a requester is further down, where it cannot pretend to be a marker.
 * @returns `null`: the body has no marker of a request
 */
export function readMarkers(body: string): Markers | null {
  const [request, ...others] = body
    .split('\n')
    .slice(0, 3)
    .map((line) => /^<!-- (.*) -->\r?$/.exec(line)?.[1] ?? '');
  if (request === undefined || !request.startsWith(REQUEST)) return null;
  const version = others.find((line) => line.startsWith(VERSION)) ?? '';
  const [, kind, digest] = /^(ready|draft) (sha256:[0-9a-f]{64})$/.exec(version.slice(VERSION.length)) ?? [];
  return {
    request: request.slice(REQUEST.length),
    version: digest === undefined ? null : { kind: kind === 'ready' ? 'ready' : 'draft', digest },
    isClosedByUs: others.includes(CLOSED),
  };
}

/** The marker of a comment, by which it is not written twice. */
export function commentMarker(code: string): string {
  return `<!-- vif-acceptor remark: ${code} -->`;
}

/** Neutralises text for a fence in Markdown: a marker or a comment in it stays visible, and a run of it is no marker. */
export function withoutComments(text: string): string {
  return text.replaceAll('<!--', '<\\u{21}--');
}
