import { describe, expect, it } from 'vitest';
import { DESCRIPTION } from './openApi.ts';
import { checkRequest } from './requestCheck.ts';

const REASON = DESCRIPTION === null ? ' (the npm registry is not reachable)' : '';
const at = (path: string): URL => new URL(`/repos/acme/policies${path}`, 'http://127.0.0.1');

describe.skipIf(DESCRIPTION === null)(`the check of every request by GitHub's description${REASON}`, () => {
  it('passes what the description allows', () => {
    const body = { title: 'a', head: 'b', base: 'main', body: 'c', draft: true };
    expect(checkRequest('POST', at('/pulls'), JSON.stringify(body))).toMatchObject({
      operation: 'POST /repos/{owner}/{repo}/pulls',
      path: { owner: 'acme', repo: 'policies' },
      body,
    });
  });

  it.each([
    ['a path that no operation has', 'GET', '/pulls/1/files', ''],
    ['a parameter that there is not', 'GET', '/pulls?status=open', ''],
    ['a value that a parameter does not have', 'GET', '/pulls?state=opened', ''],
    ['a missing body', 'POST', '/git/refs', ''],
    ['a missing key', 'POST', '/git/refs', '{"ref":"refs/heads/a"}'],
    ['a value of another type', 'PATCH', '/pulls/1', '{"title":1}'],
    ['a key that there is not', 'PATCH', '/pulls/1', '{"status":"closed"}'],
    ['a body where none is taken', 'DELETE', '/git/refs/heads/a', '{}'],
  ])('refuses %s', (_, method, path, body) => {
    expect(() => checkRequest(method, at(path), body)).toThrow();
  });
});
