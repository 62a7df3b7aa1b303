import { createHash } from 'node:crypto';
import { isVirtualInterfaceId } from '../../core/resourceIds.ts';
import {
  branchOf,
  type FileEdit,
  formatKey,
  idOfBranch,
  type Markers,
  type Proposal,
  type RequestKey,
  readMarkers,
} from './proposal.ts';

/** A pull request of the forge whose branch is in the repository itself: one from a fork could pretend to be ours. */
export interface ExistingPull {
  readonly number: number;
  readonly isOpen: boolean;
  readonly isMerged: boolean;
  readonly isDraft: boolean;
  readonly branch: string;
  readonly base: string;
  /** the commit at the end of the branch */
  readonly head: string;
  /** ISO 8601 */
  readonly createdAt: string;
  /** whether it is merged by itself when its checks pass */
  readonly mergesItself: boolean;
  readonly body: string;
  readonly markers: Markers | null;
}

/** The end of the branch of an open pull request. */
export interface BranchHead {
  /** whether this program made the commit, and no person changed it */
  readonly isOurs: boolean;
  readonly files: FileHashes;
  /** the files that differ from the base branch, as a reviewer sees them */
  readonly changed: readonly string[];
}

/** The hash of each file, by its path, as git counts it. */
export type FileHashes = ReadonlyMap<string, string>;

/** What became of a request that is no longer pending. */
export type Ending = 'accepted' | 'acceptedByOthers' | 'expired' | 'withdrawn';

/** What is known of the requests of one target. */
export interface TargetRequests extends Omit<RequestKey, 'id'> {
  readonly target: string;
  /** whether the listing was complete, so that a request that it lacks is no longer pending */
  readonly isComplete: boolean;
  readonly proposals: readonly Proposal[];
  readonly unproposed: readonly UnproposedRequest[];
  /** the files that its proposals may change */
  readonly ownPaths: readonly string[];
  readonly endings: ReadonlyMap<string, Ending>;
}

/** A listed request without a proposal. `not-held`: the policy accepts it, it waits for its turn, or it was not evaluated as a request. */
export interface UnproposedRequest {
  readonly id: string;
  readonly code: 'not-held' | 'no-edit' | 'left-out' | 'closed-by-person' | 'merged';
  readonly why: readonly string[];
}

/** What the forge has. */
export interface ForgeState {
  /** the branch that proposals are merged into */
  readonly base: string;
  readonly baseFiles: FileHashes;
  readonly pulls: readonly ExistingPull[];
  /** of open pull requests, by number */
  readonly heads: ReadonlyMap<number, BranchHead>;
  /** the numbers of open pull requests that a person has approved */
  readonly approved: ReadonlySet<number>;
}

/** One thing to do at the forge, or the reason to do nothing. */
export type ForgeAction =
  | { readonly kind: 'create'; readonly proposal: Proposal }
  | {
      readonly kind: 'update';
      readonly proposal: Proposal;
      readonly pull: ExistingPull;
      readonly changesFiles: boolean;
      readonly changesText: boolean;
    }
  | {
      readonly kind: 'close';
      readonly key: string;
      readonly pull: ExistingPull;
      readonly ending: Ending | 'gone';
      /** `false`: it has commits of a person */
      readonly deletesBranch: boolean;
    }
  /** a comment, once */
  | { readonly kind: 'remark'; readonly key: string; readonly pull: ExistingPull; readonly remark: Remark }
  | {
      readonly kind: 'nothing';
      readonly key: string;
      readonly code: NothingCode;
      /** the number of the pull request, if there is one */
      readonly pull: number | null;
      readonly why: readonly string[];
    };

export type Remark =
  | { readonly code: 'foreign-commits' }
  | { readonly code: 'approved-before-change' }
  | { readonly code: 'no-edit'; readonly why: readonly string[] };

/** Why nothing is done about a request. */
export type NothingCode =
  | 'unchanged'
  | 'not-held'
  | 'no-edit'
  | 'closed-by-person'
  | 'reopened-by-person'
  | 'merged'
  | 'other-base'
  | 'stale-files'
  | 'left-out';

/** Decides what to do at the forge. The same state gives the same actions, and the state after them gives none. */
export function planActions(targets: readonly TargetRequests[], forge: ForgeState): readonly ForgeAction[] {
  const planned = targets.flatMap((target) => [
    ...target.proposals.map((proposal) => planProposal(proposal, forge)),
    ...target.unproposed.map((one) => planUnproposed(target, one, forge)),
    ...planEnded(target, forge),
  ]);
  const order: readonly ForgeAction['kind'][] = ['close', 'remark', 'update', 'create', 'nothing'];
  return planned.toSorted((a, b) => order.indexOf(a.kind) - order.indexOf(b.kind));
}

/** The hash of a file's content, as git counts it. */
function blobHash(text: string): string {
  const bytes = Buffer.from(text, 'utf8');
  return createHash('sha1').update(`blob ${bytes.length}\0`).update(bytes).digest('hex');
}

function planProposal(proposal: Proposal, forge: ForgeState): ForgeAction {
  const key = formatKey(proposal.key);
  const nothing = (code: NothingCode, pull: number | null = null): ForgeAction => ({
    kind: 'nothing',
    key,
    code,
    pull,
    why: [],
  });
  // Fail closed: an edit of another version of a file would undo what was merged since.
  if (proposal.files.some(({ path, old }) => hashOrNull(old) !== (forge.baseFiles.get(path) ?? null)))
    return nothing('stale-files');
  const found = findSettled(key, proposal, forge);
  if (found.open !== null) return planOpen(proposal, found.open, forge);
  return found.settled === null
    ? { kind: 'create', proposal }
    : nothing(found.settled.code, found.settled.pull);
}

/** The pull requests for a request, as far as they decide about a new one. */
export interface FoundPulls {
  readonly open: ExistingPull | null;
  /** why none is opened; `null`: one may be */
  readonly settled: { readonly code: 'closed-by-person' | 'merged'; readonly pull: number } | null;
}

/** Finds out whether a request has an open pull request, or one that a person closed or merged. */
export function findSettled(
  key: string,
  request: Pick<Proposal, 'target'> & { readonly key: Pick<RequestKey, 'id'> },
  forge: ForgeState,
): FoundPulls {
  const pulls = findPulls(key, request, forge);
  const open = pulls.find(({ isOpen }) => isOpen) ?? null;
  const byPerson = pulls.find(
    ({ isOpen, isMerged, markers }) => !isOpen && !isMerged && markers?.isClosedByUs !== true,
  );
  if (byPerson !== undefined) return { open, settled: { code: 'closed-by-person', pull: byPerson.number } };
  const merged = pulls.find(({ isMerged }) => isMerged);
  return { open, settled: merged === undefined ? null : { code: 'merged', pull: merged.number } };
}

function hashOrNull(text: string | null): string | null {
  return text === null ? null : blobHash(text);
}

function planOpen(proposal: Proposal, pull: ExistingPull, forge: ForgeState): ForgeAction {
  const { base, heads, approved } = forge;
  const key = formatKey(proposal.key);
  const nothing = (code: NothingCode): ForgeAction => ({
    kind: 'nothing',
    key,
    code,
    pull: pull.number,
    why: [],
  });
  if (pull.markers?.isClosedByUs) return nothing('reopened-by-person');
  if (pull.base !== base) return nothing('other-base');
  const head = heads.get(pull.number);
  // Fail closed: a branch that is not certainly ours may have the work of a person.
  if (!isBranchOurs(head, proposal.ownPaths))
    return { kind: 'remark', key, pull, remark: { code: 'foreign-commits' } };
  const changesFiles = !hasFilesOf(head, proposal);
  // Fail closed: what a person has approved is never changed, or a requester could change it between the approval and the merge.
  if (changesFiles && (approved.has(pull.number) || pull.mergesItself))
    return { kind: 'remark', key, pull, remark: { code: 'approved-before-change' } };
  // A person may have ticked the list or added a line: the text is written again only when it says something else.
  const changesText = pull.markers?.version?.digest !== readMarkers(proposal.body)?.version?.digest;
  return changesFiles || changesText
    ? { kind: 'update', proposal, pull, changesFiles, changesText }
    : nothing('unchanged');
}

/**
 * Whether a branch has commits of this program only, and changes only files of its proposals. Everyone who can push can write our name into a
 * commit, so the name alone is not enough.
 */
export function isBranchOurs(head: BranchHead | undefined, ownPaths: readonly string[]): head is BranchHead {
  return head?.isOurs === true && head.changed.every((path) => ownPaths.includes(path));
}

/** Whether a branch has the files of a proposal, and changes nothing else. */
export function hasFilesOf(head: BranchHead, { files }: Pick<Proposal, 'files'>): boolean {
  return (
    files.every(({ path, text }) => head.files.get(path) === blobHash(text)) &&
    head.changed.every((changed) => files.some(({ path }) => path === changed))
  );
}

/** The pull requests for a request: by the marker or, where a person removed that, by the branch; the first one first. */
function findPulls(
  key: string,
  { target, key: { id } }: Pick<Proposal, 'target'> & { readonly key: Pick<RequestKey, 'id'> },
  { pulls }: ForgeState,
): readonly ExistingPull[] {
  const branch = branchOf(target, id);
  return pulls
    .filter(({ markers, ...pull }) => (markers === null ? pull.branch === branch : markers.request === key))
    .toSorted((a, b) => a.number - b.number);
}

function planUnproposed(
  target: TargetRequests,
  { id, code, why }: UnproposedRequest,
  forge: ForgeState,
): ForgeAction {
  const key = formatKey({ ...target, id });
  const { open, settled } = findSettled(key, { target: target.target, key: { id } }, forge);
  if (open !== null && code === 'no-edit') return { kind: 'remark', key, pull: open, remark: { code, why } };
  return { kind: 'nothing', key, code, pull: open?.number ?? settled?.pull ?? null, why };
}

/** Closes the pull requests of requests that are no longer pending. Fail closed: after an incomplete listing, none. */
function planEnded(target: TargetRequests, forge: ForgeState): readonly ForgeAction[] {
  if (!target.isComplete) return [];
  const pending = new Set([
    ...target.proposals.map(({ key: { id } }) => id),
    ...target.unproposed.map(({ id }) => id),
  ]);
  return forge.pulls.flatMap((pull): ForgeAction[] => {
    const id = idInTarget(pull, target);
    if (!pull.isOpen || id === null || pending.has(id)) return [];
    const key = formatKey({ ...target, id });
    // A person who opened it again wants to keep it.
    if (pull.markers?.isClosedByUs)
      return [{ kind: 'nothing', key, code: 'reopened-by-person', pull: pull.number, why: [] }];
    const ending = target.endings.get(id) ?? 'gone';
    const deletesBranch = isBranchOurs(forge.heads.get(pull.number), target.ownPaths);
    return [{ kind: 'close', key, pull, ending, deletesBranch }];
  });
}

/** The ID of the request that a pull request is for; `null`: it is for none of this target. */
function idInTarget({ markers, branch }: ExistingPull, target: TargetRequests): string | null {
  const id = idOfBranch(branch);
  if (markers === null) return id !== null && branch === branchOf(target.target, id) ? id : null;
  const start = formatKey({ ...target, id: '' });
  const marked = markers.request.startsWith(start) ? markers.request.slice(start.length) : '';
  return isVirtualInterfaceId(marked) ? marked : null;
}

/** The state of a forge that is not asked: the files are as the proposals expect them, and there is no pull request. */
export function localForge(files: readonly Pick<FileEdit, 'path' | 'old'>[]): ForgeState {
  return {
    base: '',
    baseFiles: new Map(files.flatMap(({ path, old }) => (old === null ? [] : [[path, blobHash(old)]]))),
    pulls: [],
    heads: new Map(),
    approved: new Set(),
  };
}
