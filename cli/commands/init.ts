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
import { writeLockFile } from '../init/lockFile.ts';
import { type AccountDraft, renderTemplates } from '../init/renderTemplates.ts';
import { EXIT, type ExitCode, UsageError } from '../options.ts';
import { type AccountContents, describeContents, draftOwners } from '../scaffoldPolicy.ts';
import { readAccount } from './policyInit.ts';

const LOCK = 'package-lock.json';

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
  const files = renderTemplates(settings, contents === null ? NO_DRAFT : draftFor(contents));
  const tarball =
    settings.package !== null && 'tarball' in settings.package ? settings.package.tarball : null;
  refuseExisting(folder, [
    ...files.keys(),
    ...(tarball === null ? [] : [basename(tarball)]),
    ...(options.lock ? [LOCK] : []),
  ]);
  try {
    for (const [path, text] of files) writeNew(join(folder, path), text);
    if (tarball !== null) copyFileSync(tarball, join(folder, basename(tarball)), constants.COPYFILE_EXCL);
  } catch (cause) {
    throw new UsageError(`${quoteTrusted(folder)} cannot be written ${describeFileError(cause)}`, { cause });
  }
  const problem = options.lock ? writeLockFile(folder) : null;
  process.stdout.write(describeNextSteps(folder, settings, options.lock && problem === null));
  if (problem === null) return EXIT.done;
  process.stderr.write(
    `error: ${join(folder, LOCK)} was not written, and everything else was: ${problem}; fix that, then run \`npm install\` in ${quoteTrusted(folder)}\n`,
  );
  return EXIT.failed;
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

function writeNew(path: string, text: string): void {
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, text, { flag: 'wx' });
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
