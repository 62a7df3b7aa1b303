import { ForgeFailure } from '../options.ts';
import type { BranchHead, ExistingPull, FileHashes, ForgeState } from '../propose/planActions.ts';
import { COMMITTER, idOfBranch, readMarkers } from '../propose/proposal.ts';
import { call, type Repository } from './repository.ts';

/** The state of the forge, and the commit that new branches begin at. */
export interface ReadForge extends ForgeState {
  readonly baseCommit: string;
  readonly baseTree: string;
}

const PER_PAGE = 100;

/** Reads the base branch, all pull requests, and the branches of the open ones that are ours. @param base `null`: the default branch */
export async function readForge(repository: Repository, base: string | null): Promise<ReadForge> {
  const { octokit, owner, repo } = repository;
  const name =
    base ??
    (await call('read the repository', () => octokit.request('GET /repos/{owner}/{repo}', { owner, repo })))
      .data.default_branch;
  const { data: ref } = await call(`read branch \`${name}\``, () =>
    octokit.request('GET /repos/{owner}/{repo}/git/ref/{ref}', { owner, repo, ref: `heads/${name}` }),
  );
  const { tree, files } = await readCommit(repository, ref.object.sha);
  const pulls = await listPulls(repository);
  const heads = new Map<number, BranchHead>();
  for (const pull of pulls) {
    if (pull.isOpen && (pull.markers !== null || idOfBranch(pull.branch) !== null))
      heads.set(pull.number, await readCommit(repository, pull.head));
  }
  return { base: name, baseCommit: ref.object.sha, baseTree: tree, baseFiles: files, pulls, heads };
}

/** The commit at the end of a branch, with all of its files. */
export async function readCommit(
  { octokit, owner, repo }: Repository,
  sha: string,
): Promise<BranchHead & { readonly tree: string }> {
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
      const { number, state, merged_at, draft = false, head, base, body } = pull;
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
        body: body ?? '',
        markers: readMarkers(body ?? ''),
      });
    }
    if (!/\brel="next"/.test(headers.link ?? '')) return found;
  }
}
