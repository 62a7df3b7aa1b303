import { createServer, type IncomingMessage } from 'node:http';
import { onTestFinished } from 'vitest';
import { type BareRepository, createBareRepository } from './bareRepository.ts';
import { type CheckedRequest, checkRequest } from './requestCheck.ts';

export const TOKEN = 'ghs_plantedToken000000000000000000000';
export const FULL_NAME = 'acme/policies';

interface Pull {
  number: number;
  state: 'open' | 'closed';
  merged_at: string | null;
  draft: boolean;
  title: string;
  body: string;
  head: string;
  base: string;
  /** the last commit, when the branch no longer exists */
  sha: string;
  created_at: string;
  auto_merge: object | null;
  /** the states of its reviews */
  reviews: string[];
  /** the repository of the branch; `null`: a fork that was deleted */
  from: string | null;
}

interface Comment {
  readonly id: number;
  readonly pull: number;
  body: string;
  readonly user: { readonly login: string; readonly type: string };
}

interface Answer {
  readonly status: number;
  readonly body?: unknown;
  readonly headers?: Readonly<Record<string, string>>;
}

/** What happens to a request before it is handled; `null`: nothing. */
export type Interceptor = (request: CheckedRequest) => Answer | null;

/**
 * Starts a server that behaves like GitHub for one repository: it checks every request against GitHub's OpenAPI description, and keeps
 * its state in real git. A request that the description does not allow fails the test.
 */
export async function startGitHub(files: Readonly<Record<string, string>>) {
  const git = createBareRepository();
  git.commit('main', files, 'first');
  const state = {
    pulls: [] as Pull[],
    comments: [] as Comment[],
    requests: [] as string[],
    problems: [] as string[],
    interceptors: [] as Interceptor[],
    allowsDrafts: true,
    login: 'github-actions[bot]' as string | null,
  };
  const server = createServer(async (request, response) => {
    const answer = await handle(git, state, request);
    response.writeHead(answer.status, {
      'content-type': 'application/json; charset=utf-8',
      ...answer.headers,
    });
    response.end(answer.body === undefined ? '' : JSON.stringify(answer.body));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => {
    server.close();
    if (state.problems.length > 0) throw new Error(state.problems.join('\n'));
  });
  const address = server.address();
  const port = typeof address === 'object' && address !== null ? address.port : 0;
  const url = `http://127.0.0.1:${port}`;
  return {
    url,
    git,
    ...state,
    state,
    env: { GITHUB_TOKEN: TOKEN, GITHUB_API_URL: url, GITHUB_REPOSITORY: FULL_NAME },
    pull: (number: number): Pull => pullOf(state, number),
    /** A person merges a pull request with the button. */
    merge: (number: number): void => {
      const pull = pullOf(state, number);
      git.merge(pull.head, pull.base);
      Object.assign(pull, { state: 'closed', merged_at: '2026-11-30T00:00:00Z' });
    },
    /** A person deletes a branch: GitHub closes its pull request. */
    deleteBranch: (branch: string): void => removeBranch(git, state, branch),
    /** A person comments. */
    say: (pull: number, body: string, user = { login: 'ann', type: 'User' }): void => {
      state.comments.push({ id: state.comments.length + 1, pull, body, user });
    },
    /** A person opens a pull request, of a fork if one is named. */
    open: (given: Pick<Pull, 'head' | 'body'> & Partial<Pull>): Pull => {
      const pull = newPull(state, { title: 'work', sha: '0'.repeat(40), ...given });
      state.pulls.push(pull);
      return pull;
    },
  };
}

export type GitHub = Awaited<ReturnType<typeof startGitHub>>;

interface State {
  pulls: Pull[];
  comments: Comment[];
  requests: string[];
  problems: string[];
  interceptors: Interceptor[];
  allowsDrafts: boolean;
  /** the login of the token; `null`: GraphQL gives none */
  login: string | null;
}

function pullOf({ pulls }: State, number: number): Pull {
  const pull = pulls.find((one) => one.number === number);
  if (pull === undefined) throw new Error(`there is no pull request ${number}`);
  return pull;
}

function newPull(
  { pulls }: State,
  given: Pick<Pull, 'title' | 'body' | 'head' | 'sha'> & Partial<Pull>,
): Pull {
  const fixed = {
    state: 'open',
    merged_at: null,
    draft: false,
    base: 'main',
    from: FULL_NAME,
    created_at: '2026-11-30T00:00:00Z',
    auto_merge: null,
  } as const;
  return { ...fixed, reviews: [], number: pulls.length + 1, ...given };
}

function removeBranch(git: BareRepository, { pulls }: State, branch: string): void {
  const sha = git.shaOf(branch) ?? '';
  git.deleteBranch(branch);
  for (const pull of pulls)
    if (pull.head === branch && pull.state === 'open') Object.assign(pull, { state: 'closed', sha });
}

async function handle(git: BareRepository, state: State, request: IncomingMessage): Promise<Answer> {
  let text = '';
  for await (const chunk of request) text += String(chunk);
  try {
    if (!request.headers.authorization?.endsWith(TOKEN)) return refuse(401, 'Bad credentials');
    const url = new URL(request.url ?? '/', 'http://localhost');
    if (url.pathname === '/graphql') return answerGraphql(state, text);
    const checked = checkRequest(request.method ?? '', url, text);
    state.requests.push(checked.operation);
    for (const intercept of state.interceptors) {
      const answer = intercept(checked);
      if (answer !== null) return answer;
    }
    const answer = OPERATIONS[checked.operation]?.(checked, git, state) ?? refuse(500, 'not written');
    if (checked.statuses !== null && !checked.statuses.includes(answer.status))
      throw new Error(`${checked.operation}: the server must not answer ${answer.status}`);
    return answer;
  } catch (error) {
    state.problems.push(String(error));
    return refuse(418, String(error));
  }
}

/** The one query that is asked by GraphQL, which the description of the REST API lacks. */
function answerGraphql({ login, requests }: State, text: string): Answer {
  const { query }: { query?: unknown } = JSON.parse(text);
  if (query !== 'query { viewer { login } }') throw new Error(`the query is ${query}`);
  requests.push('POST /graphql');
  return login === null
    ? { status: 200, body: { data: null, errors: [{ message: 'Resource not accessible by integration' }] } }
    : { status: 200, body: { data: { viewer: { login } } } };
}

function refuse(status: number, message: string): Answer {
  return { status, body: { message, documentation_url: 'https://docs.github.com/rest' } };
}

const NOT_FOUND = refuse(404, 'Not Found');

type Handler = (request: CheckedRequest, git: BareRepository, state: State) => Answer;

const OPERATIONS: Readonly<Record<string, Handler>> = {
  'GET /repos/{owner}/{repo}': () => ({
    status: 200,
    body: { full_name: FULL_NAME, default_branch: 'main' },
  }),
  'GET /repos/{owner}/{repo}/git/ref/{ref}': ({ path: { ref = '' } }, git) => {
    const sha = git.shaOf(ref.replace(/^heads\//, ''));
    return sha === null ? NOT_FOUND : { status: 200, body: describeRef(ref, sha) };
  },
  'POST /repos/{owner}/{repo}/git/refs': ({ body: { ref, sha } }, git) => {
    const branch = String(ref).replace(/^refs\/heads\//, '');
    if (git.shaOf(branch) !== null) return refuse(422, 'Reference already exists');
    if (!git.isCommit(String(sha))) return refuse(422, 'Object does not exist');
    git.setBranch(branch, String(sha));
    return { status: 201, body: describeRef(`heads/${branch}`, String(sha)) };
  },
  'PATCH /repos/{owner}/{repo}/git/refs/{ref}': ({ path: { ref = '' }, body: { sha, force } }, git) => {
    const branch = ref.replace(/^heads\//, '');
    const old = git.shaOf(branch);
    if (old === null) return refuse(422, 'Reference does not exist');
    if (force !== true && !git.isAncestor(old, String(sha)))
      return refuse(422, 'Update is not a fast forward');
    git.setBranch(branch, String(sha));
    return { status: 200, body: describeRef(ref, String(sha)) };
  },
  'DELETE /repos/{owner}/{repo}/git/refs/{ref}': ({ path: { ref = '' } }, git, state) => {
    const branch = ref.replace(/^heads\//, '');
    if (git.shaOf(branch) === null) return refuse(422, 'Reference does not exist');
    removeBranch(git, state, branch);
    return { status: 204 };
  },
  'GET /repos/{owner}/{repo}/git/commits/{commit_sha}': ({ path: { commit_sha: sha = '' } }, git) => {
    const commit = git.readCommit(sha);
    if (commit === null) return NOT_FOUND;
    return { status: 200, body: { sha, ...commit, tree: { sha: commit.tree } } };
  },
  'POST /repos/{owner}/{repo}/git/commits': ({ body }, git) => {
    const { message, tree, parents, author, committer } = body as {
      message: string;
      tree: string;
      parents: string[];
      author: { name: string; email: string; date: string };
      committer: { name: string; email: string; date: string };
    };
    return { status: 201, body: { sha: git.writeCommit(tree, parents, message, author, committer) } };
  },
  'GET /repos/{owner}/{repo}/git/trees/{tree_sha}': ({ path: { tree_sha: sha = '' } }, git) => ({
    status: 200,
    body: { sha, truncated: false, tree: git.listTree(sha) },
  }),
  'POST /repos/{owner}/{repo}/git/trees': ({ body }, git) => {
    const { base_tree, tree } = body as { base_tree: string; tree: { path: string; content: string }[] };
    const files = Object.fromEntries(tree.map(({ path, content }) => [path, content]));
    return { status: 201, body: { sha: git.writeTree(base_tree, files) } };
  },
  'GET /repos/{owner}/{repo}/compare/{basehead}': ({ path: { basehead = '' } }, git) => {
    const [base = '', head = ''] = basehead.split('...');
    const changed = git.listChanged(base, head);
    return changed === null
      ? NOT_FOUND
      : { status: 200, body: { files: changed.map((filename) => ({ filename })) } };
  },
  'GET /repos/{owner}/{repo}/pulls/{pull_number}/reviews': ({ path, query }, _, state) =>
    paginate(pullOf(state, Number(path.pull_number)).reviews, query, (review) => ({ state: review })),
  'GET /repos/{owner}/{repo}/pulls': ({ query }, git, { pulls }) => {
    const [state, head] = [query.get('state') ?? 'open', query.get('head')];
    const found = pulls.filter(
      (pull) =>
        (state === 'all' || pull.state === state) &&
        (head === null || (pull.from === FULL_NAME && head === `acme:${pull.head}`)),
    );
    return paginate(found, query, (pull) => describePull(pull, git));
  },
  'POST /repos/{owner}/{repo}/pulls': ({ body }, git, state) => {
    const {
      title,
      head,
      base,
      draft = false,
      body: text = '',
    } = body as Record<string, string> & { draft?: boolean };
    const sha = git.shaOf(head ?? '');
    if (sha === null || git.shaOf(base ?? '') === null) return refuse(422, 'Validation Failed');
    if (draft && !state.allowsDrafts)
      return refuse(422, 'Draft pull requests are not supported in this repository.');
    if (state.pulls.some((one) => one.head === head && one.from === FULL_NAME && one.state === 'open'))
      return refuse(422, `A pull request already exists for acme:${head}.`);
    const pull = newPull(state, {
      title: title ?? '',
      head: head ?? '',
      base: base ?? '',
      draft,
      body: text,
      sha,
    });
    state.pulls.push(pull);
    return { status: 201, body: describePull(pull, git) };
  },
  'PATCH /repos/{owner}/{repo}/pulls/{pull_number}': ({ path, body }, git, state) => {
    const pull = pullOf(state, Number(path.pull_number));
    Object.assign(pull, body);
    return { status: 200, body: describePull(pull, git) };
  },
  'GET /repos/{owner}/{repo}/issues/{issue_number}/comments': ({ path, query }, _, { comments }) =>
    paginate(
      comments.filter(({ pull }) => pull === Number(path.issue_number)),
      query,
      (comment) => comment,
    ),
  'POST /repos/{owner}/{repo}/issues/{issue_number}/comments': ({ path, body }, _, { comments, login }) => {
    const user = { login: login ?? '', type: 'Bot' };
    const pull = Number(path.issue_number);
    const comment = { id: comments.length + 1, pull, body: String(body.body), user };
    comments.push(comment);
    return { status: 201, body: comment };
  },
  'PATCH /repos/{owner}/{repo}/issues/comments/{comment_id}': ({ path, body }, _, { comments }) => {
    const comment = comments.find(({ id }) => id === Number(path.comment_id));
    if (comment === undefined) throw new Error('there is no such comment');
    comment.body = String(body.body);
    return { status: 200, body: comment };
  },
};

function describeRef(ref: string, sha: string): object {
  return { ref: `refs/${ref}`, object: { type: 'commit', sha } };
}

function describePull(pull: Pull, git: BareRepository): object {
  const { number, state, merged_at, draft, title, body, head, base, from, created_at, auto_merge } = pull;
  const sha = state === 'open' && from === FULL_NAME ? (git.shaOf(head) ?? pull.sha) : pull.sha;
  return {
    ...{ number, state, merged_at, draft, title, body, created_at, auto_merge },
    head: { ref: head, sha, repo: from === null ? null : { full_name: from } },
    base: { ref: base },
  };
}

function paginate<T>(items: readonly T[], query: URLSearchParams, describe: (item: T) => unknown): Answer {
  const [size, page] = [Number(query.get('per_page') ?? 30), Number(query.get('page') ?? 1)];
  const shown = items.slice((page - 1) * size, page * size);
  const link = page * size < items.length ? { link: `<http://localhost/?page=${page + 1}>; rel="next"` } : {};
  return { status: 200, body: shown.map(describe), headers: link };
}
