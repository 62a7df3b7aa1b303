import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { globSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  findBranchProblems,
  findReleaseProblems,
  PUBLISHED_FOLDERS,
  policyLanguageOf,
  readChangelog,
  readManifest,
  UNRELEASED,
} from '../../scripts/releaseChecks.ts';
import { checksumLine, packPublished, releaseNotes } from '../../scripts/releaseFiles.ts';
import { folderWith } from '../support/cli.ts';
import { commandsOf, jobsOf, readWorkflows, unpinnedActions } from './workflowFiles.ts';

describe('CHANGELOG.md', () => {
  const sections = readChangelog('.');

  it('says for every release what changes for authors of policies', () => {
    expect(sections.map(({ release }) => release)).toEqual([UNRELEASED, '0.1.0']);
    expect(sections.filter((section) => policyLanguageOf(section) === '')).toEqual([]);
  });

  it('has no heading that is not the name of a release', () => {
    const headings = readFileSync('CHANGELOG.md', 'utf8').match(/^## .*/gm) ?? [];
    expect(headings).toHaveLength(sections.length);
  });
});

/** The files of a checkout that can be released as 1.2.3. */
const READY = {
  'package.json': '{ "name": "vif-acceptor", "version": "1.2.3" }',
  'package-lock.json':
    '{ "name": "vif-acceptor", "version": "1.2.3", "packages": { "emulator": { "version": "1.2.3" } } }',
  'emulator/package.json': '{ "name": "hosted-vif-emulator", "version": "1.2.3" }',
  'create/package.json':
    '{ "name": "create-vif-acceptor", "version": "1.2.3", "dependencies": { "vif-acceptor": "1.2.3" } }',
  'CHANGELOG.md': `# Changelog

## 1.2.3 - 2026-12-01

### Policy language

No change.

### Fixed

- Something.

## 1.2.2

### Policy language

Something.
`,
  'test/golden/1.2.3/state.json': '{}',
};

describe('the check of a release', () => {
  it('finds nothing in a checkout that can be released', () => {
    expect(findReleaseProblems('v1.2.3', folderWith(READY))).toEqual([]);
  });

  it.each([
    ['a tag of another form', '1.2.3', {}],
    ['a tag of a version before a release', 'v1.2.3-rc.1', {}],
    [
      'another version in package.json',
      'v1.2.3',
      { 'package.json': '{ "name": "vif-acceptor", "version": "1.2.4" }' },
    ],
    [
      'another version in package-lock.json',
      'v1.2.3',
      { 'package-lock.json': READY['package-lock.json'].replace('1.2.3', '1.2.2') },
    ],
    [
      'another version of the emulator in package-lock.json',
      'v1.2.3',
      { 'package-lock.json': READY['package-lock.json'].replace(/1\.2\.3(?=" } })/, '1.2.2') },
    ],
    [
      'another version of the emulator',
      'v1.2.3',
      { 'emulator/package.json': '{ "name": "hosted-vif-emulator", "version": "1.2.4" }' },
    ],
    [
      'a package that depends on another version',
      'v1.2.3',
      {
        'create/package.json': READY['create/package.json'].replace(
          '"vif-acceptor": "1.2.3"',
          '"vif-acceptor": "^1.2.3"',
        ),
      },
    ],
    [
      'no section of the release',
      'v1.2.3',
      { 'CHANGELOG.md': READY['CHANGELOG.md'].replace('## 1.2.3', '## 1.2.1') },
    ],
    [
      'no part about the policy language',
      'v1.2.3',
      { 'CHANGELOG.md': READY['CHANGELOG.md'].replace('### Policy language', '### Added') },
    ],
    [
      'an empty part about the policy language',
      'v1.2.3',
      { 'CHANGELOG.md': READY['CHANGELOG.md'].replace('No change.', '') },
    ],
    [
      'text that is still under Unreleased',
      'v1.2.3',
      { 'CHANGELOG.md': READY['CHANGELOG.md'].replace('## 1.2.3', '## Unreleased\n\n- More.\n\n## 1.2.3') },
    ],
  ])('refuses %s', (_, tag, changed) => {
    expect(findReleaseProblems(tag, folderWith({ ...READY, ...changed }))).toHaveLength(1);
  });

  it('refuses a release without one of the packages, or without a recording of what it stores', () => {
    for (const file of ['create/package.json', 'emulator/package.json'] as const) {
      const { [file]: _, ...others } = READY;
      expect(findReleaseProblems('v1.2.3', folderWith(others))).toHaveLength(1);
    }
    const { 'test/golden/1.2.3/state.json': __, ...unrecorded } = READY;
    expect(findReleaseProblems('v1.2.3', folderWith(unrecorded))).toHaveLength(1);
  });

  it('refuses a commit that is not known to be on main', () => {
    expect(findBranchProblems(folderWith(READY))).toHaveLength(1);
  });

  it('finds one version in all packages of this checkout', () => {
    const { version } = readManifest('.', '.');
    expect(readManifest('.', 'emulator').version).toBe(version);
    const create = readManifest('.', 'create');
    expect(create).toMatchObject({ version, dependencies: { 'vif-acceptor': version } });
  });
});

describe('the files of a release', () => {
  const PAGE = 'https://git.example/acme/vif-acceptor';
  let tarball: string;
  let unpacked: string;

  const output = mkdtempSync(join(tmpdir(), 'vif-acceptor-'));
  beforeAll(() => {
    tarball = packPublished('create', output, PAGE);
    execFileSync('tar', ['xzf', tarball, '-C', output]);
    unpacked = join(output, 'package');
  }, 120_000);
  afterAll(() => rmSync(output, { recursive: true }));

  it('name the repository that the workflow runs in, which the registry compares with the provenance', () => {
    const own = JSON.parse(readFileSync('create/package.json', 'utf8'));
    const repository = { type: 'git', url: `git+${PAGE}.git`, directory: 'create' };
    expect(JSON.parse(readFileSync(join(unpacked, 'package.json'), 'utf8'))).toEqual({ ...own, repository });
    expect(readdirSync(unpacked).sort()).toEqual(['LICENSE', 'README.md', 'index.cjs', 'package.json']);
  });

  it('have the checksums that `sha256sum` computes', () => {
    const sha256 = createHash('sha256').update(readFileSync(tarball)).digest('hex');
    expect(checksumLine(tarball)).toBe(`${sha256}  ${basename(tarball)}\n`);
  });

  it('have notes whose links lead to the files at the tag', () => {
    const text = '[a](docs/a.md#b), [c](#renamed) and [d](https://example.com)';
    expect(releaseNotes(PAGE, 'v1.2.3', text)).toBe(
      `[a](${PAGE}/blob/v1.2.3/docs/a.md#b), [c](${PAGE}/blob/v1.2.3/CHANGELOG.md#renamed) and [d](https://example.com)\n`,
    );
  });
});

const WORKFLOWS = readWorkflows('.github/workflows');
const RELEASE = WORKFLOWS.find(({ name }) => name === 'release.yml');

describe('the release workflow', () => {
  const [build, publish, attach, ...others] = jobsOf(RELEASE === undefined ? [] : [RELEASE]);

  it('has three jobs in this order, of pinned actions', () => {
    const jobs = [build, publish, attach].filter((job) => job !== undefined);
    expect(jobs.map(({ name, needs }) => [name, needs])).toEqual([
      ['release.yml build', undefined],
      ['release.yml publish', 'build'],
      ['release.yml attach', 'publish'],
    ]);
    expect(others).toEqual([]);
    expect(jobs.flatMap((job) => unpinnedActions(job, WORKFLOWS))).toEqual([]);
  });

  it('starts only for a tag that has the form of a version', () => {
    expect(RELEASE?.on).toEqual({ push: { tags: ['v[0-9]+.[0-9]+.[0-9]+'] } });
  });

  it('checks and tests before it packs, without a right to publish and without a shared cache', () => {
    expect(build && commandsOf(build)).toEqual([
      'npm ci --ignore-scripts',
      'npm run release:check',
      'npm test',
      'npm run release:pack',
    ]);
    expect(build?.granted).toEqual({ contents: 'read' });
    expect(build?.steps.filter((one) => one.with?.cache !== undefined)).toEqual([]);
  });

  it('publishes in a protected environment what was built, with provenance and without a token', () => {
    expect(publish?.environment).toBe('release');
    expect(publish?.granted).toEqual({ contents: 'read', 'id-token': 'write' });
    expect(publish && commandsOf(publish)).toEqual([
      'sha256sum --check SHA256SUMS',
      expect.stringContaining('--provenance'),
    ]);
    const names = PUBLISHED_FOLDERS.map((folder) => readManifest('.', folder).name);
    expect(publish && commandsOf(publish).at(-1)).toContain(`for name in ${names.join(' ')}; do`);
    expect(publish?.steps.filter(({ env }) => env !== undefined)).toEqual([]);
  });

  it('attaches the tarballs, the bill of materials and the checksums', () => {
    expect(attach?.granted).toEqual({ contents: 'write' });
    for (const file of ['*.tgz', '*.cdx.json', 'SHA256SUMS', 'NOTES.md'])
      expect(attach && commandsOf(attach).join()).toContain(file);
  });

  it('runs no code of the repository or of a dependency where it may publish', () => {
    for (const { steps } of [publish, attach].filter((job) => job !== undefined)) {
      expect(steps.filter(({ uses }) => uses?.startsWith('actions/checkout@'))).toEqual([]);
      expect(commandsOf({ steps }).join('\n')).not.toMatch(/npm (ci|install|run|test)|npx/);
    }
  });

  it('is the only place, besides a test with a local registry, that publishes', () => {
    const files = globSync('{.ci,.github,bin,scripts,test,create,templates}/**/*', { withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map((entry) => join(entry.parentPath, entry.name));
    const publishing = files.filter((file) => /npm publish|\['publish'/.test(readFileSync(file, 'utf8')));
    expect(publishing.sort()).toEqual([
      '.github/workflows/release.yml',
      'test/package/registry.ts',
      'test/tooling/release.test.ts',
    ]);
    expect(readFileSync('test/package/registry.ts', 'utf8').match(/\['publish'.*/g)).toEqual([
      expect.stringContaining("'--registry', url]"),
    ]);
  });
});
