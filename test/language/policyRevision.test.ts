import { execFileSync } from 'node:child_process';
import {
  appendFileSync,
  chmodSync,
  existsSync,
  readFileSync,
  rmSync,
  symlinkSync,
  truncateSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { git } from '../../language/git.ts';
import { readRevision as stateOf } from '../../language/policyRevision.ts';
import { writeTempFiles } from '../support/tempFiles.ts';

const POLICY = { 'acme.yaml': 'version: 1\n' };

/** A folder whose files are committed. @param args options of `git init` */
function repository(files: Readonly<Record<string, string>> = POLICY, ...args: string[]): string {
  const folder = writeTempFiles(files);
  inside(folder)('init', '--quiet', ...args);
  inside(folder)('add', '.');
  commit(folder);
  return folder;
}

function commit(folder: string): void {
  inside(folder)(
    '-c',
    'user.name=test',
    '-c',
    'user.email=test@example.com',
    'commit',
    '--quiet',
    '-m',
    'policies',
  );
}

/** Runs git in a folder without our precautions. */
function inside(folder: string) {
  return (...args: string[]) => execFileSync('git', args, { cwd: folder, stdio: 'pipe' });
}

const revisionOf = (folder: string): string => stateOf(folder).name;

describe('the revision', () => {
  it('is the commit of the policies, and is dirty when they were changed since', () => {
    const folder = repository();
    const committed = revisionOf(folder);
    expect(committed).toMatch(/^[0-9a-f]{7,}$/);
    appendFileSync(join(folder, 'acme.yaml'), 'freeze: true\n');
    expect(revisionOf(folder)).toBe(`${committed}-dirty`);
  });

  it('is dirty when there is an untracked policy', () => {
    const folder = repository();
    const committed = revisionOf(folder);
    writeFileSync(join(folder, 'new.yaml'), 'version: 1\n');
    expect(revisionOf(folder)).toBe(`${committed}-dirty`);
  });

  it.each<[string, (folder: string) => void]>([
    [
      'a staged change',
      (folder) => {
        appendFileSync(join(folder, 'acme.yaml'), 'freeze: true\n');
        inside(folder)('add', '.');
      },
    ],
    [
      'a staged change that is reverted in the work tree',
      (folder) => {
        appendFileSync(join(folder, 'acme.yaml'), 'freeze: true\n');
        inside(folder)('add', '.');
        writeFileSync(join(folder, 'acme.yaml'), POLICY['acme.yaml']);
      },
    ],
    ['a file deleted', (folder) => rmSync(join(folder, 'acme.yaml'))],
    [
      'a file replaced by a link',
      (folder) => {
        rmSync(join(folder, 'acme.yaml'));
        symlinkSync('/dev/null', join(folder, 'acme.yaml'));
      },
    ],
    [
      'a file replaced by a pipe',
      (folder) => {
        rmSync(join(folder, 'acme.yaml'));
        execFileSync('mkfifo', [join(folder, 'acme.yaml')]);
      },
    ],
    [
      'a link that leads elsewhere',
      (folder) => {
        rmSync(join(folder, 'link.yaml'));
        symlinkSync('/dev/null', join(folder, 'link.yaml'));
      },
    ],
    ['a tracked file outside of the folder', (folder) => appendFileSync(join(folder, 'lib/index.ts'), '1')],
  ])('is dirty with %s', (_, change) => {
    const folder = repository({ ...POLICY, 'lib/index.ts': '' });
    symlinkSync('acme.yaml', join(folder, 'link.yaml'));
    inside(folder)('add', '.');
    commit(folder);
    const committed = revisionOf(folder);
    expect(committed).not.toContain('dirty');
    change(folder);
    expect(revisionOf(folder)).toBe(`${committed}-dirty`);
  });

  it.each<[string, () => string]>([
    ['whose object names are SHA-256', () => repository(POLICY, '--object-format=sha256')],
    ['with odd names', () => repository({ ...POLICY, 'a "b"\n\t\u{e9}.txt': 'x' })],
    [
      'with files that are ignored',
      () => {
        const folder = repository({ ...POLICY, '.gitignore': '*.bak\n' });
        writeFileSync(join(folder, 'acme.yaml.bak'), '');
        return folder;
      },
    ],
    [
      'whose files were only touched',
      () => {
        const folder = repository();
        utimesSync(join(folder, 'acme.yaml'), 1, 1);
        return folder;
      },
    ],
    [
      'whose files have CRLF line ends by configuration',
      () => {
        const folder = repository();
        inside(folder)('config', 'core.autocrlf', 'true');
        rmSync(join(folder, 'acme.yaml'));
        inside(folder)('checkout', '--quiet', '.');
        expect(readFileSync(join(folder, 'acme.yaml'), 'utf8')).toContain('\r\n');
        return folder;
      },
    ],
    [
      'that is checked out in part',
      () => {
        const folder = repository({ 'policy/acme.yaml': '', 'more/large.txt': '' });
        inside(folder)('sparse-checkout', 'set', 'policy');
        expect(existsSync(join(folder, 'more'))).toBe(false);
        return join(folder, 'policy');
      },
    ],
  ])('is clean in a repository %s', (_, made) => {
    expect(revisionOf(made())).toMatch(/^[0-9a-f]{7,}$/);
  });

  it('is unknown, with a reason, when the files cannot be compared in time', () => {
    expect(stateOf(repository(), 0)).toEqual({ name: 'unknown', problem: expect.any(String) });
  });

  it('is dirty with a file that is too large to compare', () => {
    const folder = repository();
    truncateSync(join(folder, 'acme.yaml'), 100_000_001);
    inside(folder)('-c', 'core.compression=0', 'add', '.');
    commit(folder);
    expect(revisionOf(folder)).toMatch(/^[0-9a-f]{7,}-dirty$/);
  });

  it('has no control characters and a bounded length, even if a tag has', () => {
    const folder = repository();
    const head = String(inside(folder)('rev-parse', 'HEAD')).trim();
    for (const name of ['a\u{1b}[31m', 'v'.repeat(300_000)]) {
      const input = `object ${head}\ntype commit\ntag ${name}\ntagger x <x@example.com> 1700000000 +0000\n\nm\n`;
      const args = ['hash-object', '-t', 'tag', '-w', '--literally', '--stdin'];
      const tag = execFileSync('git', args, { cwd: folder, input, encoding: 'utf8' });
      writeFileSync(join(folder, '.git/refs/tags/v1'), tag);
      const revision = revisionOf(folder);
      expect(revision).toMatch(/^[ -~\u2026]{1,200}$/);
      expect(revision.slice(0, 1)).toBe(name.slice(0, 1));
    }
  });

  it('is unknown without a repository', () => {
    expect(revisionOf(writeTempFiles({ 'acme.yaml': '' }))).toBe('unknown');
  });

  it('is unknown without git', () => {
    const { PATH } = process.env;
    process.env.PATH = '';
    try {
      expect(revisionOf(process.cwd())).toBe('unknown');
    } finally {
      process.env.PATH = PATH;
    }
  });
});

/** Programs that the configuration of a repository can name; each leaves a file where it ran. */
function trapped(): { folder: string; ran: () => boolean } {
  const folder = repository({ ...POLICY, '.gitattributes': '*.yaml filter=evil diff=evil\n' });
  const trap = join(writeTempFiles({ 'trap.sh': '#!/bin/sh\ntouch "$(dirname "$0")/ran"\n' }), 'trap.sh');
  chmodSync(trap, 0o755);
  const configure = inside(folder);
  for (const key of ['core.fsmonitor', 'filter.evil.clean', 'diff.evil.textconv', 'diff.external'])
    configure('config', key, trap);
  const hooks = writeTempFiles({ 'post-index-change': `#!/bin/sh\n${trap}\n` });
  chmodSync(join(hooks, 'post-index-change'), 0o755);
  configure('config', 'core.hooksPath', hooks);
  // Git compares the content of a file whose modification time has changed.
  utimesSync(join(folder, 'acme.yaml'), 1, 1);
  const mark = join(dirname(trap), 'ran');
  const ran = (): boolean => {
    const isThere = existsSync(mark);
    rmSync(mark, { force: true });
    return isThere;
  };
  return { folder, ran };
}

describe('a repository whose configuration names programs', () => {
  it('runs none of them', () => {
    const { folder, ran } = trapped();
    inside(folder)('status');
    expect(ran()).toBe(true);
    expect(revisionOf(folder)).toMatch(/^[0-9a-f]{7,}$/);
    expect(git(folder, ['cat-file', 'blob', 'HEAD:./acme.yaml']).stdout).toBe(POLICY['acme.yaml']);
    expect(ran()).toBe(false);
  });

  it('runs none of them in a submodule, nor to fetch a missing object', () => {
    const { folder, ran } = trapped();
    const parent = repository();
    inside(parent)('-c', 'protocol.file.allow=always', 'submodule', '--quiet', 'add', folder, 'inner');
    commit(parent);
    inside(join(parent, 'inner'))(
      'config',
      'core.fsmonitor',
      String(inside(folder)('config', 'core.fsmonitor')).trim(),
    );
    inside(parent)('status');
    expect(ran()).toBe(true);
    expect(revisionOf(parent)).toMatch(/^[0-9a-f]{7,}$/);
    expect(ran()).toBe(false);

    const lacking = repository();
    const trap = String(inside(folder)('config', 'core.fsmonitor')).trim();
    for (const [key, value] of [
      ['core.repositoryFormatVersion', '1'],
      ['extensions.partialClone', 'origin'],
      ['remote.origin.url', folder],
      ['remote.origin.promisor', 'true'],
      ['remote.origin.uploadPack', trap],
    ] as const)
      inside(lacking)('config', key, value);
    const blob = String(inside(lacking)('rev-parse', 'HEAD:acme.yaml')).trim();
    rmSync(join(lacking, '.git/objects', blob.slice(0, 2), blob.slice(2)), { force: true });
    expect(() => inside(lacking)('cat-file', 'blob', blob)).toThrow();
    expect(ran()).toBe(true);
    expect(git(lacking, ['cat-file', 'blob', blob]).status).not.toBe(0);
    expect(ran()).toBe(false);
  });
});
