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

/** An empty folder with these files in it; gone when the test is. */
export function folderWith(files: Readonly<Record<string, string>>): string {
  const dir = mkdtempSync(join(tmpdir(), 'vif-acceptor-cli-'));
  onTestFinished(() => rmSync(dir, { recursive: true, force: true }));
  for (const [name, text] of Object.entries(files)) {
    mkdirSync(dirname(join(dir, name)), { recursive: true });
    writeFileSync(join(dir, name), text);
  }
  return dir;
}

/** A file of `policy init` after somebody has removed the `#` before its owners. */
export function withOwners(drafted: string): string {
  const [head = '', drafts = ''] = drafted.split('\nowners:\n');
  return `${head}\nowners:\n${drafts.replaceAll(/^#/gm, '')}`;
}

/** A command under way. */
export interface RunningCommand {
  /** what it has said on standard error so far */
  said(): string;
  /** as a user does with Ctrl-C, unless it is another signal */
  interrupt(signal?: NodeJS.Signals): void;
  /** nobody reads its standard error from now on */
  deafen(): void;
  readonly ended: Promise<CommandResult>;
}

/** Types a command as a user in `dir` would, in a process of its own, with our keys and nothing else of this machine. */
export function runCli(
  dir: string,
  args: readonly string[],
  env: Readonly<Record<string, string>> = {},
): Promise<CommandResult> {
  return startCli(dir, args, env).ended;
}

/** The same, to be looked at and interrupted before its end. */
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
