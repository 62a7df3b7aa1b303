import { execFileSync } from 'node:child_process';
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { PROJECT_ROOT } from '../infra/bundledFunction.ts';
import {
  findBranchProblems,
  findReleaseProblems,
  PUBLISHED_FOLDERS,
  readChangelog,
  readManifest,
} from './releaseChecks.ts';
import { checksumLine, packPublished, releaseNotes } from './releaseFiles.ts';

/**
 * The steps of a release that need the code (`.github/workflows/release.yml` has the others):
 *
 *     npm run release:check     what prevents a release of this version
 *     npm run release:pack      writes the files of the release to release/
 */
const OUTPUT = join(PROJECT_ROOT, 'release');

function check(): void {
  const { GITHUB_REF_TYPE, GITHUB_REF_NAME } = process.env;
  const isTagged = GITHUB_REF_TYPE === 'tag';
  const tag = isTagged ? (GITHUB_REF_NAME ?? '') : `v${readManifest(PROJECT_ROOT, '.').version}`;
  const problems = [
    ...findReleaseProblems(tag, PROJECT_ROOT),
    ...(isTagged ? findBranchProblems(PROJECT_ROOT) : []),
  ];
  for (const problem of problems) process.stderr.write(`error: ${problem}\n`);
  if (problems.length > 0) process.exitCode = 1;
  else process.stdout.write(`${tag} can be released\n`);
}

/** Writes the tarballs, the bill of materials, the notes and the checksums. */
function pack(): void {
  const { GITHUB_SERVER_URL, GITHUB_REPOSITORY } = process.env;
  const page = GITHUB_REPOSITORY === undefined ? null : `${GITHUB_SERVER_URL}/${GITHUB_REPOSITORY}`;
  if (page === null)
    process.stderr.write(
      'warning: GITHUB_REPOSITORY is not set, so the packages have no `repository`; the registry refuses their provenance\n',
    );
  rmSync(OUTPUT, { recursive: true, force: true });
  mkdirSync(OUTPUT);
  const { version } = readManifest(PROJECT_ROOT, '.');
  const files = PUBLISHED_FOLDERS.map((folder) => packPublished(folder, OUTPUT, page));

  const sbom = join(OUTPUT, `vif-acceptor-${version}.cdx.json`);
  writeFileSync(sbom, execFileSync(process.execPath, ['scripts/sbom.ts'], { cwd: PROJECT_ROOT }));
  files.push(sbom);

  const section = readChangelog(PROJECT_ROOT).find(({ release }) => release === version);
  writeFileSync(join(OUTPUT, 'NOTES.md'), releaseNotes(page, `v${version}`, section?.text ?? ''));
  writeFileSync(join(OUTPUT, 'SHA256SUMS'), files.map(checksumLine).join(''));
  for (const file of files) process.stdout.write(`${file}\n`);
}

const [step] = process.argv.slice(2);
if (step === 'check') check();
else if (step === 'pack') pack();
else throw new Error(`unknown step \`${step ?? ''}\`; write \`check\` or \`pack\``);
