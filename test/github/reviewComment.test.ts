import { execFileSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { folderWith, runCli } from '../support/cli.ts';
import { FULL_NAME, type GitHub, startGitHub, TOKEN } from './githubServer.ts';

function policy(vlans: string): string {
  return `version: 1
recipient: { provider: outscale, region: eu-west-2, account: "012345678901" }
owners:
  acme: { connections: [dxcon-11111111], grants: { prod: { gateway: vgw-12345678, match: { vlan: [${vlans}] } } } }
`;
}

/** The review names its time. */
const AT = ['--at', '2026-11-30T00:00:00Z'];

/** A pull request of the repository, or of a fork. */
function eventOf(number: number, from: string | null = FULL_NAME): string {
  const repo = from === null ? null : { full_name: from };
  return JSON.stringify({
    pull_request: { number, head: { repo }, base: { repo: { full_name: FULL_NAME } } },
  });
}

function startCheckout(github: GitHub) {
  const dir = folderWith({ 'policy/acme.yaml': policy('100-199') });
  const git = (...args: string[]) =>
    execFileSync('git', ['-c', 'user.name=t', '-c', 'user.email=t@example.com', ...args], { cwd: dir });
  git('init', '--quiet', '--initial-branch', 'main');
  git('add', '.');
  git('commit', '--quiet', '--message', 'first');
  return {
    review: (vlans: string, env: Record<string, string>) => {
      writeFileSync(join(dir, 'policy/acme.yaml'), policy(vlans));
      return runCli(dir, ['policy', 'review', '--base', 'main', '--comment', ...AT], {
        ...github.env,
        ...env,
      });
    },
    event: (text: string) => {
      writeFileSync(join(dir, 'event.json'), text);
      return { GITHUB_EVENT_PATH: join(dir, 'event.json') };
    },
  };
}

describe('policy review --comment', () => {
  it('writes one comment on the pull request, and replaces its text in the next run', async () => {
    const github = await startGitHub({ 'README.md': '' });
    const { review, event } = startCheckout(github);
    const first = await review('100-200', event(eventOf(7)));
    expect(first.code).toBe(4);
    expect(github.comments).toMatchObject([{ pull: 7, body: expect.stringContaining('vlan 200') }]);
    // The same text is what is printed.
    expect(github.comments[0]?.body.endsWith(first.stdout.trimEnd())).toBe(true);
    expect((await review('100-150', event(eventOf(7)))).code).toBe(0);
    expect(github.comments).toHaveLength(1);
    expect(github.comments[0]?.body).not.toContain('vlan 200');
    const before = github.requests.length;
    await review('100-150', { GITHUB_REF: 'refs/pull/7/merge' });
    const changes = github.requests.slice(before).filter((one) => !/^GET |graphql$/.test(one));
    expect(changes).toEqual([]);
  }, 60_000);

  it('comments on errors too, and never uses the comment of a person', async () => {
    const github = await startGitHub({ 'README.md': '' });
    const { review, event } = startCheckout(github);
    github.say(7, '<!-- vif-acceptor policy review -->\nnothing becomes newly acceptable');
    const { code } = await review('nothing', event(eventOf(7)));
    expect([code, github.comments.length]).toEqual([3, 2]);
    expect(github.comments[0]?.body).toContain('nothing becomes newly acceptable');
  });

  it.each(['github-actions[bot]', 'our-policies[bot]'])(
    'never uses the comment of another app, and finds its own again (%s)',
    async (login) => {
      const github = await startGitHub({ 'README.md': '' });
      github.state.login = login;
      const { review, event } = startCheckout(github);
      const echo = '<!-- vif-acceptor policy review -->\nnothing becomes newly acceptable';
      github.say(7, echo, { login: 'echo[bot]', type: 'Bot' });
      for (const vlans of ['100-200', '100-201']) await review(vlans, event(eventOf(7)));
      expect(github.comments.map(({ user }) => user.login)).toEqual(['echo[bot]', login]);
      expect(github.comments.map(({ body }) => body === echo)).toEqual([true, false]);
      expect(github.comments[1]?.body).toContain('201');
    },
    60_000,
  );

  it.each([null, ''])('fails without a comment when the login of the token is %j', async (login) => {
    const github = await startGitHub({ 'README.md': '' });
    github.state.login = login;
    const { review, event } = startCheckout(github);
    const { code, stderr } = await review('100-150', event(eventOf(7)));
    expect([code, github.comments]).toEqual([1, []]);
    expect(stderr).toMatch(/^error: cannot read the user of the token: .*GITHUB_TOKEN/m);
  });

  it('writes none on a pull request of a fork, and keeps the exit code', async () => {
    const github = await startGitHub({ 'README.md': '' });
    const { review, event } = startCheckout(github);
    for (const from of ['mallory/policies', null]) {
      const { code, stdout } = await review('100-200', event(eventOf(7, from)));
      expect([code, stdout]).toEqual([4, expect.stringContaining('vlan 200')]);
    }
    expect(github.requests).toEqual([]);
  });

  it('fails when the comment cannot be written, after the review was printed, and shows no token', async () => {
    const github = await startGitHub({ 'README.md': '' });
    const { review, event } = startCheckout(github);
    github.interceptors.push(() => ({
      status: 403,
      body: { message: 'Resource not accessible by integration' },
    }));
    const { code, stdout, stderr } = await review('100-150', event(eventOf(7)));
    expect([code, stdout]).toEqual([1, expect.stringContaining('Review of the policies')]);
    expect(stdout + stderr).not.toContain(TOKEN);
  });

  it.each([
    ['a token', { GITHUB_TOKEN: '', GITHUB_REF: 'refs/pull/7/merge' }],
    ['a pull request', { GITHUB_REF: 'refs/heads/main' }],
    ['a repository', { GITHUB_REPOSITORY: 'acme', GITHUB_REF: 'refs/pull/7/merge' }],
    ['https', { GITHUB_API_URL: 'http://github.example', GITHUB_REF: 'refs/pull/7/merge' }],
    ['an event', { GITHUB_EVENT_PATH: '/dev/null' }],
  ])('needs %s', async (_, env) => {
    const { review } = startCheckout(await startGitHub({ 'README.md': '' }));
    expect((await review('100-150', env)).code).toBe(2);
  });
});
