import { execFileSync } from 'node:child_process';
import { chmodSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { compileFiles, compilePolicy, readPolicyFiles, testPolicyFiles } from '../../language/index.ts';

const POLICY = `version: 1
recipient: { provider: aws, region: eu-west-1, account: "012345678901" }
owners: { acme: { connections: [dxcon-1], gateway: vgw-12345678 } }
`;
const ELSEWHERE = POLICY.replace('eu-west-1', 'eu-west-3');

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'policy-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

function write(name: string, content: string | Uint8Array): string {
  const file = join(folder, name);
  writeFileSync(file, content);
  return file;
}

/** File, code and fix of every error. */
function errors(where: string): string[][] {
  const result = compileFiles(where);
  return result.ok ? [] : result.errors.map(({ file, code, fix }) => [file, code, fix]);
}

describe('a file that is not in UTF-8', () => {
  const begin = [...new TextEncoder().encode('a: "é"\nb: "')];
  it.each([
    ['a byte that begins no character', [...begin, 0xe9, 0x22, 0x0a], 2, 5],
    ['a character that the file ends in', [...begin, 0xc3], 2, 5],
    ['the first byte', [0xff, 0xfe, 0x61], 1, 1],
  ])('is an error of the policy at %s', (_, bytes, line, column) => {
    const file = write('acme.yaml', new Uint8Array(bytes));
    const compiled = compileFiles(folder);
    expect(compiled.ok ? [] : compiled.errors).toMatchObject([{ file, code: 'not-utf-8', line, column }]);
  });
});

describe('a folder of policies', () => {
  it('is compiled by file name, and other files in it are ignored', () => {
    write('b.yaml', POLICY);
    write('a.yaml', ELSEWHERE);
    write('README.md', 'not a policy');
    write('.#a.yaml', 'left by an editor');
    mkdirSync(join(folder, 'cases'));
    write('cases/one.yaml', 'not a policy');
    const result = compileFiles(folder);
    expect(result.ok && result.policies.map(({ policy }) => policy.target)).toEqual(['a', 'b']);
  });

  it('that does not exist, or is a file, gives an error that explains how to create a policy', () => {
    const missing = join(folder, 'policy');
    expect(errors(missing)).toEqual([
      [missing, 'no-folder', expect.stringContaining('vif-acceptor -- policy init')],
    ]);
    const file = write('a.yaml', POLICY);
    expect(errors(file)).toEqual([[file, 'no-folder', expect.stringContaining('policy init')]]);
  });

  it('without a policy gives an error that explains how to create one', () => {
    write('README.md', 'not a policy');
    expect(errors(folder)).toEqual([
      [folder, 'no-policy', expect.stringContaining('npm run -s vif-acceptor -- policy init')],
    ]);
  });

  it('with a file of another extension gives an error, because the file would be ignored', () => {
    write('a.yaml', POLICY);
    const yml = write('b.yml', ELSEWHERE);
    const upperCase = write('c.YAML', ELSEWHERE);
    expect(errors(folder)).toEqual([
      [yml, 'file-extension', 'rename it to `b.yaml`'],
      [upperCase, 'file-extension', 'rename it to `c.yaml`'],
    ]);
  });

  it('with YAML in a sub-folder gives an error, because it would be ignored', () => {
    write('a.yaml', POLICY);
    for (const name of ['aws', 'aws/deep', 'cases', 'cases/deep', '.hidden', 'node_modules'])
      mkdirSync(join(folder, name));
    const policy = write('aws/zeta.yaml', ELSEWHERE);
    const deep = write('aws/deep/b.YML', ELSEWHERE);
    write('aws/README.md', 'not a policy');
    write('cases/one.yaml', 'not a policy');
    write('.hidden/b.yaml', 'of an editor');
    write('node_modules/b.yaml', 'of a package');
    // Neither link leads to a policy that is not read anyway.
    symlinkSync('.', join(folder, 'self'));
    symlinkSync('..', join(folder, 'aws/up'));
    const fix = expect.stringContaining(`move it up into \`${folder}\``);
    expect(errors(folder)).toEqual([
      [deep, 'sub-folder', fix],
      [policy, 'sub-folder', fix],
    ]);
  });

  it('with a loop of symbolic links is read, and a policy that is such a link gives an error', () => {
    write('a.yaml', POLICY);
    symlinkSync('circle', join(folder, 'circle'));
    const circle = join(folder, 'circle.yaml');
    symlinkSync('circle.yaml', circle);
    expect(errors(folder).map(([file, code]) => [file, code])).toEqual([[circle, 'unreadable-file']]);
  });

  it('with folders that link to each other in many ways is visited once', () => {
    write('a.yaml', POLICY);
    const names = Array.from({ length: 12 }, (_, i) => `folder-${i}`);
    for (const name of names) mkdirSync(join(folder, name));
    for (const name of names)
      for (const other of names) symlinkSync(join('..', other), join(folder, name, `to-${other}`));
    write('folder-0/b.yaml', ELSEWHERE);
    expect(errors(folder).map(([file, code]) => [file, code])).toEqual([
      [join(folder, 'folder-0/b.yaml'), 'sub-folder'],
    ]);
  });

  it('is read without blocking on a pipe or a device', () => {
    const pipe = join(folder, 'pipe.yaml');
    execFileSync('mkfifo', [pipe]);
    const device = join(folder, 'zero.yaml');
    symlinkSync('/dev/zero', device);
    expect(errors(folder).map(([file, code]) => [file, code])).toEqual([
      [pipe, 'unreadable-file'],
      [device, 'unreadable-file'],
    ]);
  });

  it.skipIf(process.getuid?.() === 0)('with a sub-folder whose entries cannot be read gives an error', () => {
    write('a.yaml', POLICY);
    mkdirSync(join(folder, 'aws/deep'), { recursive: true });
    write('aws/deep/b.yaml', ELSEWHERE);
    chmodSync(join(folder, 'aws'), 0o400);
    expect(errors(folder).map(([file, code]) => [file, code])).toEqual([[join(folder, 'aws'), 'sub-folder']]);
    chmodSync(join(folder, 'aws'), 0o700);
  });

  it('with a link to a folder of policies gives an error for these', () => {
    write('a.yaml', POLICY);
    mkdirSync(join(folder, '.all/others'), { recursive: true });
    write('.all/others/b.yaml', ELSEWHERE);
    symlinkSync('.all', join(folder, 'linked'));
    expect(errors(folder).map(([file, code]) => [file, code])).toEqual([
      [join(folder, 'linked/others/b.yaml'), 'sub-folder'],
    ]);
  });

  it('with policy tests in a sub-folder of `cases` gives an error', () => {
    write('a.yaml', POLICY);
    mkdirSync(join(folder, 'cases/deep'), { recursive: true });
    const file = write('cases/deep/one.yaml', 'not read');
    expect(testPolicyFiles(folder).errors.map(({ file, code }) => [file, code])).toEqual([
      [file, 'sub-folder'],
    ]);
  });

  it('reports errors in files that can be read together with files that cannot', () => {
    const bad = write('bad.yaml', `${POLICY}freese: true`);
    const binary = write('binary.yaml', new Uint8Array([0x76, 0xff, 0xfe]));
    const inner = join(folder, 'folder.yaml');
    mkdirSync(inner);
    const twin = write('twin.yaml', POLICY);
    expect(errors(folder).map(([file, code]) => [file, code])).toEqual([
      [bad, 'unknown-key'],
      [binary, 'not-utf-8'],
      [inner, 'unreadable-file'],
      [twin, 'same-recipient'],
    ]);
  });

  it.skipIf(process.getuid?.() === 0)('reports a file without read permission', () => {
    const file = write('a.yaml', POLICY);
    chmodSync(file, 0);
    expect(errors(folder)).toEqual([[file, 'unreadable-file', expect.stringContaining('permissions')]]);
  });
});

describe('files named one by one', () => {
  it('are read, and one that cannot be read is reported by its name', () => {
    const file = write('a.yaml', POLICY);
    const missing = join(folder, 'b.yaml');
    const read = readPolicyFiles([file, missing]);
    expect(read.sources).toEqual([{ file, text: POLICY }]);
    expect(read.errors).toMatchObject([
      {
        file: missing,
        line: 1,
        column: 1,
        code: 'unreadable-file',
      },
    ]);
  });
});

describe('the file name is the name of the target', () => {
  it.each([
    ['policy/acme.yaml', 'acme'],
    ['/srv/a-2.yaml', 'a-2'],
    [`${'a'.repeat(63)}.yaml`, 'a'.repeat(63)],
  ])('%s', (file, target) => {
    const result = compilePolicy({ file, text: POLICY });
    expect(result.ok && result.policy.target).toBe(target);
  });

  it.each([
    ['policy/Acme.yaml', 'target-name', 'a lower-case letter'],
    ['policy/2nd.yaml', 'target-name', 'a lower-case letter'],
    ['policy/a.b.yaml', 'target-name', 'hyphens'],
    [`${'a'.repeat(64)}.yaml`, 'target-name', 'at most 62'],
    ['policy/.yaml', 'target-name', 'a lower-case letter'],
    ['policy/acme.yml', 'file-extension', 'as in `acme.yaml`'],
    ['/dev/stdin', 'file-extension', '.yaml`'],
  ])('%s is refused', (file, code, fix) => {
    const result = compilePolicy({ file, text: POLICY });
    expect(result).toMatchObject({
      ok: false,
      errors: [{ file, line: 1, column: 1, path: '', code, fix: expect.stringContaining(fix) }],
    });
  });
});
