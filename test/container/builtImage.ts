import { execFile } from 'node:child_process';
import {
  copyFileSync,
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  realpathSync,
  rmSync,
  symlinkSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join, resolve } from 'node:path';
import { promisify } from 'node:util';

const ROOT = resolve(import.meta.dirname, '../..');
const BASE = 'localhost/node-for-tests';

/** The image of a Containerfile, built and mounted. */
export interface BuiltImage {
  /** the folder that has its files */
  readonly root: string;
  readonly config: ImageConfig;
}

/** Images that were built on one base image. */
export interface ImageStore {
  /** @param file the path of a Containerfile in the checkout */
  build(file: string): Promise<BuiltImage>;
  remove(): Promise<void>;
}

export interface ImageConfig {
  readonly User: string;
  readonly Env: readonly string[];
  readonly Entrypoint: readonly string[];
  readonly WorkingDir: string;
  readonly Volumes?: object;
}

/** The base image could not be made, so that there is nothing to test. */
export class NoBaseImage extends Error {
  override readonly name = 'NoBaseImage';
}

/**
 * Makes a base image, on which Containerfiles are built. Debian's own tools and this machine's Node and npm make it, because no registry of images is
 * needed for that. `chroot` isolation and the driver `vfs` need no kernel features beside those of root.
 * @throws NoBaseImage
 */
export async function openImageStore(): Promise<ImageStore> {
  const dir = mkdtempSync(join(tmpdir(), 'vif-acceptor-image-'));
  const buildah = async (...args: readonly string[]): Promise<string> => {
    const storage = [
      '--root',
      join(dir, 'storage'),
      '--runroot',
      join(dir, 'run'),
      '--storage-driver',
      'vfs',
    ];
    return (await run('buildah', [...storage, ...args])).trim();
  };
  const remove = async (): Promise<void> => {
    await buildah('umount', '--all');
    rmSync(dir, { recursive: true, force: true });
  };
  const build = async (file: string): Promise<BuiltImage> => {
    const image = `localhost/${file.toLowerCase()}`;
    await buildah(
      ...['build', '--isolation', 'chroot', '--pull-never', '--build-arg', `BASE=${BASE}`],
      ...(await npmMounts()).flatMap(([from, to]) => ['--volume', `${from}:${to}:ro`]),
      ...['--tag', image, '--file', file, ROOT],
    );
    const { OCIv1 } = JSON.parse(await buildah('inspect', '--type', 'image', image));
    const container = await buildah('from', '--pull-never', image);
    return { root: await buildah('mount', container), config: OCIv1.config };
  };
  try {
    await makeBase(dir, buildah);
    return { build, remove };
  } catch (error) {
    await remove();
    throw error;
  }
}

/** Makes the base image: Debian, with Node in the place where images of Node have it. @throws NoBaseImage */
async function makeBase(
  dir: string,
  buildah: (...args: readonly string[]) => Promise<string>,
): Promise<void> {
  const archive = join(dir, 'debian.tar');
  try {
    await run('mmdebstrap', [
      '--mode=root',
      '--variant=minbase',
      '--include=libstdc++6',
      'bookworm',
      archive,
    ]);
  } catch (cause) {
    throw new NoBaseImage(`mmdebstrap cannot make a Debian: ${lastLine(cause)}`, { cause });
  }
  const container = await buildah('from', 'scratch');
  await buildah('add', container, archive, '/');
  const local = join(await buildah('mount', container), 'usr/local');
  mkdirSync(join(local, 'lib/node_modules'), { recursive: true });
  copyFileSync(process.execPath, join(local, 'bin/node'));
  cpSync(findNpm(), join(local, 'lib/node_modules/npm'), { recursive: true });
  symlinkSync('../lib/node_modules/npm/bin/npm-cli.js', join(local, 'bin/npm'));
  await buildah('config', '--env', `NPM_CONFIG_USERCONFIG=${USER_CONFIG}`, container);
  await buildah('commit', '--rm', container, BASE);
}

/** Where the base image has the user's configuration of npm. */
const USER_CONFIG = '/usr/local/etc/user-npmrc';

/** The configuration of npm on this machine, which names its certificates and registry, by the places where the base image has it. */
async function npmMounts(): Promise<[string, string][]> {
  const places: [string, string][] = [
    [(await run('npm', ['config', 'get', 'globalconfig'])).trim(), '/usr/local/etc/npmrc'],
    [(await run('npm', ['config', 'get', 'userconfig'])).trim(), USER_CONFIG],
    ['/etc/ssl/certs', '/etc/ssl/certs'],
  ];
  return places.filter(([from]) => existsSync(from));
}

/** Runs a program in the checkout, as from a shell: npm must find its own Node and settings, not those of the script that runs this test. */
async function run(program: string, args: readonly string[]): Promise<string> {
  const inherited = Object.entries(process.env).filter(([name]) => !/^npm_/i.test(name));
  const env = { ...Object.fromEntries(inherited), PATH: SHELL_PATH.join(delimiter) };
  const options = { cwd: ROOT, env, maxBuffer: 64 * 1024 * 1024 };
  return (await promisify(execFile)(program, args, options)).stdout;
}

/** The folders of PATH without those that `npm run` and bin/launch.cjs add. */
const SHELL_PATH = (process.env.PATH ?? '')
  .split(delimiter)
  .filter((folder) => !folder.includes('node_modules'));

/** The folder of npm itself. */
function findNpm(): string {
  const program = SHELL_PATH.map((folder) => join(folder, 'npm')).find((file) => existsSync(file));
  if (program === undefined) throw new NoBaseImage('npm is not in PATH');
  return resolve(realpathSync(program), '../..');
}

function lastLine(cause: unknown): string {
  const text = cause instanceof Error ? cause.message : String(cause);
  return text.trim().split('\n').at(-1) ?? '';
}
