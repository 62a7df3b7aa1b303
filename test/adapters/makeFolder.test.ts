import { existsSync, mkdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { makeFolder, readErrorCode } from '../../adapters/fileSystem.ts';
import { folderWith } from '../support/cli.ts';

async function codeFor(path: string): Promise<string> {
  return await makeFolder(path).then(
    () => 'made',
    (error: unknown) => readErrorCode(error),
  );
}

describe('a folder', () => {
  it('is created with its missing parents, each with the given mode, even if another process creates them too', async () => {
    const root = folderWith({});
    const path = join(root, 'a/b/c');
    await Promise.all([makeFolder(path, 0o700), makeFolder(path, 0o700), makeFolder(join(path, 'd'), 0o700)]);
    expect(['a', 'a/b', 'a/b/c'].map((name) => statSync(join(root, name)).mode & 0o777)).toEqual([
      0o700, 0o700, 0o700,
    ]);
  });

  it('may exist already', async () => {
    const root = folderWith({});
    mkdirSync(join(root, 'a'));
    await makeFolder(join(root, 'a'));
    expect(await codeFor('/')).toBe('made');
  });

  it('is not created where a file has its name or is in its path', async () => {
    const root = folderWith({ file: '' });
    expect(await codeFor(join(root, 'file'))).toBe('EEXIST');
    expect(await codeFor(join(root, 'file/a'))).toBe('ENOTDIR');
  });

  it.runIf(existsSync('/proc/self'))('that can never be created fails at once', async () => {
    expect(await codeFor('/proc/vif-acceptor/a')).toBe('ENOENT');
  });
});
