import { constants, copyFileSync, lstatSync, mkdirSync, writeFileSync } from 'node:fs';
import { basename, dirname, join, resolve } from 'node:path';
import { describeFileError, readErrorCode } from '../../adapters/fileSystem.ts';
import { escapeInvisible, quoteTrusted } from '../../core/printableText.ts';
import {
  type InitRepositoryOptions,
  type InitSettings,
  readInitSettings,
  UNKNOWN_OWNERS,
} from '../init/initSettings.ts';
import { createLockFile, LOCK_FILE, readNodeInPath } from '../init/lockFile.ts';
import { type AccountDraft, describeNeededNode, renderTemplates } from '../init/renderTemplates.ts';
import { EXIT, type ExitCode, UsageError } from '../options.ts';
import { type AccountContents, describeContents, draftOwners } from '../scaffoldPolicy.ts';
import { readAccount } from './policyInit.ts';

/**
 * `init`: writes a policy repository, from templates and the options. Never overwrites a file: if one exists, all such files are
 * listed and nothing is written.
 */
export async function init(folder: string, options: InitRepositoryOptions): Promise<ExitCode> {
  const typed = readInitSettings(folder, options);
  const contents =
    options.fromAccount === true ? await readAccount(typed.provider, typed.region, options) : null;
  const account = contents?.recipient.account ?? typed.account ?? '';
  const settings = { ...typed, account };
  const files = new Map(renderTemplates(settings, contents === null ? NO_DRAFT : draftFor(contents)));
  const tarball =
    settings.package !== null && 'tarball' in settings.package ? settings.package.tarball : null;
  refuseExisting(folder, [
    ...files.keys(),
    ...(tarball === null ? [] : [basename(tarball)]),
    ...(options.lock ? [LOCK_FILE] : []),
  ]);
  if (options.lock) {
    const made = createLockFile(files, tarball);
    if ('problem' in made) {
      process.stderr.write(
        `error: nothing was written, because npm could not make ${LOCK_FILE}: ${made.problem}; fix that, give another \`--package\`, or add \`--no-lock\` and run \`npm install\` later\n`,
      );
      return EXIT.failed;
    }
    files.set(LOCK_FILE, made.text);
  }
  writeFiles(folder, files, tarball);
  process.stdout.write(describeNextSteps(folder, settings, options.lock));
  warnOfOldNode();
  return EXIT.done;
}

const NO_DRAFT: AccountDraft = { contents: [], owners: [] };

function draftFor(contents: AccountContents): AccountDraft {
  return {
    contents: ['#', ...describeContents(contents).map((line) => `# ${line}`)],
    owners: [
      '  # Drafts from the account. For an owner that you have verified, remove the first `#` of its lines, and name it.',
      ...draftOwners(contents),
    ],
  };
}

/** The repository is run by the Node in PATH, which can be older than the Node that a checkout of this tool brings along. */
function warnOfOldNode(): void {
  const version = readNodeInPath();
  const needed = version === null ? null : describeNeededNode(version);
  if (needed !== null)
    process.stderr.write(
      `warning: \`node\` in PATH is ${version}, and the repository needs Node ${needed}; install one before the next steps\n`,
    );
}

/** @throws UsageError that lists every file that exists */
function refuseExisting(folder: string, paths: readonly string[]): void {
  const existing = paths.filter((path) => isThere(join(folder, path)));
  if (existing.length > 0)
    throw new UsageError(
      `nothing was written, because ${existing.length === 1 ? 'this file exists' : 'these files exist'} in ${quoteTrusted(folder)}: ${existing.map(quoteTrusted).join(', ')}; name another folder, or move them away`,
    );
}

/** Whether something has this name, also a link that leads nowhere. */
function isThere(path: string): boolean {
  try {
    lstatSync(path);
    return true;
  } catch (error) {
    const code = readErrorCode(error);
    // A part of the path is a file: writing reports it.
    if (code === 'ENOENT' || code === 'ENOTDIR') return false;
    throw new UsageError(`${quoteTrusted(path)} cannot be read ${describeFileError(error)}`, {
      cause: error,
    });
  }
}

function writeFiles(folder: string, files: ReadonlyMap<string, string>, tarball: string | null): void {
  try {
    for (const [path, text] of files) {
      mkdirSync(dirname(join(folder, path)), { recursive: true });
      writeFileSync(join(folder, path), text, { flag: 'wx' });
    }
    if (tarball !== null) copyFileSync(tarball, join(folder, basename(tarball)), constants.COPYFILE_EXCL);
  } catch (cause) {
    throw new UsageError(`${quoteTrusted(folder)} cannot be written ${describeFileError(cause)}`, { cause });
  }
}

/** A word for a shell, in quotes if it needs them. Control characters are shown, and cannot be typed. */
function quoteForShell(word: string): string {
  const shown = escapeInvisible(word);
  return /^[\w./@:+-]+$/.test(shown) ? shown : `'${shown.replaceAll("'", "'\\''")}'`;
}

function describeNextSteps(folder: string, { target, codeowners }: InitSettings, isLocked: boolean): string {
  const steps: (readonly [command: string, purpose: string])[] = [
    ...(resolve(folder) === process.cwd() ? [] : [[`cd ${quoteForShell(folder)}`, ''] as const]),
    [isLocked ? 'npm ci' : 'npm install', ''],
    ['npm test', 'checks the policy, runs its tests, and synthesises the stack; works without an account'],
    [`$EDITOR policy/${target}.yaml`, 'replace the example by owners that you have verified'],
    [`$EDITOR policy/cases/${target}.yaml`, 'what the policy must accept, and what it must hold'],
    ...(codeowners === UNKNOWN_OWNERS
      ? [['$EDITOR .github/CODEOWNERS', 'name the team that reviews changes'] as const]
      : []),
    ['npx vif-acceptor doctor', 'checks that a run would succeed'],
    ['npx vif-acceptor plan', 'shows what a run would do; changes nothing'],
  ];
  const width = Math.max(...steps.map(([command]) => command.length));
  const lines = steps.map(([command, purpose]) =>
    `  ${command.padEnd(width)}${purpose === '' ? '' : `  # ${purpose}`}`.trimEnd(),
  );
  return `wrote a policy repository to ${quoteTrusted(folder)}; its policy is frozen and accepts nothing yet\n\nNext:\n${lines.join('\n')}\n\nREADME.md there has the rest: git, reviews, deployment, upgrade.\n`;
}
