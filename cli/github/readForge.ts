import { ForgeFailure } from '../options.ts';
import type { BranchHead, ExistingPull, FileHashes, ForgeState } from '../propose/planActions.ts';
import { COMMITTER, idOfBranch, readMarkers } from '../propose/proposal.ts';
import { call, callUnless, type Repository } from './repository.ts';

/** The state of the forge, and the commit that new branches begin at. */
export interface ReadForge extends ForgeState {
  readonly baseCommit: string;
  readonly baseTree: string;
  /** whether everyone can read the repository, and with it connections and names of the owners */
  readonly isPublic: boolean;
}

const PER_PAGE = 100;

/** Reads the base branch, all pull requests, and the branches of the open ones that are ours. @param base `null`: the default branch */
export async function readForge(repository: Repository, base: string | null): Promise<ReadForge> {
  const { octokit, owner, repo } = repository;
  const { data: about } = await call('read the repository', () =>
    octokit.request('GET /repos/{owner}/{repo}', { owner, repo }),
  );
  const name = base ?? about.default_branch;
  const { data: ref } = await call(`read branch \`${name}\``, () =>
    octokit.request('GET /repos/{owner}/{repo}/git/ref/{ref}', { owner, repo, ref: `heads/${name}` }),
  );
  const baseCommit = ref.object.sha;
  const { tree, files } = await readCommit(repository, baseCommit);
  const pulls = await listPulls(repository);
  const heads = new Map<number, BranchHead>();
  const approved = new Set<number>();
  for (const pull of pulls) {
    if (!pull.isOpen || (pull.markers === null && idOfBranch(pull.branch) === null)) continue;
    heads.set(pull.number, await readHead(repository, baseCommit, pull.head));
    if (await isApproved(repository, pull.number)) approved.add(pull.number);
  }
  const isPublic = !about.private;
  return { base: name, baseCommit, baseTree: tree, baseFiles: files, pulls, heads, approved, isPublic };
}

/** The end of a branch, with what it changes since it left the base branch. */
export async function readHead(repository: Repository, baseCommit: string, sha: string): Promise<BranchHead> {
  const { octokit, owner, repo } = repository;
  const { isOurs, files } = await readCommit(repository, sha);
  const compared = await callUnless([404], `compare commit ${sha} with the base branch`, () =>
    octokit.request('GET /repos/{owner}/{repo}/compare/{basehead}', {
      owner,
      repo,
      basehead: `${baseCommit}...${sha}`,
    }),
  );
  // A branch without a common ancestor is none that this program began.
  if (compared === null) return { isOurs: false, files, changed: [] };
  const changed = (compared.data.files ?? []).flatMap(({ filename, previous_filename: before }) =>
    before === undefined ? [filename] : [filename, before],
  );
  return { isOurs, files, changed };
}

/** Whether a person has approved a pull request. Fail closed: an approval of an earlier commit counts too. */
export async function isApproved(repository: Repository, number: number): Promise<boolean> {
  const { octokit, owner, repo } = repository;
  for (let page = 1; ; page += 1) {
    const { data, headers } = await call(`read the reviews of pull request ${number}`, () =>
      octokit.request('GET /repos/{owner}/{repo}/pulls/{pull_number}/reviews', {
        owner,
        repo,
        pull_number: number,
        per_page: PER_PAGE,
        page,
      }),
    );
    // A dismissed approval has another state.
    if (data.some(({ state }) => state === 'APPROVED')) return true;
    if (!/\brel="next"/.test(headers.link ?? '')) return false;
  }
}

/** A commit, with all of its files. */
async function readCommit(
  { octokit, owner, repo }: Repository,
  sha: string,
): Promise<Omit<BranchHead, 'changed'> & { readonly tree: string }> {
  const { data: commit } = await call(`read commit ${sha}`, () =>
    octokit.request('GET /repos/{owner}/{repo}/git/commits/{commit_sha}', { owner, repo, commit_sha: sha }),
  );
  const isOurs = [commit.author, commit.committer].every(
    ({ name, email }) => name === COMMITTER.name && email === COMMITTER.email,
  );
  const tree = commit.tree.sha;
  return { isOurs, tree, files: await listFiles({ octokit, owner, repo }, tree) };
}

async function listFiles({ octokit, owner, repo }: Repository, tree: string): Promise<FileHashes> {
  const { data } = await call(`list the files of tree ${tree}`, () =>
    octokit.request('GET /repos/{owner}/{repo}/git/trees/{tree_sha}', {
      owner,
      repo,
      tree_sha: tree,
      recursive: '1',
    }),
  );
  // Fail closed: a file that is not listed would look as if it did not exist.
  if (data.truncated)
    throw new ForgeFailure(
      'missing',
      'the repository has too many files to list; keep policies in one of their own',
    );
  return new Map(data.tree.flatMap(({ path, type, sha }) => (type === 'blob' ? [[path, sha] as const] : [])));
}

/** Lists all pull requests with a branch in the repository itself, oldest first, so that new ones do not move the pages. */
async function listPulls({ octokit, owner, repo }: Repository): Promise<readonly ExistingPull[]> {
  const found: ExistingPull[] = [];
  for (let page = 1; ; page += 1) {
    const { data, headers } = await call('list the pull requests', () =>
      octokit.request('GET /repos/{owner}/{repo}/pulls', {
        owner,
        repo,
        state: 'all',
        sort: 'created',
        direction: 'asc',
        per_page: PER_PAGE,
        page,
      }),
    );
    for (const pull of data) {
      const { number, state, merged_at, draft = false, head, base, body, created_at, auto_merge } = pull;
      // A branch of a fork, also of one that was deleted, is not in this repository.
      if (head.repo?.full_name.toLowerCase() !== `${owner}/${repo}`.toLowerCase()) continue;
      found.push({
        number,
        isOpen: state === 'open',
        isMerged: merged_at !== null,
        isDraft: draft,
        branch: head.ref,
        base: base.ref,
        head: head.sha,
        createdAt: created_at,
        mergesItself: auto_merge !== null,
        body: body ?? '',
        markers: readMarkers(body ?? ''),
      });
    }
    if (!/\brel="next"/.test(headers.link ?? '')) return found;
  }
}
