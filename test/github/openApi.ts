import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { npm } from '../package/registry.ts';

/**
 * GitHub's OpenAPI description of the operations that the command line uses. It comes from a package of npm's registry, which unpacks
 * to 385 MB: so it is no dependency, and only what is checked is kept, below node_modules.
 */
const PACKAGE = '@octokit/openapi@23.0.2';
/** of the tarball, as npm prints it */
const INTEGRITY =
  'sha512-pV8M7L9GY23AybNvTmo2nyjmpmnt6+2sRE/tqr0ZLQcPS4lnw7u5eZGNmwRNkBC3D7gZXbFx5AHzLUVRBXGDhg==';
const MEMBER = 'package/generated/api.github.com.json';

export const OPERATIONS = [
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
] as const;

export interface DescribedOperation {
  readonly parameters: readonly {
    readonly name: string;
    readonly in: string;
    readonly required?: boolean;
    readonly schema: Readonly<Record<string, unknown>>;
  }[];
  readonly body: { readonly properties?: Readonly<Record<string, unknown>> } | null;
  readonly isBodyRequired: boolean;
  readonly statuses: readonly number[];
}

type Description = Readonly<Record<string, DescribedOperation>>;

/** The description of each operation; `null` if npm's registry is not reachable and it was never read before. */
export const DESCRIPTION: Description | null = readDescription();

function readDescription(): Description | null {
  const folder = join(import.meta.dirname, '../../node_modules/.cache/github-openapi');
  const key = createHash('sha256')
    .update([PACKAGE, ...OPERATIONS].join())
    .digest('hex');
  const file = join(folder, `${key}.json`);
  if (!existsSync(file)) {
    mkdirSync(folder, { recursive: true });
    const scratch = mkdtempSync(join(folder, 'download-'));
    try {
      const document = download(scratch);
      if (document === null) return null;
      // Renamed when it is complete: tests in other processes may read it at the same time.
      writeFileSync(join(scratch, 'extract.json'), JSON.stringify(extract(document)));
      renameSync(join(scratch, 'extract.json'), file);
    } finally {
      rmSync(scratch, { recursive: true });
    }
  }
  return JSON.parse(readFileSync(file, 'utf8'));
}

type JsonMap = { readonly [key: string]: Json };
type Json = null | boolean | number | string | readonly Json[] | JsonMap;

function download(scratch: string): Json {
  const { status, stdout } = npm(scratch, 'pack', '--json', '--prefer-offline', PACKAGE);
  if (status !== 0) return null;
  const [{ filename, integrity }] = JSON.parse(stdout);
  if (integrity !== INTEGRITY) throw new Error(`${PACKAGE} has the integrity ${integrity}`);
  const text = execFileSync('tar', ['xzOf', filename, MEMBER], { cwd: scratch, maxBuffer: 2 ** 26 });
  return JSON.parse(text.toString());
}

function isMap(node: Json): node is JsonMap {
  return typeof node === 'object' && node !== null && !Array.isArray(node);
}

/** The value at a path of keys; `null`: there is none. */
function valueAt(node: Json, ...keys: readonly string[]): Json {
  return keys.reduce((part: Json, key) => (isMap(part) ? (part[key] ?? null) : null), node);
}

function extract(document: Json): unknown {
  const resolve = (node: Json): Json => {
    if (Array.isArray(node)) return node.map(resolve);
    if (!isMap(node)) return node;
    const { $ref } = node;
    if (typeof $ref === 'string') return resolve(valueAt(document, ...$ref.slice(2).split('/')));
    return Object.fromEntries(
      Object.entries(node)
        .filter(([key, value]) => key !== 'examples' && !(key === 'description' && typeof value === 'string'))
        .map(([key, value]) => [key, resolve(value)]),
    );
  };
  const parametersOf = (node: Json): readonly Json[] => {
    const parameters = valueAt(node, 'parameters');
    return Array.isArray(parameters) ? parameters.map(resolve) : [];
  };
  const described = OPERATIONS.map((operation) => {
    const [method = '', route = ''] = operation.split(' ');
    const item = valueAt(document, 'paths', route);
    const own = valueAt(item, method.toLowerCase());
    return [
      operation,
      {
        parameters: [...parametersOf(item), ...parametersOf(own)],
        body: resolve(valueAt(own, 'requestBody', 'content', 'application/json', 'schema')),
        isBodyRequired: valueAt(own, 'requestBody', 'required') === true,
        statuses: Object.keys(valueAt(own, 'responses') ?? {}).map(Number),
      },
    ];
  });
  return Object.fromEntries(described);
}
