import { isRecord } from '../../core/decoders.ts';
import { memoizeByObject } from '../../core/memoize.ts';
import { ForgeFailure } from '../options.ts';
import { call, type Repository } from './repository.ts';

/** The comment with a marker on a pull request, by this program. */
interface OwnComment {
  readonly id: number;
  readonly body: string;
}

const PER_PAGE = 100;

/** Writes a comment, unless one with its marker is there already. The marker is the first line. */
export async function commentOnce(
  repository: Repository,
  number: number,
  marker: string,
  text: string,
): Promise<void> {
  if ((await findOwnComment(repository, number, marker)) === null)
    await createComment(repository, number, `${marker}\n${text}`);
}

/** Writes a comment, or replaces the text of the one with its marker. @returns whether anything changed */
export async function writeComment(
  repository: Repository,
  number: number,
  marker: string,
  text: string,
): Promise<boolean> {
  const { octokit, owner, repo } = repository;
  const body = `${marker}\n${text}`;
  const found = await findOwnComment(repository, number, marker);
  if (found === null) await createComment(repository, number, body);
  else if (found.body === body) return false;
  else
    await call(`update the comment on pull request ${number}`, () =>
      octokit.request('PATCH /repos/{owner}/{repo}/issues/comments/{comment_id}', {
        owner,
        repo,
        comment_id: found.id,
        body,
      }),
    );
  return true;
}

async function createComment(
  { octokit, owner, repo }: Repository,
  number: number,
  body: string,
): Promise<void> {
  await call(`comment on pull request ${number}`, () =>
    octokit.request('POST /repos/{owner}/{repo}/issues/{issue_number}/comments', {
      owner,
      repo,
      issue_number: number,
      body,
      // A repeated call would write a second comment.
      request: { retries: 0 },
    }),
  );
}

/**
 * Finds the first comment with a marker. Fail closed: that of a person or of another app does not count, who could write the marker first, and
 * later change what this program wrote into it.
 */
async function findOwnComment(
  repository: Repository,
  number: number,
  marker: string,
): Promise<OwnComment | null> {
  const { octokit, owner, repo } = repository;
  const self = await readLogin(repository);
  for (let page = 1; ; page += 1) {
    const { data, headers } = await call(`read the comments on pull request ${number}`, () =>
      octokit.request('GET /repos/{owner}/{repo}/issues/{issue_number}/comments', {
        owner,
        repo,
        issue_number: number,
        per_page: PER_PAGE,
        page,
      }),
    );
    const found = data.find(
      ({ body = '', user }) => body.split('\n', 1)[0]?.trimEnd() === marker && user?.login === self,
    );
    // Line ends of a text that passed through a form are `\r\n`.
    if (found !== undefined)
      return { id: Number(found.id), body: (found.body ?? '').replaceAll('\r\n', '\n') };
    if (!/\brel="next"/.test(headers.link ?? '')) return null;
  }
}

/**
 * The login of the token's user or app, such as `github-actions[bot]`. By GraphQL, because `GET /user` refuses tokens of apps, among them the
 * one of a workflow. Once per repository, because calls of GraphQL wait for each other.
 */
const readLogin = memoizeByObject(async ({ octokit }: Repository): Promise<string> => {
  const answer: unknown = await call('read the user of the token', () =>
    octokit.graphql('query { viewer { login } }'),
  );
  const viewer = isRecord(answer) && isRecord(answer.viewer) ? answer.viewer : {};
  if (typeof viewer.login === 'string' && viewer.login !== '') return viewer.login;
  // Fail closed: without it, the comments of others would count.
  throw new ForgeFailure(
    'credentials',
    'cannot read the user of the token: the answer names none; check GITHUB_TOKEN and GITHUB_API_URL',
  );
});
