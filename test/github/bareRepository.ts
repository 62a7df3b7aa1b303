import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';

/** A commit as git has it. */
export interface GitCommit {
  readonly author: Person;
  readonly committer: Person;
  readonly tree: string;
  readonly parents: readonly string[];
  readonly message: string;
}

interface Person {
  readonly name: string;
  readonly email: string;
  readonly date: string;
}

const A_PERSON = { name: 'Ann', email: 'ann@example.com' };

/** A bare repository of real git, which is removed after the test. */
export function createBareRepository() {
  const dir = mkdtempSync(join(tmpdir(), 'vif-acceptor-bare-'));
  onTestFinished(() => rmSync(dir, { recursive: true, force: true }));
  const run = (args: readonly string[], input?: string, env: Readonly<Record<string, string>> = {}): string =>
    execFileSync('git', [...args], {
      cwd: dir,
      encoding: 'utf8',
      stdio: ['pipe', 'pipe', 'pipe'],
      ...(input === undefined ? {} : { input }),
      env: { PATH: process.env.PATH ?? '', HOME: dir, GIT_CONFIG_NOSYSTEM: '1', ...env },
    });
  const attempt = (args: readonly string[]): string | null => {
    try {
      return run(args);
    } catch {
      return null;
    }
  };
  run(['init', '--quiet', '--bare', '--initial-branch', 'main']);

  const writeTree = (base: string | null, files: Readonly<Record<string, string | null>>): string => {
    const index = { GIT_INDEX_FILE: join(dir, 'test-index') };
    run(base === null ? ['read-tree', '--empty'] : ['read-tree', base], undefined, index);
    for (const [path, text] of Object.entries(files)) {
      if (text === null) run(['update-index', '--force-remove', path], undefined, index);
      else {
        const blob = run(['hash-object', '-w', '--stdin'], text).trim();
        run(['update-index', '--add', '--cacheinfo', `100644,${blob},${path}`], undefined, index);
      }
    }
    return run(['write-tree'], undefined, index).trim();
  };
  const writeCommit = (
    tree: string,
    parents: readonly string[],
    message: string,
    author: Omit<Person, 'date'> & { date?: string } = A_PERSON,
    committer = author,
  ): string =>
    run(['commit-tree', tree, ...parents.flatMap((parent) => ['-p', parent])], message, {
      GIT_AUTHOR_NAME: author.name,
      GIT_AUTHOR_EMAIL: author.email,
      GIT_AUTHOR_DATE: author.date ?? '2026-11-30T00:00:00Z',
      GIT_COMMITTER_NAME: committer.name,
      GIT_COMMITTER_EMAIL: committer.email,
      GIT_COMMITTER_DATE: committer.date ?? '2026-11-30T00:00:00Z',
    }).trim();
  const shaOf = (branch: string): string | null =>
    attempt(['rev-parse', '--verify', '--quiet', `refs/heads/${branch}`])?.trim() ?? null;
  const setBranch = (branch: string, sha: string): void => {
    run(['update-ref', `refs/heads/${branch}`, sha]);
  };
  return {
    dir,
    run,
    attempt,
    writeTree,
    writeCommit,
    shaOf,
    setBranch,
    deleteBranch: (branch: string): void => {
      run(['update-ref', '-d', `refs/heads/${branch}`]);
    },
    isCommit: (sha: string): boolean => attempt(['cat-file', '-t', sha])?.trim() === 'commit',
    isAncestor: (old: string, now: string): boolean =>
      attempt(['merge-base', '--is-ancestor', old, now]) !== null,
    readCommit: (sha: string): GitCommit | null => {
      const shown = attempt([
        ...['show', '--no-patch', '--format=%an%n%ae%n%aI%n%cn%n%ce%n%cI%n%T%n%P%n%B', sha],
      ]);
      if (shown === null) return null;
      const [
        name = '',
        email = '',
        date = '',
        cn = '',
        ce = '',
        cd = '',
        tree = '',
        parents = '',
        ...message
      ] = shown.split('\n');
      return {
        author: { name, email, date },
        committer: { name: cn, email: ce, date: cd },
        tree,
        parents: parents.split(' ').filter(Boolean),
        message: message.join('\n').trim(),
      };
    },
    listTree: (tree: string) =>
      (attempt(['ls-tree', '-r', '-t', '-z', '--full-tree', tree]) ?? '')
        .split('\0')
        .filter(Boolean)
        .map((line) => {
          const [meta = '', path = ''] = line.split('\t');
          const [mode = '', type = '', sha = ''] = meta.split(' ');
          return { path, mode, type, sha };
        }),
    /** The files that a commit changes since it left another one; `null`: they have no common ancestor. */
    listChanged: (base: string, head: string): string[] | null =>
      attempt(['diff', '--name-only', '-z', `${base}...${head}`])
        ?.split('\0')
        .filter(Boolean) ?? null,
    readFile: (branch: string, path: string): string | null => attempt(['show', `${branch}:${path}`]),
    /** A person commits to a branch. */
    commit: (
      branch: string,
      files: Readonly<Record<string, string | null>>,
      message = 'work of a person',
    ): string => {
      const parent = shaOf(branch);
      const sha = writeCommit(writeTree(parent, files), parent === null ? [] : [parent], message);
      setBranch(branch, sha);
      return sha;
    },
    /** Merges a branch into another, as the button of a forge does. */
    merge: (from: string, into: string): void => {
      const [ours, theirs] = [shaOf(into) ?? '', shaOf(from) ?? ''];
      const tree = run(['merge-tree', '--write-tree', ours, theirs]).trim();
      setBranch(into, writeCommit(tree, [ours, theirs], `Merge ${from}`));
    },
  };
}

export type BareRepository = ReturnType<typeof createBareRepository>;
