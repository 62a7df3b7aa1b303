import { type ChildProcess, fork, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { cpSync, mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { delimiter, dirname, join } from 'node:path';
import { freePort } from '../support/freePort.ts';

const VERDACCIO = join(import.meta.dirname, 'verdaccio');
const SERVER = 'node_modules/verdaccio/bin/verdaccio';

/** Runs npm, with retries for a slow registry but a limit for an unreachable one. */
export function npm(cwd: string, ...args: string[]) {
  const patience = ['--fetch-retries=1', '--fetch-retry-mintimeout=1000', '--fetch-timeout=20000'];
  return spawnSync('npm', [...args, ...patience], { cwd, encoding: 'utf8', timeout: 120_000 });
}

export interface Ended {
  readonly status: number | null;
  /** standard output and standard error */
  readonly output: string;
}

/** A registry of this machine, with everything that npm's registry has, and its own packages. */
export interface Registry {
  readonly url: string;
  /** Runs npm with this registry, its own settings, and none of the machine's: there is no other registry, token or account. */
  npm(cwd: string, ...args: string[]): Ended;
  npx(cwd: string, ...args: string[]): Ended;
  /** Publishes a tarball. @param options of `npm publish`, such as `--no-provenance` */
  publish(tarball: string, ...options: string[]): Ended;
  close(): Promise<void>;
}

/**
 * Installs verdaccio, and starts it.
 * @param folder for its files
 * @returns `null` if npm's registry is not reachable
 */
export async function openRegistry(folder: string): Promise<Registry | null> {
  cpSync(VERDACCIO, folder, { recursive: true });
  const { version } = JSON.parse(readFileSync(join(folder, 'package-lock.json'), 'utf8')).packages[
    'node_modules/verdaccio'
  ];
  // Checked first: an install without a registry takes long to fail.
  if (npm(folder, 'view', `verdaccio@${version}`, 'version').status !== 0) return null;
  const installed = npm(folder, 'ci', '--ignore-scripts', '--prefer-offline');
  if (installed.status !== 0) throw new Error(`verdaccio cannot be installed:\n${installed.stderr}`);
  writeFileSync(join(folder, 'config.yaml'), configuration(npmSetting(folder, 'registry')));

  const port = await freePort();
  const server = fork(join(folder, SERVER), ['--config', 'config.yaml', '--listen', `127.0.0.1:${port}`], {
    cwd: folder,
    stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
  });
  const output: string[] = [];
  for (const stream of [server.stdout, server.stderr])
    stream?.setEncoding('utf8').on('data', (chunk) => output.push(String(chunk)));
  const started = await Promise.race([once(server, 'message'), once(server, 'exit').then(() => null)]);
  if (started === null) throw new Error(`verdaccio ended:\n${output.join('')}`);

  const url = `http://127.0.0.1:${port}/`;
  const env = npmEnvironment(folder, url);
  const run = (program: 'npm' | 'npx', cwd: string, args: readonly string[]): Ended => {
    const options = { cwd, env, encoding: 'utf8', timeout: 240_000 } as const;
    const { status, stdout, stderr } = spawnSync(program, args, options);
    return { status, output: stdout + stderr };
  };
  return {
    url,
    npm: (cwd, ...args) => run('npm', cwd, args),
    npx: (cwd, ...args) => run('npx', cwd, args),
    // A registry in `publishConfig` of the tarball would win over the settings of npm, but not over the option.
    publish: (tarball, ...options) => run('npm', folder, ['publish', tarball, ...options, '--registry', url]),
    close: () => stop(server),
  };
}

/** Packages of this project are never asked for elsewhere, and nothing is ever forwarded: verdaccio publishes only to its own folder. */
function configuration(upstream: string): string {
  return `storage: ./storage
uplinks: { upstream: { url: '${upstream}', timeout: 60s, maxage: 60m } }
packages:
  'vif-acceptor': { access: $all, publish: $all }
  'create-vif-acceptor': { access: $all, publish: $all }
  'hosted-vif-emulator': { access: $all, publish: $all }
  '**': { access: $all, proxy: upstream }
log: { type: stdout, format: pretty, level: warn }
`;
}

/** The token is the only one that npm has, for this registry, which does not check it: npm refuses to publish without one. */
function npmEnvironment(folder: string, url: string): Record<string, string> {
  const home = join(folder, 'home');
  const cache = join(home, 'cache');
  mkdirSync(cache, { recursive: true });
  // Archives are found there by their hash. The programs that npx installs are not shared: the same name is another program here.
  const archives = join(npmSetting(folder, 'cache'), '_cacache');
  mkdirSync(archives, { recursive: true });
  symlinkSync(archives, join(cache, '_cacache'));
  const settings = join(home, 'npmrc');
  const token = `//${new URL(url).host}/:_authToken=none`;
  writeFileSync(
    settings,
    [
      `registry=${url}`,
      token,
      'fund=false',
      'audit=false',
      'update-notifier=false',
      'loglevel=error',
      '',
    ].join('\n'),
  );
  return {
    PATH: [dirname(process.execPath), process.env.PATH].join(delimiter),
    HOME: home,
    npm_config_userconfig: settings,
    npm_config_globalconfig: join(home, 'no-global-npmrc'),
    npm_config_cache: cache,
  };
}

function npmSetting(folder: string, name: string): string {
  return npm(folder, 'config', 'get', name).stdout.trim();
}

async function stop(server: ChildProcess): Promise<void> {
  if (server.exitCode !== null || server.signalCode !== null) return;
  server.kill('SIGKILL');
  await once(server, 'exit');
}
