import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdir, readdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { lock } from 'proper-lockfile';

/**
 * A client of another party, installed from its registry in exact versions. It is kept between runs, so a test must not write into
 * its folder.
 */
export interface Client {
  /** `null`: it cannot be had on this machine */
  readonly folder: string | null;
  /** end of the title of the tests: ` (skipped: …)` with the name of the client and the reason; empty if it is installed */
  readonly skipped: string;
}

/** Thrown where this machine lacks the program that installs a client, or its registry does not give it. */
class NotAvailable extends Error {
  override readonly name = 'NotAvailable';
}

/** Where installed clients are kept between runs, by name and hash of what is installed. */
const CACHE = join(import.meta.dirname, '../../node_modules/.cache/test-clients');

/** The last file that an installation writes. */
const COMPLETE = 'complete';

/**
 * Installs packages of PyPI into a virtual environment: `bin/python` in its folder runs a script with them.
 * @param requirements every package, also those that others need, as `pip freeze` prints them: NAME==VERSION
 */
export function installPythonClient(name: string, requirements: readonly string[]): Promise<Client> {
  return install(name, planPythonClient(name, requirements));
}

/** The same, if an earlier run installed it: for tests that ask no registry. */
export function findPythonClient(name: string, requirements: readonly string[]): Promise<Client> {
  return find(name, planPythonClient(name, requirements));
}

function planPythonClient(name: string, requirements: readonly string[]): () => Promise<Recipe> {
  requireExact(requirements, /^[\w.[\]-]+==\w[\w.]*$/);
  return async () => {
    const python = await identify(name, 'python3', ['-c', 'import sys; print(sys.version, sys.executable)']);
    return {
      key: ['python', python, ...requirements],
      fill: async (folder) => {
        await fetchWith(name, 'python3', ['-m', 'venv', folder]);
        const pip = (...args: readonly string[]) =>
          [join(folder, 'bin/python'), ['-m', 'pip', ...args]] as const;
        // Nothing but the list, so that a new version of a dependency changes no result.
        const exactly = [
          '--no-deps',
          '--no-compile',
          '--quiet',
          '--disable-pip-version-check',
          '--retries',
          '2',
        ];
        await fetchWith(name, ...pip('install', ...exactly, ...requirements));
        await run(...pip('check'), folder);
      },
    };
  };
}

/**
 * Builds a Go program with modules of the Go proxy: `program` in its folder.
 * @param modules version (`v1.2.3`) by path of each module that the source imports
 * @param source the package `main`
 */
export function buildGoClient(
  name: string,
  modules: Readonly<Record<string, string>>,
  source: string,
): Promise<Client> {
  requireExact(Object.values(modules), /^v\d+\.\d+\.\d+[\w.-]*$/);
  return install(name, async () => {
    const go = await identify(name, 'go', ['version']);
    return {
      key: ['go', go, source, ...Object.entries(modules).flat()],
      fill: async (folder) => {
        const required = Object.entries(modules).map((module) => `require ${module.join(' ')}\n`);
        await writeFile(join(folder, 'go.mod'), `module client\n\ngo 1.23\n\n${required.join('')}`);
        await writeFile(join(folder, 'main.go'), source);
        await fetchWith(name, 'go', ['mod', 'tidy'], folder);
        await run('go', ['build', '-o', 'program', '.'], folder);
      },
    };
  });
}

/**
 * Unpacks packages of Debian into a folder, where they change nothing of the system: a program is below `usr/bin` in it. Their
 * versions are those of this machine's release.
 * @param packages every package, also those that others need, unless each Debian has it
 */
export function unpackDebianClient(name: string, packages: readonly string[]): Promise<Client> {
  return install(name, async () => {
    const versions = await identify(name, 'apt-cache', ['policy', ...packages]);
    return {
      key: ['debian', versions, ...packages],
      fill: async (folder) => {
        await fetchWith(name, 'apt-get', ['download', ...packages], folder);
        for (const file of (await readdir(folder)).filter((each) => each.endsWith('.deb'))) {
          await run('dpkg', ['--extract', file, '.'], folder);
          await rm(join(folder, file));
        }
      },
    };
  });
}

interface Recipe {
  /** everything that the installed files depend on */
  readonly key: readonly string[];
  fill(folder: string): Promise<void>;
}

/** Installs a client unless an earlier run, or another test of this one, did. */
async function install(name: string, plan: () => Promise<Recipe>): Promise<Client> {
  try {
    const { key, fill } = await plan();
    const folder = folderOf(name, key);
    await mkdir(CACHE, { recursive: true });
    // Test files run at the same time in processes of their own.
    const waiting = { retries: 600, factor: 1, minTimeout: 1000, maxTimeout: 1000 };
    const release = await lock(folder, { realpath: false, stale: 60_000, retries: waiting });
    try {
      if (existsSync(join(folder, COMPLETE))) return { folder, skipped: '' };
      await rm(folder, { recursive: true, force: true });
      await mkdir(folder);
      await fill(folder).catch(async (error: unknown) => {
        await rm(folder, { recursive: true, force: true });
        throw error;
      });
      await writeFile(join(folder, COMPLETE), '');
      return { folder, skipped: '' };
    } finally {
      await release();
    }
  } catch (error) {
    if (error instanceof NotAvailable) return { folder: null, skipped: ` (skipped: ${error.message})` };
    throw error;
  }
}

async function find(name: string, plan: () => Promise<Recipe>): Promise<Client> {
  try {
    const folder = folderOf(name, (await plan()).key);
    if (existsSync(join(folder, COMPLETE))) return { folder, skipped: '' };
    return { folder: null, skipped: ` (skipped: no earlier run installed ${name})` };
  } catch (error) {
    if (error instanceof NotAvailable) return { folder: null, skipped: ` (skipped: ${error.message})` };
    throw error;
  }
}

function folderOf(name: string, key: readonly string[]): string {
  const hash = createHash('sha256').update(JSON.stringify(key)).digest('hex').slice(0, 16);
  return join(CACHE, `${name}-${hash}`);
}

function requireExact(wanted: readonly string[], form: RegExp): void {
  const wrong = wanted.filter((one) => !form.test(one));
  if (wrong.length > 0) throw new Error(`write one exact version, as ${form} says: ${wrong.join(', ')}`);
}

/** The version of an installer. @throws NotAvailable if it is not installed */
async function identify(client: string, program: string, args: readonly string[]): Promise<string> {
  try {
    return await run(program, args, '.');
  } catch (cause) {
    throw new NotAvailable(`${client} needs \`${program}\`: ${lastLine(cause)}`, { cause });
  }
}

/** Runs a program that asks a registry. @throws NotAvailable if it fails: there may be no network */
async function fetchWith(client: string, program: string, args: readonly string[], cwd = '.'): Promise<void> {
  try {
    await run(program, args, cwd);
  } catch (cause) {
    throw new NotAvailable(`${client} cannot be installed: ${lastLine(cause)}`, { cause });
  }
}

/** Variables that would make an installer use the settings of `npm run`, another Python, or an account. */
const NOT_INHERITED = /^(?:npm_|AWS_|OSC_|PYTHON|VIRTUAL_ENV)/i;

async function run(program: string, args: readonly string[], cwd: string): Promise<string> {
  const inherited = Object.entries(process.env).filter(([variable]) => !NOT_INHERITED.test(variable));
  const env = { ...Object.fromEntries(inherited), GOFLAGS: '-buildvcs=false -mod=mod' };
  const options = { cwd, env, timeout: 10 * 60_000, maxBuffer: 64 * 1024 * 1024 };
  return (await promisify(execFile)(program, args, options)).stdout;
}

/** What an installer says last about its failure. */
function lastLine(cause: unknown): string {
  const text =
    cause instanceof Error && 'stderr' in cause ? String(cause.stderr) || cause.message : String(cause);
  const lines = text.trim().split('\n');
  return lines.findLast((line) => !line.includes('complete log of this run')) ?? '';
}
