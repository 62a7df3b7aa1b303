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

/** What runs a function's code in Lambda, ready to be started; or why it is not here. */
export type RuntimeClient =
  | { readonly main: string; remove(): Promise<void> }
  | { readonly main: null; readonly why: string };

/**
 * Fetched when it is needed and never a dependency: its install compiles C++. Nothing of the package is run to get it, and
 * what it depends on is only needed for that install.
 */
export async function fetchRuntimeClient(): Promise<RuntimeClient> {
  const dir = await mkdtemp(join(tmpdir(), 'vif-acceptor-ric-'));
  const remove = (): Promise<void> => rm(dir, { recursive: true, force: true });
  try {
    const why = await pack(dir);
    if (why !== null) {
      await remove();
      return { main: null, why: `npm cannot fetch ${NAME}: ${why}` };
    }
    await unpack(dir);
    return { main: join(dir, 'package/index.mjs'), remove };
  } catch (error) {
    await remove();
    throw error;
  }
}

/** @returns why there is no package: npm's code, `E404` or `ENOTFOUND`, say */
async function pack(dir: string): Promise<string | null> {
  const patience = ['--fetch-retries=1', '--fetch-retry-mintimeout=1000', '--fetch-timeout=30000'];
  try {
    await exec('npm', ['pack', NAME, '--ignore-scripts', ...patience], { cwd: dir, timeout: 90_000 });
    return null;
  } catch (error) {
    const said = error instanceof Error ? error.message : String(error);
    return /npm (?:error|ERR!) code (\S+)/.exec(said)?.[1] ?? 'it fails';
  }
}

async function unpack(dir: string): Promise<void> {
  const archive = join(dir, FILE);
  const hash = createHash('sha512')
    .update(await readFile(archive))
    .digest('base64');
  if (`sha512-${hash}` !== INTEGRITY) throw new Error(`${NAME} is not what it was: sha512-${hash}`);
  await exec('tar', ['-xzf', archive, '-C', dir]);
  // Node takes a folder for a module, whatever its name ends in.
  const native = join(dir, 'package/rapid-client.node');
  await mkdir(native);
  await copyFile(join(import.meta.dirname, 'rapidClient.ts'), join(native, 'index.ts'));
  await writeFile(join(native, 'package.json'), '{ "type": "module", "main": "index.ts" }\n');
}
