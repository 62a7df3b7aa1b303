import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { copyFile, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';

const exec = promisify(execFile);

const NAME = 'aws-lambda-ric@4.0.2';
const FILE = 'aws-lambda-ric-4.0.2.tgz';
const INTEGRITY =
  'sha512-FE5Vskx7mYNnqAnWWJXUOsLp2VGgdsJsCoRLFTa8L4Yk0QVtArqR8q58yPA++QC1a73ZWJXBQ2AH31nIAv7NOQ==';

/** The program that runs a function's code in Lambda, or why it is not available. */
export type RuntimeClient =
  | { readonly main: string; remove(): Promise<void> }
  | { readonly main: null; readonly reason: string };

/**
 * Downloads the runtime client. It is not a dependency, because its installation compiles C++. The download runs no code of the
 * package, and its own dependencies are needed for that installation only.
 */
export async function fetchRuntimeClient(): Promise<RuntimeClient> {
  const dir = await mkdtemp(join(tmpdir(), 'vif-acceptor-ric-'));
  const remove = (): Promise<void> => rm(dir, { recursive: true, force: true });
  try {
    const reason = await pack(dir);
    if (reason !== null) {
      await remove();
      return { main: null, reason: `npm cannot fetch ${NAME}: ${reason}` };
    }
    await unpack(dir);
    return { main: join(dir, 'package/index.mjs'), remove };
  } catch (error) {
    await remove();
    throw error;
  }
}

/** @returns `null`, or why there is no package: the error code of npm, for example `E404` or `ENOTFOUND` */
async function pack(dir: string): Promise<string | null> {
  const retryOptions = ['--fetch-retries=1', '--fetch-retry-mintimeout=1000', '--fetch-timeout=30000'];
  try {
    await exec('npm', ['pack', NAME, '--ignore-scripts', ...retryOptions], { cwd: dir, timeout: 90_000 });
    return null;
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    return /npm (?:error|ERR!) code (\S+)/.exec(message)?.[1] ?? 'unknown error';
  }
}

async function unpack(dir: string): Promise<void> {
  const archive = join(dir, FILE);
  const hash = createHash('sha512')
    .update(await readFile(archive))
    .digest('base64');
  if (`sha512-${hash}` !== INTEGRITY) throw new Error(`${NAME} has an unexpected digest: sha512-${hash}`);
  await exec('tar', ['-xzf', archive, '-C', dir]);
  // Node loads a folder as a module, even if its name ends with `.node`.
  const native = join(dir, 'package/rapid-client.node');
  await mkdir(native);
  await copyFile(join(import.meta.dirname, 'rapidClient.ts'), join(native, 'index.ts'));
  await writeFile(join(native, 'package.json'), '{ "type": "module", "main": "index.ts" }\n');
}
