import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { setTimeout as pause } from 'node:timers/promises';
import { describe, expect, it, onTestFinished } from 'vitest';
import { folderWith } from '../support/cli.ts';

const MAIN = 'emulator/bin/hosted-vif-emulator.cjs';

function run(...args: string[]) {
  const { status, stdout, stderr } = spawnSync(process.execPath, [MAIN, ...args], { encoding: 'utf8' });
  return { status, stdout, stderr };
}

/** The environment without what npm sets. */
const WITHOUT_NPM = Object.fromEntries(Object.entries(process.env).filter(([name]) => !/^npm_/i.test(name)));

/** Starts the emulator by a shell that waits for it, as npm does, and waits until it is ready. */
async function startByShell(env: NodeJS.ProcessEnv): Promise<{ shell: ChildProcess; url: string }> {
  // Two commands: a shell would replace itself by its only one.
  const shell = spawn('sh', ['-c', `"$0" ${MAIN} --port 0 --latency 0; true`, process.execPath], { env });
  const [first] = await once(shell.stdout, 'data');
  return { shell, url: /on (http:\/\/[\d.]+:\d+)/.exec(String(first))?.[1] ?? '' };
}

const isReady = async (url: string): Promise<boolean> =>
  fetch(`${url}/_simulator/health`).then(
    ({ ok }) => ok,
    () => false,
  );

describe('the command line of the package', () => {
  it('prints its options and its version', () => {
    const { version } = JSON.parse(readFileSync('emulator/package.json', 'utf8'));
    expect(run('--version')).toEqual({ status: 0, stdout: `${version}\n`, stderr: '' });
    const { status, stdout } = run('--help');
    expect(status).toBe(0);
    for (const name of ['port', 'host', 'dialect', 'scenario', 'latency'])
      expect(stdout).toContain(`--${name} <`);
  });

  it.each([
    [['--prot', '1']],
    [['extra']],
    [['--port']],
    [['--port', '70000']],
    [['--host', '']],
    [['--host', '192.0.2.1']],
    [['--dialect', 'azure']],
    [['--latency', '40ms']],
    [['--scenario', 'nowhere.json']],
  ])('exits with 2 for %j, with the reason in one line', (args) => {
    expect(run(...args)).toEqual({ status: 2, stdout: '', stderr: expect.stringMatching(/^error: .*\n$/) });
  });

  it('takes the dialect of the scenario, unless a flag names another', async () => {
    const folder = folderWith({ 'aws.json': '{ "region": "eu-west-2", "options": { "dialect": "aws" } }' });
    for (const [flags, dialect] of [
      [[], 'aws'],
      [['--dialect', 'outscale'], 'outscale'],
    ] as const) {
      const args = [MAIN, '--port', '0', '--scenario', `${folder}/aws.json`, ...flags];
      const child = spawn(process.execPath, args);
      onTestFinished(() => void child.kill('SIGKILL'));
      expect(String(await once(child.stdout, 'data'))).toMatch(new RegExp(`^emulating ${dialect} on `));
      child.kill('SIGTERM');
      expect(await once(child, 'exit')).toEqual([0, null]);
    }
  });

  it.each([
    ['127.0.0.1', false],
    ['localhost', false],
    ['0.0.0.0', true],
  ])('with --host %s warns: %s', async (host, warns) => {
    const child = spawn(process.execPath, [MAIN, '--port', '0', '--host', host]);
    onTestFinished(() => void child.kill('SIGKILL'));
    let warning = '';
    child.stderr.setEncoding('utf8').on('data', (text) => {
      warning += text;
    });
    await once(child.stdout, 'data');
    child.kill('SIGTERM');
    await once(child, 'close');
    expect(/^warning: --host 0\.0\.0\.0 is not loopback/.test(warning)).toBe(warns);
  });

  it('ends when the shell of npm ends, which passes no signal to it', async () => {
    const { shell, url } = await startByShell({ ...WITHOUT_NPM, npm_lifecycle_event: 'npx' });
    const pid = await processIdOf(shell);
    onTestFinished(() => {
      // It has ended already, unless this test fails.
      spawnSync('kill', ['-9', String(pid)]);
    });
    expect(await isReady(url)).toBe(true);
    shell.kill('SIGTERM');
    await expect.poll(() => isReady(url), { timeout: 5000 }).toBe(false);
  });

  it('continues without npm when its shell ends', async () => {
    const { shell, url } = await startByShell(WITHOUT_NPM);
    const pid = await processIdOf(shell);
    onTestFinished(() => void process.kill(pid, 'SIGKILL'));
    shell.kill('SIGTERM');
    await once(shell, 'exit');
    await pause(600);
    expect(await isReady(url)).toBe(true);
  });
});

/** The only child of a process. */
async function processIdOf({ pid }: ChildProcess): Promise<number> {
  const { stdout } = spawnSync('ps', ['-o', 'pid=', '--ppid', String(pid)], { encoding: 'utf8' });
  return Number(stdout.trim());
}
