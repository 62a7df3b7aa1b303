import { execFile } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { onTestFinished } from 'vitest';
import { RECIPIENT_ACCOUNT } from './accounts.ts';

const ROOT = resolve(import.meta.dirname, '../..');

export interface CommandResult {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** Creates a folder with these files, which is removed after the test. */
export function folderWith(files: Readonly<Record<string, string>>): string {
  const dir = mkdtempSync(join(tmpdir(), 'vif-acceptor-cli-'));
  onTestFinished(() => rmSync(dir, { recursive: true, force: true }));
  for (const [name, text] of Object.entries(files)) {
    mkdirSync(dirname(join(dir, name)), { recursive: true });
    writeFileSync(join(dir, name), text);
  }
  return dir;
}

/** A file of `policy init` with its owners uncommented. */
export function withOwners(drafted: string): string {
  const [head = '', drafts = ''] = drafted.split('\nowners:\n');
  return `${head}\nowners:\n${drafts.replaceAll(/^#/gm, '')}`;
}

/** A running command. */
export interface RunningCommand {
  /** standard error so far */
  said(): string;
  /** sends a signal: that of Ctrl-C, unless another one is given */
  interrupt(signal?: NodeJS.Signals): void;
  /** stops reading its standard error */
  deafen(): void;
  readonly ended: Promise<CommandResult>;
}

/** Runs a command in `dir` in its own process, with the keys of the recipient and an otherwise clean environment. */
export function runCli(
  dir: string,
  args: readonly string[],
  env: Readonly<Record<string, string>> = {},
): Promise<CommandResult> {
  return startCli(dir, args, env).ended;
}

/** Starts a command in the same way, for tests that observe or interrupt it. */
export function startCli(
  dir: string,
  args: readonly string[],
  env: Readonly<Record<string, string>> = {},
): RunningCommand {
  const own = { PATH: process.env.PATH ?? '', HOME: dir, INIT_CWD: dir, XDG_STATE_HOME: join(dir, 'state') };
  const keys = {
    OSC_ACCESS_KEY: RECIPIENT_ACCOUNT,
    OSC_SECRET_KEY: 'secret',
    AWS_ACCESS_KEY_ID: RECIPIENT_ACCOUNT,
    AWS_SECRET_ACCESS_KEY: 'secret',
  };
  const options = {
    cwd: ROOT,
    env: { ...own, ...keys, AWS_EC2_METADATA_DISABLED: 'true', ...env },
    timeout: 60_000,
  };
  let said = '';
  let interrupt = (_signal: NodeJS.Signals): void => undefined;
  let deafen = (): void => undefined;
  const ended = new Promise<CommandResult>((done) => {
    const child = execFile(
      process.execPath,
      [join(ROOT, 'cli/main.ts'), ...args],
      options,
      (error, stdout, stderr) => {
        const code = typeof error?.code === 'number' ? error.code : error === null ? 0 : -1;
        done({ code, stdout, stderr });
      },
    );
    child.stderr?.on('data', (chunk) => {
      said += String(chunk);
    });
    interrupt = (signal) => {
      child.kill(signal);
    };
    deafen = () => {
      child.stderr?.destroy();
    };
  });
  return {
    said: () => said,
    interrupt: (signal = 'SIGINT') => interrupt(signal),
    deafen: () => deafen(),
    ended,
  };
}
