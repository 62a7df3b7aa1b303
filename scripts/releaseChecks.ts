import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import * as z from 'zod';
import { git } from '../language/index.ts';

/** The folders of the packages that a release publishes, which have one version. */
export const PUBLISHED_FOLDERS = ['.', 'create', 'emulator'] as const;

/** A section of CHANGELOG.md: one release, or what is not released yet. */
export interface ChangelogSection {
  /** `Unreleased`, or the version */
  readonly release: string;
  /** the text below the heading */
  readonly text: string;
}

export const UNRELEASED = 'Unreleased';

/** Matches the heading of a release, such as `## 0.2.0` or `## 0.2.0 - 2026-12-01`. */
const RELEASE_HEADING = /^## (Unreleased|\d+\.\d+\.\d+)(?: - \d{4}-\d\d-\d\d)?$/m;

export function readChangelog(root: string): ChangelogSection[] {
  const [, ...parts] = readFileSync(join(root, 'CHANGELOG.md'), 'utf8').split(RELEASE_HEADING);
  const sections: ChangelogSection[] = [];
  for (let at = 0; at < parts.length; at += 2)
    sections.push({ release: parts[at] ?? '', text: (parts[at + 1] ?? '').trim() });
  return sections;
}

/** The text of a section below its heading `### Policy language`; empty if there is none. */
export function policyLanguageOf({ text }: ChangelogSection): string {
  const [, part = ''] = /^### Policy language\n(.*?)(?=^### |$(?![\s\S]))/ms.exec(text) ?? [];
  return part.trim();
}

const manifest = z.object({
  name: z.string(),
  version: z.string(),
  dependencies: z.record(z.string(), z.string()).optional(),
});

const lockedVersions = z.object({
  version: z.string(),
  packages: z.record(z.string(), z.object({ version: z.string().optional() })),
});

export function readManifest(root: string, folder: string): z.infer<typeof manifest> {
  return manifest.parse(JSON.parse(readFileSync(join(root, folder, 'package.json'), 'utf8')));
}

/**
 * Finds what prevents a release.
 * @param tag the tag of the release, `vX.Y.Z`
 * @param root of the checkout, at the tagged commit
 * @returns one line for each problem: what is wrong, where, and the fix
 */
export function findReleaseProblems(tag: string, root: string): string[] {
  const [, version] = /^v(\d+\.\d+\.\d+)$/.exec(tag) ?? [];
  if (version === undefined) return [`the tag \`${tag}\` is not \`vX.Y.Z\`; tag the version of package.json`];
  return [
    ...findVersionProblems(version, root),
    ...findChangelogProblems(version, root),
    ...(existsSync(join(root, 'test/golden', version))
      ? []
      : [
          `test/golden/${version} does not exist; record what this release stores: ` +
            `\`node bin/launch.cjs test/golden/record.ts ${version}\``,
        ]),
  ];
}

function findVersionProblems(version: string, root: string): string[] {
  const problems: string[] = [];
  const compare = (where: string, found: string | undefined): void => {
    if (found !== version)
      problems.push(`${where} is \`${found ?? '(none)'}\`, and the tag is \`v${version}\`; make them equal`);
  };
  for (const folder of PUBLISHED_FOLDERS) {
    const file = join(folder, 'package.json');
    if (!existsSync(join(root, file))) {
      problems.push(`${file} does not exist; a release publishes that package too`);
      continue;
    }
    const { name, version: found, dependencies } = readManifest(root, folder);
    compare(`version in ${file}`, found);
    if (folder === 'create')
      compare(`the dependency of \`${name}\` on vif-acceptor`, dependencies?.['vif-acceptor']);
  }
  const lock: unknown = JSON.parse(readFileSync(join(root, 'package-lock.json'), 'utf8'));
  compare('version in package-lock.json', lockedVersions.parse(lock).version);
  compare(
    'version of `emulator` in package-lock.json',
    lockedVersions.parse(lock).packages.emulator?.version,
  );
  return problems;
}

function findChangelogProblems(version: string, root: string): string[] {
  const sections = readChangelog(root);
  const section = sections.find(({ release }) => release === version);
  const unreleased = sections.find(({ release }) => release === UNRELEASED);
  const problems: string[] = [];
  if (section === undefined)
    problems.push(`CHANGELOG.md has no section \`## ${version}\`; rename \`## ${UNRELEASED}\` to it`);
  else if (policyLanguageOf(section) === '')
    problems.push(
      `the section \`## ${version}\` of CHANGELOG.md has no text below \`### Policy language\`; say what authors of ` +
        'policies must change, or that nothing changes for them',
    );
  if (section !== undefined && unreleased !== undefined && unreleased.text !== '')
    problems.push(
      `CHANGELOG.md has text below \`## ${UNRELEASED}\`; everything at the tag is released, so move it to \`## ${version}\``,
    );
  return problems;
}

/** Finds whether the commit was reviewed: a tag can name any commit, and main has only merged ones. */
export function findBranchProblems(root: string): string[] {
  if (git(root, ['merge-base', '--is-ancestor', 'HEAD', 'origin/main']).status === 0) return [];
  // Fail closed: if main is unknown, the commit is not known to be reviewed.
  return ['the tagged commit is not on origin/main; tag a commit that was merged into main'];
}
