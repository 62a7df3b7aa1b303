import { type SpawnOptions, spawn } from 'node:child_process';
import { once } from 'node:events';
import { cpSync, existsSync, mkdirSync, readFileSync, realpathSync, symlinkSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import * as z from 'zod';
import { CHECKOUT_NEEDS, inWords, isIn } from '../../bin/nodeVersions.cjs';
import { folderWith } from '../support/cli.ts';
import { startRegions } from '../support/regionServer.ts';
import { writeTempFiles } from '../support/tempFiles.ts';

const ROOT = resolve(import.meta.dirname, '../..');

/** Whether `npm ci` has installed a Node here. */
const HAS_INSTALLED_NODE = existsSync(join(ROOT, `node_modules/node-${process.platform}-${process.arch}`));

/** Makes this Node unable to run the project, like an old Node. */
const UNFIT = '--no-experimental-strip-types';

interface Ended {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly output: string;
}

/** @param during called while the process runs */
function run(
  args: readonly string[],
  options: SpawnOptions = {},
  during: (pid: number, output: () => string) => Promise<void> = async () => undefined,
): Promise<Ended> {
  const child = spawn(process.execPath, args, { ...options, stdio: ['ignore', 'pipe', 'pipe'] });
  let output = '';
  for (const stream of [child.stdout, child.stderr])
    stream?.on('data', (chunk) => {
      output += String(chunk);
    });
  const ended = new Promise<Ended>((done) => {
    child.once('close', (code, signal) => done({ code, signal, output }));
  });
  return during(child.pid ?? 0, () => output).then(() => ended);
}

/** Creates a checkout with the launcher and these files. @param withNode whether `npm ci` has installed a Node */
function checkout(files: Readonly<Record<string, string>>, withNode: boolean): string {
  const root = writeTempFiles({ 'package.json': '{"type":"module"}', 'cli/main.ts': '', ...files });
  cpSync(join(ROOT, 'bin'), join(root, 'bin'), { recursive: true });
  mkdirSync(join(root, 'tools/node'), { recursive: true });
  if (!withNode) return root;
  const node = join(root, `node_modules/node-${process.platform}-${process.arch}/bin/node`);
  mkdirSync(dirname(node), { recursive: true });
  symlinkSync(process.execPath, node);
  return root;
}

const PRINTS_ARGUMENTS = `import { execFileSync } from 'node:child_process';
const typed: readonly string[] = process.argv.slice(1);
const child = execFileSync('node', ['-p', 'process.execPath'], { encoding: 'utf8' }).trim();
console.log(JSON.stringify({ typed, own: process.execPath, child }));
process.exitCode = 7;
`;

describe.each([
  ['with this Node, which is new enough', []],
  ['with the Node that `npm ci` installed, because this one is too old', [UNFIT]],
])('a launched program %s', (_, flags) => {
  it('gets its arguments, keeps its exit code, and finds the same Node as `node`', async () => {
    const root = checkout({ 'scripts/looks.ts': PRINTS_ARGUMENTS }, true);
    const args = [...flags, join(root, 'bin/launch.cjs'), 'scripts/looks.ts', '--flag', 'two words'];
    const { code, output } = await run(args, { env: { PATH: '/usr/bin:/bin' } });
    expect(code).toBe(7);
    const { typed, own, child } = JSON.parse(output);
    expect(typed).toEqual([join(root, 'scripts/looks.ts'), '--flag', 'two words']);
    expect([own, child]).toEqual([process.execPath, process.execPath]);
  });

  it('can be a command of node_modules', async () => {
    const root = checkout({ 'node_modules/tool/main.ts': `#!/usr/bin/env node\n${PRINTS_ARGUMENTS}` }, true);
    mkdirSync(join(root, 'node_modules/.bin'));
    symlinkSync(
      realpathSync(join(ROOT, 'node_modules/typescript/bin/tsc')),
      join(root, 'node_modules/.bin/tool'),
    );
    const args = [...flags, join(root, 'bin/launch.cjs'), 'tool', '--version'];
    expect(await run(args)).toMatchObject({ code: 0, output: expect.stringMatching(/^Version \d/) });
  });

  it('ends with the signal that ends the program', async () => {
    const root = checkout(
      { 'scripts/dies.ts': "process.kill(process.pid, 'SIGTERM');\nsetTimeout(() => {}, 9000);\n" },
      true,
    );
    const { signal } = await run([...flags, join(root, 'bin/launch.cjs'), 'scripts/dies.ts']);
    expect(signal).toBe('SIGTERM');
  });
});

describe('without a Node that can run the project', () => {
  it.each(['bin/vif-acceptor', 'bin/launch.cjs'])(
    '%s refuses in one line, with the required versions',
    async (file) => {
      const root = checkout({ 'scripts/looks.ts': PRINTS_ARGUMENTS }, false);
      const { code, output } = await run([UNFIT, join(root, file), 'scripts/looks.ts']);
      expect(code).toBeGreaterThan(0);
      expect(output.trimEnd().split('\n')).toEqual([expect.stringMatching(/^error: /)]);
      expect(output).toContain(`Node ${inWords(CHECKOUT_NEEDS)}, and`);
      expect(output).toContain(`Node ${process.versions.node}`);
    },
  );

  it('a Node that cannot be started is reported without a stack trace', async () => {
    const root = checkout({ 'scripts/looks.ts': PRINTS_ARGUMENTS }, false);
    const broken = join(root, `node_modules/node-${process.platform}-${process.arch}/bin`);
    mkdirSync(broken, { recursive: true });
    cpSync(join(ROOT, 'LICENSE'), join(broken, 'node'));
    const { code, output } = await run([UNFIT, join(root, 'bin/launch.cjs'), 'scripts/looks.ts']);
    expect(code).toBeGreaterThan(0);
    expect(output.trimEnd().split('\n')).toEqual([
      expect.stringMatching(/^error: .*bin\/node cannot be started/),
    ]);
  });
});

describe('under npm, whose shell ends on a signal without passing it on', () => {
  /** Ends the shell of npm while a program waits. @returns what the program printed until it ended */
  async function printedAfterShell(what: string): Promise<string> {
    const waits = [
      "process.on('SIGTERM', () => { console.log('stopped'); process.exit(0); });",
      "console.log('ready');",
      "setTimeout(() => console.log('finished'), 3_000);",
      '',
    ].join('\n');
    const root = checkout(
      { 'emulator/main.ts': waits, 'cli/main.ts': waits, 'scripts/waits.ts': waits },
      true,
    );
    // Two commands: a shell would replace itself by its only one.
    const command = `"$0" ${UNFIT} ${join(root, 'bin/launch.cjs')} ${what}; true`;
    const env = { ...process.env, npm_lifecycle_event: 'start' };
    const shell = spawn('sh', ['-c', command, process.execPath], { env });
    let printed = '';
    shell.stdout.on('data', (part) => {
      printed += String(part);
    });
    await once(shell.stdout, 'data');
    shell.kill('SIGTERM');
    // The program has the output of the shell, which closes with its last user.
    await once(shell, 'close');
    return printed;
  }

  it.each(['emulator/main.ts', 'cli/main.ts simulate --port 0'])(
    'the emulator ends too: %s',
    async (what) => {
      expect(await printedAfterShell(what)).toContain('stopped');
    },
  );

  it.each(['cli/main.ts run', 'scripts/waits.ts'])('every other program continues: %s', async (what) => {
    expect(await printedAfterShell(what)).toContain('finished');
  });
});

describe('the launched command `run`', () => {
  // A terminal and systemd send a signal to every process of a group, a supervisor only to the process that it started.
  it.skipIf(!HAS_INSTALLED_NODE).each([
    ['SIGINT', 'every process', -1],
    ['SIGINT', 'the launcher', 1],
    ['SIGTERM', 'every process', -1],
    ['SIGTERM', 'the launcher', 1],
  ] as const)('releases its lease on %s to %s', async (signal, _, whom) => {
    const regions = await startRegions(1, 1);
    const dir = folderWith(regions.policies);
    let outputSoFar = (): string => '';
    let pid = 0;
    let sent = false;
    regions.hold = async ({ operation }) => {
      if (!operation.startsWith('Confirm')) return;
      if (!sent) process.kill(whom * pid, signal);
      sent = true;
      for (let waited = 0; !outputSoFar().includes('stopping: ') && waited < 4000; waited += 5)
        await pause(5);
      // A second signal, forwarded by the launcher, arrives within this time.
      await pause(200);
    };
    const env = {
      PATH: process.env.PATH ?? '',
      HOME: dir,
      OSC_ACCESS_KEY: '012345678901',
      OSC_SECRET_KEY: 'secret',
    };
    const args = [UNFIT, join(ROOT, 'bin/vif-acceptor'), 'run', ...regions.args];
    const { code, output } = await run(args, { cwd: dir, env, detached: true }, async (own, output) => {
      [pid, outputSoFar] = [own, output];
    });
    expect(code).toBe(0);
    expect(output.match(/^stopping: no further confirm starts/gm)).toHaveLength(1);
    const ledger = z
      .object({ targets: z.record(z.string(), z.object({ lease: z.unknown() })) })
      .parse(JSON.parse(readFileSync(join(dir, 'ledger.json'), 'utf8')));
    // The other entry contains additions of later formats, and has no lease.
    const own = Object.entries(ledger.targets).filter(([key]) => !key.startsWith('later/'));
    expect(own.map(([, target]) => target)).toEqual([expect.objectContaining({ lease: null })]);
  });
});

describe('every command of package.json', () => {
  it('starts with the launcher', () => {
    const { scripts } = z
      .object({ scripts: z.record(z.string(), z.string()) })
      .parse(JSON.parse(readFileSync('package.json', 'utf8')));
    // npm runs `prepare` where it installs from git: in a clone that has no packages yet.
    const { prepare, ...others } = scripts;
    expect(prepare).toBeDefined();
    const commands = Object.values(others).flatMap((script) => script.split(' && '));
    const launched =
      /^(\w+=\S+ )?(node bin\/(launch\.cjs|vif-acceptor) |node bin\/vif-acceptor$|npm run |scripts\/)/;
    expect(commands.filter((command) => !launched.test(command))).toEqual([]);
    expect(JSON.parse(readFileSync('cdk.json', 'utf8')).app).toBe('node bin/launch.cjs infra/app.ts');
  });
});

describe('the version that a checkout needs', () => {
  it('is installed by `npm ci`', () => {
    const { optionalDependencies } = z
      .object({ optionalDependencies: z.record(z.string(), z.string()) })
      .parse(JSON.parse(readFileSync('tools/node/package.json', 'utf8')));
    for (const pin of Object.values(optionalDependencies)) expect(isIn(pin, CHECKOUT_NEEDS)).toBe(true);
  });

  it.each([
    ['24.5.0', true],
    ['24.5.1', true],
    ['24.21.0', true],
    ['26.0.0', true],
    ['27.0.0-nightly2026', true],
    ['22.21.0', true],
    ['22.100.0', true],
    ['24.4.9', false],
    ['23.11.1', false],
    ['22.20.9', false],
    ['20.20.2', false],
    ['9.11.2', false],
  ])('follows `engines`: %s, %s', (version, isEnough) => {
    expect(isIn(version, '^22.21.0 || >=24.5.0')).toBe(isEnough);
  });

  it('is described in words', () => {
    expect(inWords('^22.21.0 || >=24.5.0')).toBe('22 from 22.21 on, or 24.5 or newer');
  });
});
