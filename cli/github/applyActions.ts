import { ForgeFailure } from '../options.ts';
import type { ExistingPull, ForgeAction } from '../propose/planActions.ts';
import { hasFilesOf, isBranchOurs } from '../propose/planActions.ts';
import { COMMITTER, commentMarker, markAsClosed, type Proposal } from '../propose/proposal.ts';
import { closingText, remarkText } from '../propose/remarkText.ts';
import { commentOnce } from './comments.ts';
import { isApproved, type ReadForge, readHead } from './readForge.ts';
import { call, callUnless, type Repository } from './repository.ts';

/** What became of an action. `conflict`: somebody else changed the same thing meanwhile, and the next run decides again. */
export interface ActionResult {
  readonly action: ForgeAction;
  readonly outcome: 'done' | 'conflict' | 'failed';
  /** the number of the pull request; `null`: there is none */
  readonly pull: number | null;
  /** why it is not done; empty if it is */
  readonly message: string;
}

/**
 * Executes actions, one after the other. Each can be repeated: what an interrupted run has left is found and completed. A failure of one
 * does not stop the others, unless it would fail them too.
 */
export async function applyActions(
  repository: Repository,
  forge: ReadForge,
  actions: readonly ForgeAction[],
): Promise<readonly ActionResult[]> {
  const results: ActionResult[] = [];
  let fatal: ForgeFailure | null = null;
  for (const action of actions) {
    const failure: ForgeFailure | ActionResult = fatal ?? (await applyOrFail(repository, forge, action));
    if (!(failure instanceof ForgeFailure)) {
      results.push(failure);
      continue;
    }
    const message = failure === fatal ? `not tried: ${failure.message}` : failure.message;
    const outcome = failure.kind === 'conflict' ? 'conflict' : 'failed';
    results.push({ action, outcome, pull: pullOf(action), message });
    if (failure.kind === 'rate-limit' || failure.kind === 'credentials') fatal = failure;
  }
  return results;
}

async function applyOrFail(
  repository: Repository,
  forge: ReadForge,
  action: ForgeAction,
): Promise<ActionResult | ForgeFailure> {
  try {
    return await applyAction(repository, forge, action);
  } catch (error) {
    if (error instanceof ForgeFailure) return error;
    throw error;
  }
}

function pullOf(action: ForgeAction): number | null {
  if (action.kind === 'create') return null;
  return action.kind === 'nothing' ? action.pull : action.pull.number;
}

async function applyAction(
  repository: Repository,
  forge: ReadForge,
  action: ForgeAction,
): Promise<ActionResult> {
  const done = (pull: number | null): ActionResult => ({ action, outcome: 'done', pull, message: '' });
  switch (action.kind) {
    case 'create': {
      const conflict = await ensureBranch(repository, forge, action.proposal);
      if (conflict !== null) return { action, outcome: 'conflict', pull: null, message: conflict };
      return { action, ...(await openPull(repository, forge, action.proposal)) };
    }
    case 'update': {
      const { proposal, pull, changesFiles, changesText } = action;
      if (changesFiles) {
        const conflict = (message: string): ActionResult => {
          return { action, outcome: 'conflict', pull: pull.number, message };
        };
        // Fail closed: the pull request may have been approved since the forge was read, which takes minutes where there are many.
        if (await isApproved(repository, pull.number))
          return conflict('it was approved meanwhile, and is left as it is');
        if (!(await advance(repository, forge, proposal, pull.branch, pull.head)))
          return conflict('the branch has changed meanwhile, and is left as it is');
      }
      if (changesText)
        await patchPull(repository, pull.number, { title: proposal.title, body: proposal.body });
      return done(pull.number);
    }
    case 'close':
      await commentOnce(repository, action.pull.number, commentMarker('closed'), closingText(action));
      await patchPull(repository, action.pull.number, {
        state: 'closed',
        body: markAsClosed(action.pull.body),
      });
      if (action.deletesBranch) await deleteBranch(repository, action.pull);
      return done(action.pull.number);
    case 'remark':
      await commentOnce(
        repository,
        action.pull.number,
        commentMarker(action.remark.code),
        remarkText(action.remark),
      );
      return done(action.pull.number);
    case 'nothing':
      return done(action.pull);
    default:
      return action satisfies never;
  }
}

/**
 * Creates the branch of a proposal, or completes one that an interrupted run has left.
 * @returns why the branch cannot be used; `null`: it has the files of the proposal
 */
async function ensureBranch(
  repository: Repository,
  forge: ReadForge,
  proposal: Proposal,
): Promise<string | null> {
  const { octokit, owner, repo } = repository;
  const { branch } = proposal;
  const sha = await commitFiles(repository, forge, proposal, [forge.baseCommit]);
  const created = await callUnless([422, 409], `create branch \`${branch}\``, () =>
    octokit.request('POST /repos/{owner}/{repo}/git/refs', { owner, repo, ref: `refs/heads/${branch}`, sha }),
  );
  if (created !== null) return null;
  const { data: present } = await call(`read branch \`${branch}\``, () =>
    octokit.request('GET /repos/{owner}/{repo}/git/ref/{ref}', { owner, repo, ref: `heads/${branch}` }),
  );
  const head = await readHead(repository, forge.baseCommit, present.object.sha);
  // Fail closed: a branch that is not certainly ours may have the work of a person.
  if (!isBranchOurs(head, proposal.ownPaths))
    return `branch \`${branch}\` has commits of a person and no pull request: open one, or delete the branch`;
  if (hasFilesOf(head, proposal)) return null;
  return (await advance(repository, forge, proposal, branch, present.object.sha))
    ? null
    : `branch \`${branch}\` has changed meanwhile; the next run continues`;
}

/** Adds a commit to one of our branches. @returns `false`: somebody changed the branch meanwhile, and it is left as it is */
async function advance(
  repository: Repository,
  forge: ReadForge,
  proposal: Proposal,
  branch: string,
  head: string,
): Promise<boolean> {
  const { octokit, owner, repo } = repository;
  const sha = await commitFiles(repository, forge, proposal, [head, forge.baseCommit]);
  const updated = await callUnless([422, 409], `update branch \`${branch}\``, () =>
    octokit.request('PATCH /repos/{owner}/{repo}/git/refs/{ref}', {
      owner,
      repo,
      ref: `heads/${branch}`,
      sha,
      // Fail closed: without force, git refuses to leave out a commit that a person has added meanwhile.
      force: false,
    }),
  );
  return updated !== null;
}

/** Makes a commit of the base branch with the files of a proposal. */
async function commitFiles(
  { octokit, owner, repo }: Repository,
  { baseTree }: ReadForge,
  { files, commitMessage }: Proposal,
  parents: readonly string[],
): Promise<string> {
  const { data: tree } = await call('write the files of the proposal', () =>
    octokit.request('POST /repos/{owner}/{repo}/git/trees', {
      owner,
      repo,
      base_tree: baseTree,
      tree: files.map(({ path, text }) => ({ path, mode: '100644', type: 'blob', content: text })),
    }),
  );
  const by = { ...COMMITTER, date: new Date().toISOString() };
  const { data: commit } = await call('write the commit of the proposal', () =>
    octokit.request('POST /repos/{owner}/{repo}/git/commits', {
      owner,
      repo,
      message: commitMessage,
      tree: tree.sha,
      parents: [...parents],
      author: by,
      committer: by,
    }),
  );
  return commit.sha;
}

async function openPull(
  repository: Repository,
  forge: ReadForge,
  proposal: Proposal,
): Promise<Omit<ActionResult, 'action'>> {
  const { branch } = proposal;
  const opened = await tryOpen(repository, forge, proposal, proposal.kind === 'draft');
  if (opened !== null) return { outcome: 'done', pull: opened, message: '' };
  const { octokit, owner, repo } = repository;
  const { data: others } = await call(`list the pull requests of branch \`${branch}\``, () =>
    octokit.request('GET /repos/{owner}/{repo}/pulls', {
      owner,
      repo,
      state: 'open',
      head: `${owner}:${branch}`,
    }),
  );
  const [other] = others;
  if (other !== undefined)
    return { outcome: 'conflict', pull: other.number, message: 'another run has opened it meanwhile' };
  // Some plans have no drafts. The title and the text say that it is none to merge, and its edits are comments.
  const plain = proposal.kind === 'draft' ? await tryOpen(repository, forge, proposal, false) : null;
  if (plain !== null) return { outcome: 'done', pull: plain, message: '' };
  const message = `GitHub refuses a pull request of branch \`${branch}\`: allow GitHub Actions to create pull requests in the settings of the repository`;
  return { outcome: 'failed', pull: null, message };
}

/** @returns `null`: it was refused */
async function tryOpen(
  { octokit, owner, repo }: Repository,
  { base }: ReadForge,
  { branch, title, body }: Proposal,
  draft: boolean,
): Promise<number | null> {
  const answer = await callUnless([422], `open a pull request of branch \`${branch}\``, () =>
    octokit.request('POST /repos/{owner}/{repo}/pulls', {
      owner,
      repo,
      title,
      body,
      head: branch,
      base,
      draft,
    }),
  );
  return answer?.data.number ?? null;
}

async function patchPull(
  { octokit, owner, repo }: Repository,
  number: number,
  change: { readonly title?: string; readonly body?: string; readonly state?: 'closed' },
): Promise<void> {
  await call(`update pull request ${number}`, () =>
    octokit.request('PATCH /repos/{owner}/{repo}/pulls/{pull_number}', {
      owner,
      repo,
      pull_number: number,
      ...change,
    }),
  );
}

/** Deletes one of our branches, unless somebody has changed or deleted it meanwhile. */
async function deleteBranch(
  { octokit, owner, repo }: Repository,
  { branch, head }: ExistingPull,
): Promise<void> {
  const ref = `heads/${branch}`;
  const present = await callUnless([404], `read branch \`${branch}\``, () =>
    octokit.request('GET /repos/{owner}/{repo}/git/ref/{ref}', { owner, repo, ref }),
  );
  if (present?.data.object.sha !== head) return;
  await callUnless([404, 409, 422], `delete branch \`${branch}\``, () =>
    octokit.request('DELETE /repos/{owner}/{repo}/git/refs/{ref}', { owner, repo, ref }),
  );
}
