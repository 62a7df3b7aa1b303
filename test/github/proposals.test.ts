import { describe, expect, it } from 'vitest';
import { applyActions } from '../../cli/github/applyActions.ts';
import { readForge } from '../../cli/github/readForge.ts';
import { planActions } from '../../cli/propose/planActions.ts';
import { readMarkers } from '../../cli/propose/proposal.ts';
import { connectTo, OLD, POLICY_PATH, proposalOf, propose, targetOf } from './forge.ts';
import { type GitHub, startGitHub, TOKEN } from './githubServer.ts';

const ID = 'dxvif-1a2b3c4d';
const BRANCH = `vif-acceptor/hub/${ID}`;
const HELD = targetOf([proposalOf(ID)]);
const OVER = targetOf([], { endings: new Map([[ID, 'expired']]) });

function start(): Promise<GitHub> {
  return startGitHub({ [POLICY_PATH]: OLD, 'README.md': 'a repository\n' });
}

/** A server with an open pull request for the request. */
async function startProposed(): Promise<GitHub> {
  const github = await start();
  expect(await propose(github, HELD)).toEqual(['create']);
  return github;
}

describe('a proposal', () => {
  it('is opened once, as one commit on top of the base branch', async () => {
    const github = await startProposed();
    expect(github.git.readFile(BRANCH, POLICY_PATH)).toBe(`new ${ID}\n`);
    expect(github.git.readFile(BRANCH, 'README.md')).toBe('a repository\n');
    expect(github.git.readCommit(github.git.shaOf(BRANCH) ?? '')?.parents).toEqual([
      github.git.shaOf('main'),
    ]);
    expect(await propose(github, HELD)).toEqual(['unchanged']);
    expect(github.pulls).toHaveLength(1);
  });

  it('is updated when the request changes', async () => {
    const github = await startProposed();
    const before = github.git.shaOf(BRANCH) ?? '';
    expect(await propose(github, targetOf([proposalOf(ID, 'changed\n')]))).toEqual(['update']);
    expect(github.git.readFile(BRANCH, POLICY_PATH)).toBe('changed\n');
    expect(github.pull(1).body).toContain('the text for changed');
    // No force push: a review of the earlier commit stays visible.
    expect(github.git.isAncestor(before, github.git.shaOf(BRANCH) ?? '')).toBe(true);
  });

  it('is updated when the file changes in the base branch, and has what was merged there', async () => {
    const github = await startProposed();
    github.git.commit('main', { [POLICY_PATH]: 'merged\n', 'README.md': 'renamed\n' });
    const edited = proposalOf(ID, 'merged and new\n', {
      files: [{ path: POLICY_PATH, old: 'merged\n', text: 'merged and new\n' }],
    });
    expect(await propose(github, targetOf([edited]))).toEqual(['update']);
    expect(github.git.readFile(BRANCH, 'README.md')).toBe('renamed\n');
    github.merge(1);
    expect(github.git.readFile('main', POLICY_PATH)).toBe('merged and new\n');
  });

  it('is not made of files that differ from the base branch', async () => {
    const github = await start();
    github.git.commit('main', { [POLICY_PATH]: 'merged\n' });
    expect(await propose(github, HELD)).toEqual(['stale-files']);
    expect(github.pulls).toEqual([]);
  });

  it('keeps its text, and what a person ticked in it, while nothing changes', async () => {
    const github = await startProposed();
    github.pull(1).body += '\n- [x] verified';
    expect(await propose(github, HELD)).toEqual(['unchanged']);
    expect(github.pull(1).body).toContain('- [x] verified');
  });

  it('is found again by its branch when a person removed the marker', async () => {
    const github = await startProposed();
    github.pull(1).body = 'mine now';
    expect(await propose(github, HELD)).toEqual(['update']);
    expect(github.pulls).toHaveLength(1);
  });

  it('is found again by its marker when the target has another name', async () => {
    const github = await startProposed();
    expect(
      await propose(github, targetOf([{ ...proposalOf(ID), branch: `vif-acceptor/renamed/${ID}` }])),
    ).toEqual(['unchanged']);
  });

  it('is found again behind more than one page of pull requests', async () => {
    const github = await start();
    for (let i = 0; i < 130; i += 1) github.open({ head: `work-${i}`, body: 'work', state: 'closed' });
    expect(await propose(github, HELD)).toEqual(['create']);
    for (let i = 0; i < 130; i += 1) github.open({ head: `more-${i}`, body: 'work', state: 'closed' });
    expect(await propose(github, HELD)).toEqual(['unchanged']);
  });

  it('is not prevented by a pull request of a fork that copies the marker', async () => {
    const github = await start();
    const { body } = proposalOf(ID);
    github.open({ head: BRANCH, body, from: 'mallory/policies', state: 'closed' });
    github.open({ head: BRANCH, body, from: null });
    expect(await propose(github, HELD)).toEqual(['create']);
  });
});

describe('the work of a person', () => {
  it('on the branch is left as it is, and one comment says so', async () => {
    const github = await startProposed();
    const theirs = github.git.commit(BRANCH, { [POLICY_PATH]: 'of a person\n' });
    const changed = targetOf([proposalOf(ID, 'changed\n')]);
    expect(await propose(github, changed)).toEqual(['foreign-commits']);
    expect(await propose(github, changed)).toEqual(['foreign-commits']);
    expect(github.git.shaOf(BRANCH)).toBe(theirs);
    expect(github.comments.map(({ pull }) => pull)).toEqual([1]);
  });

  it('is kept after a force push, also if it begins with our commit', async () => {
    const github = await startProposed();
    const { git } = github;
    const ours = git.readCommit(git.shaOf(BRANCH) ?? '');
    const main = git.shaOf('main') ?? '';
    // As `git commit --amend` does: the author stays, the committer changes.
    const amended = git.writeCommit(
      git.writeTree(main, { [POLICY_PATH]: 'of a person\n' }),
      [main],
      'amended',
      ours?.author,
      {
        name: 'Ann',
        email: 'ann@example.com',
      },
    );
    git.setBranch(BRANCH, amended);
    expect(await propose(github, targetOf([proposalOf(ID, 'changed\n')]))).toEqual(['foreign-commits']);
    expect(git.shaOf(BRANCH)).toBe(amended);
  });

  it('that arrives between reading and writing is kept', async () => {
    const github = await startProposed();
    let theirs = '';
    github.interceptors.push(({ operation }) => {
      if (operation.startsWith('PATCH') && operation.endsWith('/git/refs/{ref}'))
        theirs = github.git.commit(BRANCH, { [POLICY_PATH]: 'of a person\n' });
      return null;
    });
    expect(await propose(github, targetOf([proposalOf(ID, 'changed\n')]))).toEqual(['update conflict']);
    expect([theirs, github.git.shaOf(BRANCH)]).toEqual([expect.stringMatching(/^[0-9a-f]{40}$/), theirs]);
  });

  it('keeps a closed pull request closed', async () => {
    const github = await startProposed();
    github.pull(1).state = 'closed';
    expect(await propose(github, HELD)).toEqual(['closed-by-person']);
    expect(github.pulls).toHaveLength(1);
  });

  it('keeps a pull request closed whose branch was deleted', async () => {
    const github = await startProposed();
    github.deleteBranch(BRANCH);
    expect(await propose(github, HELD)).toEqual(['closed-by-person']);
    expect(github.git.shaOf(BRANCH)).toBeNull();
  });

  it('keeps a pull request open that was opened again', async () => {
    const github = await startProposed();
    await propose(github, OVER);
    github.git.setBranch(BRANCH, github.git.shaOf('main') ?? '');
    github.pull(1).state = 'open';
    expect(await propose(github, OVER)).toEqual(['reopened-by-person']);
    expect(github.pull(1).state).toBe('open');
  });

  it('on a branch without a pull request is not taken over', async () => {
    const github = await start();
    const theirs = github.git.commit(BRANCH, { [POLICY_PATH]: 'of a person\n' });
    expect(await propose(github, HELD)).toEqual(['create conflict']);
    expect([github.pulls, github.git.shaOf(BRANCH)]).toEqual([[], theirs]);
  });
});

describe('a request that is over', () => {
  it('closes its pull request with a comment, and deletes the branch', async () => {
    const github = await startProposed();
    expect(await propose(github, OVER)).toEqual(['close']);
    expect(github.pull(1).state).toBe('closed');
    expect(github.git.shaOf(BRANCH)).toBeNull();
    expect(github.comments).toHaveLength(1);
    expect(await propose(github, OVER)).toEqual([]);
  });

  it('keeps a branch with the work of a person', async () => {
    const github = await startProposed();
    const theirs = github.git.commit(BRANCH, { [POLICY_PATH]: 'of a person\n' });
    expect(await propose(github, OVER)).toEqual(['close']);
    expect([github.pull(1).state, github.git.shaOf(BRANCH)]).toEqual(['closed', theirs]);
  });

  it('keeps a commit that a person adds while its pull request is closed', async () => {
    const github = await startProposed();
    let theirs = '';
    github.interceptors.push(({ operation }) => {
      if (operation === 'PATCH /repos/{owner}/{repo}/pulls/{pull_number}')
        theirs = github.git.commit(BRANCH, { [POLICY_PATH]: 'of a person\n' });
      return null;
    });
    expect(await propose(github, OVER)).toEqual(['close']);
    expect([theirs, github.git.shaOf(BRANCH)]).toEqual([expect.stringMatching(/^[0-9a-f]{40}$/), theirs]);
  });

  it('is proposed again if it is held again: this program had closed the pull request', async () => {
    const github = await startProposed();
    await propose(github, OVER);
    expect(readMarkers(github.pull(1).body)?.isClosedByUs).toBe(true);
    expect(await propose(github, HELD)).toEqual(['create']);
    expect(github.pull(2).state).toBe('open');
  });

  it('closes nothing when the listing was incomplete', async () => {
    const github = await startProposed();
    expect(await propose(github, { ...OVER, isComplete: false })).toEqual([]);
    expect(github.pull(1).state).toBe('open');
  });

  it('of another target closes nothing', async () => {
    const github = await startProposed();
    expect(await propose(github, { ...OVER, account: '999999999999' })).toEqual([]);
    expect(await propose(github, { ...OVER, target: 'other', region: 'us-east-2' })).toEqual([]);
    expect(github.pull(1).state).toBe('open');
  });
});

describe('a request that no edit can accept any more', () => {
  it('keeps its pull request, and one comment says why', async () => {
    const github = await startProposed();
    const held = targetOf([], {
      unproposed: [{ id: ID, code: 'no-edit', why: ['held-by-policy: @ann <!-- x'] }],
    });
    expect(await propose(github, held)).toEqual(['no-edit']);
    expect(await propose(github, held)).toEqual(['no-edit']);
    expect(github.comments.map(({ body }) => body.split('<!--').length)).toEqual([2]);
  });

  it('keeps its pull request if the policy accepts it already', async () => {
    const github = await startProposed();
    const target = targetOf([], { unproposed: [{ id: ID, code: 'not-held', why: [] }] });
    expect(await propose(github, target)).toEqual(['not-held']);
    expect([github.pull(1).state, github.comments]).toEqual(['open', []]);
  });
});

describe('an approved pull request', () => {
  const changed = targetOf([proposalOf(ID, 'changed\n')]);

  it.each([
    ['by a review', (github: GitHub) => github.pull(1).reviews.push('COMMENTED', 'APPROVED')],
    ['by automatic merging', (github: GitHub) => Object.assign(github.pull(1), { auto_merge: {} })],
  ])(
    'is not changed by the requester when it is approved %s, and one comment says so',
    async (_, approve) => {
      const github = await startProposed();
      const head = github.git.shaOf(BRANCH);
      approve(github);
      expect(await propose(github, HELD)).toEqual(['unchanged']);
      expect(await propose(github, changed)).toEqual(['approved-before-change']);
      expect(await propose(github, changed)).toEqual(['approved-before-change']);
      expect([github.git.shaOf(BRANCH), github.comments.length]).toEqual([head, 1]);
    },
  );

  it('is not changed when it is approved while the run is under way', async () => {
    const github = await startProposed();
    const head = github.git.shaOf(BRANCH);
    let reads = 0;
    github.interceptors.push(({ operation }) => {
      if (!operation.endsWith('/reviews')) return null;
      reads += 1;
      if (reads === 2) github.pull(1).reviews.push('APPROVED');
      return null;
    });
    expect(await propose(github, changed)).toEqual(['update conflict']);
    expect([reads, github.git.shaOf(BRANCH)]).toEqual([2, head]);
  });

  it('is updated when the approval was dismissed', async () => {
    const github = await startProposed();
    github.pull(1).reviews.push('DISMISSED');
    expect(await propose(github, changed)).toEqual(['update']);
  });
});

describe('a commit that only looks like ours', () => {
  /** A person pushes a commit with our name, and with another file than that of the proposal. */
  function pose(github: GitHub): string {
    const { git } = github;
    const head = git.shaOf(BRANCH) ?? '';
    const ours = git.readCommit(head);
    const tree = git.writeTree(head, { '.github/workflows/x.yml': 'on: push\n' });
    const sha = git.writeCommit(tree, [head], 'policy: accept', ours?.author, ours?.committer);
    git.setBranch(BRANCH, sha);
    return sha;
  }

  it('is the work of a person', async () => {
    const github = await startProposed();
    const sha = pose(github);
    expect(await propose(github, HELD)).toEqual(['foreign-commits']);
    expect(await propose(github, OVER)).toEqual(['close']);
    expect(github.git.shaOf(BRANCH)).toBe(sha);
  });

  it('is not completed to a pull request', async () => {
    const github = await startProposed();
    const sha = pose(github);
    github.pulls.length = 0;
    expect(await propose(github, HELD)).toEqual(['create conflict']);
    expect([github.pulls, github.git.shaOf(BRANCH)]).toEqual([[], sha]);
  });

  it('is replaced where it changes a file of the proposal', async () => {
    const github = await startProposed();
    const { git } = github;
    const head = git.shaOf(BRANCH) ?? '';
    const ours = git.readCommit(head);
    const tree = git.writeTree(head, { 'policy/cases/hub.yaml': 'weaker\n' });
    git.setBranch(BRANCH, git.writeCommit(tree, [head], 'policy: accept', ours?.author, ours?.committer));
    expect(await propose(github, HELD)).toEqual(['update']);
    expect(git.readFile(BRANCH, 'policy/cases/hub.yaml')).toBeNull();
  });
});

describe('a draft', () => {
  it('is opened as a plain pull request where the plan of the repository has no drafts', async () => {
    const github = await start();
    github.state.allowsDrafts = false;
    expect(await propose(github, targetOf([proposalOf(ID, '# x\n', { kind: 'draft' })]))).toEqual(['create']);
    expect(readMarkers(github.pull(1).body)?.version?.kind).toBe('draft');
    expect(github.pull(1).draft).toBe(false);
  });
});

describe('failures of the forge', () => {
  it('two workflows at once open one pull request', async () => {
    const github = await start();
    const [one, two] = [connectTo(github), connectTo(github)];
    const forge = await readForge(one, null);
    const actions = planActions([HELD], forge);
    const results = await Promise.all([one, two].map((each) => applyActions(each, forge, actions)));
    expect(github.pulls.filter(({ state }) => state === 'open')).toHaveLength(1);
    expect(results.flat().map(({ outcome }) => outcome)).not.toContain('failed');
    expect(await propose(github, HELD)).toEqual(['unchanged']);
  });

  it('an interrupted run is completed by the next one, on the same branch', async () => {
    const github = await start();
    github.interceptors.push(({ operation }) =>
      operation === 'POST /repos/{owner}/{repo}/pulls'
        ? { status: 502, body: { message: 'Server Error' } }
        : null,
    );
    expect(await propose(github, HELD)).toEqual(['create failed']);
    const head = github.git.shaOf(BRANCH);
    github.interceptors.length = 0;
    expect(await propose(github, HELD)).toEqual(['create']);
    expect(github.git.shaOf(BRANCH)).toBe(head);
  });

  it('a branch of an interrupted run with an older edit is brought up to date', async () => {
    const github = await startProposed();
    github.pulls.length = 0;
    expect(await propose(github, targetOf([proposalOf(ID, 'changed\n')]))).toEqual(['create']);
    expect(github.git.readFile(BRANCH, POLICY_PATH)).toBe('changed\n');
  });

  it.each([
    ['a secondary rate limit', 403, { 'retry-after': '2' }, 'You have exceeded a secondary rate limit'],
    ['a conflict', 409, {}, 'Conflict'],
    ['an error of the server', 502, {}, 'Server Error'],
  ])('%s is waited for, and the call is made again', async (_, status, headers, message) => {
    const github = await start();
    let refused = 0;
    github.interceptors.push(({ operation }) => {
      if (!operation.endsWith('POST /repos/{owner}/{repo}/git/trees') || refused > 0) return null;
      refused += 1;
      return { status, headers, body: { message } };
    });
    expect([await propose(github, HELD), refused]).toEqual([['create'], 1]);
  });

  it('an exhausted rate limit ends the run, and the next one continues', async () => {
    const github = await start();
    let isLimited = true;
    const reset = String(Math.floor(Date.now() / 1000) + 3000);
    github.interceptors.push(({ operation }) =>
      isLimited && operation.startsWith('POST')
        ? {
            status: 403,
            headers: { 'x-ratelimit-remaining': '0', 'x-ratelimit-reset': reset },
            body: { message: 'API rate limit exceeded' },
          }
        : null,
    );
    const two = targetOf([proposalOf(ID), proposalOf('dxvif-00000001')]);
    expect(await propose(github, two)).toEqual(['create failed', 'create failed']);
    expect(github.requests.filter((one) => one.startsWith('POST'))).toHaveLength(1);
    isLimited = false;
    expect(await propose(github, two)).toEqual(['create', 'create']);
  });

  it('a token without rights fails with its kind, and is in no message', async () => {
    const github = await start();
    github.interceptors.push(({ operation }) =>
      operation.startsWith('POST')
        ? { status: 403, body: { message: 'Resource not accessible by integration' } }
        : null,
    );
    const repository = connectTo(github);
    const forge = await readForge(repository, null);
    const [result] = await applyActions(repository, forge, planActions([HELD], forge));
    expect(result?.outcome).toBe('failed');
    expect(JSON.stringify(result)).not.toContain(TOKEN);
    const denied = connectTo({ ...github, env: { ...github.env, GITHUB_TOKEN: 'wrong' } });
    await expect(readForge(denied, null)).rejects.toMatchObject({ kind: 'credentials' });
  });

  it('a base branch that does not exist is reported as missing', async () => {
    await expect(readForge(connectTo(await start()), 'trunk')).rejects.toMatchObject({ kind: 'missing' });
  });
});
