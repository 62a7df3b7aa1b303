import { readFileSync, writeFileSync } from 'node:fs';

/**
 * Extracts what the test server checks from GitHub's OpenAPI description, which as a package has 385 MB. To renew it:
 *
 *     npm pack @octokit/openapi@VERSION && tar xzf octokit-openapi-*.tgz
 *     node test/github/extractOpenApi.ts package/generated/api.github.com.json VERSION
 */

/** The operations that the command line uses. */
const OPERATIONS = [
  'GET /user',
  'GET /repos/{owner}/{repo}',
  'GET /repos/{owner}/{repo}/git/ref/{ref}',
  'POST /repos/{owner}/{repo}/git/refs',
  'PATCH /repos/{owner}/{repo}/git/refs/{ref}',
  'DELETE /repos/{owner}/{repo}/git/refs/{ref}',
  'GET /repos/{owner}/{repo}/git/commits/{commit_sha}',
  'POST /repos/{owner}/{repo}/git/commits',
  'GET /repos/{owner}/{repo}/git/trees/{tree_sha}',
  'POST /repos/{owner}/{repo}/git/trees',
  'GET /repos/{owner}/{repo}/compare/{basehead}',
  'GET /repos/{owner}/{repo}/pulls',
  'GET /repos/{owner}/{repo}/pulls/{pull_number}/reviews',
  'POST /repos/{owner}/{repo}/pulls',
  'PATCH /repos/{owner}/{repo}/pulls/{pull_number}',
  'GET /repos/{owner}/{repo}/issues/{issue_number}/comments',
  'POST /repos/{owner}/{repo}/issues/{issue_number}/comments',
  'PATCH /repos/{owner}/{repo}/issues/comments/{comment_id}',
];

type Json = null | boolean | number | string | readonly Json[] | { readonly [key: string]: Json };

const [path = '', version = ''] = process.argv.slice(2);
const document = JSON.parse(readFileSync(path, 'utf8'));

/** Replaces references by what they refer to, and leaves out examples and descriptions. */
function resolveReferences(node: Json): Json {
  if (Array.isArray(node)) return node.map(resolveReferences);
  if (typeof node !== 'object' || node === null) return node;
  const { $ref } = node as { $ref?: string };
  if ($ref !== undefined)
    return resolveReferences(
      $ref
        .slice(2)
        .split('/')
        .reduce((part, key) => part[key], document),
    );
  return Object.fromEntries(
    Object.entries(node)
      .filter(([key, value]) => key !== 'examples' && !(key === 'description' && typeof value === 'string'))
      .map(([key, value]) => [key, resolveReferences(value)]),
  );
}

const operations = OPERATIONS.map((operation) => {
  const [method = '', route = ''] = operation.split(' ');
  const item = document.paths[route];
  const { parameters = [], requestBody = null, responses } = item[method.toLowerCase()];
  const body = requestBody?.content?.['application/json'] ?? null;
  return {
    method,
    route,
    parameters: [...(item.parameters ?? []), ...parameters].map(resolveReferences),
    body: body === null ? null : resolveReferences(body.schema),
    isBodyRequired: requestBody?.required ?? false,
    statuses: Object.keys(responses).map(Number),
  };
});
writeFileSync(
  new URL('./openapi.json', import.meta.url),
  `${JSON.stringify({ package: '@octokit/openapi', version, operations }, null, 1)}\n`,
);
