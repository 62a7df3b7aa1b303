import { execFile } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { onTestFinished } from 'vitest';
import { US } from './accounts.ts';

const ROOT = resolve(import.meta.dirname, '../..');

export interface Ended {
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

/** Types a command as a user in `dir` would, in a process of its own, with our keys and nothing else of this machine. */
export function type(
  dir: string,
  args: readonly string[],
  env: Readonly<Record<string, string>> = {},
): Promise<Ended> {
  const own = { PATH: process.env.PATH ?? '', HOME: dir, INIT_CWD: dir, XDG_STATE_HOME: join(dir, 'state') };
  const keys = {
    OSC_ACCESS_KEY: US,
    OSC_SECRET_KEY: 'secret',
    AWS_ACCESS_KEY_ID: US,
    AWS_SECRET_ACCESS_KEY: 'secret',
  };
  const options = {
    cwd: ROOT,
    env: { ...own, ...keys, AWS_EC2_METADATA_DISABLED: 'true', ...env },
    timeout: 60_000,
  };
  return new Promise((done) => {
    execFile(process.execPath, [join(ROOT, 'cli/main.ts'), ...args], options, (error, stdout, stderr) => {
      done({ code: typeof error?.code === 'number' ? error.code : error === null ? 0 : -1, stdout, stderr });
    });
  });
}
