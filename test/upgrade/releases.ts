import { spawnSync } from 'node:child_process';
import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';

const ROOT = resolve(import.meta.dirname, '../..');

/** The revision of release 0.1.0. */
export const OLD_REVISION = '742bec7';

/** Whether git has that revision. A shallow clone or a copy without history does not. */
export function hasHistory(): boolean {
  return spawnSync('git', ['cat-file', '-e', `${OLD_REVISION}^{commit}`], { cwd: ROOT }).status === 0;
}

/** A release that can be executed. */
export interface Release {
  readonly root: string;
  /** the function's bundle */
  readonly bundle: string;
}

/** Bundles this checkout into a folder. */
export function today(folder: string): Release {
  return bundled(ROOT, join(folder, 'today.mjs'));
}

/** Extracts release 0.1.0 from git, and bundles it with its own script and the packages of this checkout. */
export function old(folder: string): Release {
  const root = join(folder, 'old');
  mkdirSync(root);
  const archive = run('git', ['archive', OLD_REVISION], ROOT);
  run('tar', ['-x', '-C', root], ROOT, archive);
  symlinkSync(join(ROOT, 'node_modules'), join(root, 'node_modules'));
  return bundled(root, join(folder, 'old.mjs'));
}

function bundled(root: string, bundle: string): Release {
  // Release 0.1.0 calls it `bundle`.
  const lines = `await (module.bundleFunction ?? module.bundle)(${JSON.stringify(bundle)});`;
  inRelease(root, 'scripts/bundle.ts', lines);
  return { root, bundle };
}

/** Writes the policy layer of a release with its own compiler. */
export function policyLayer({ root }: Release, policies: string, layer: string): void {
  const compiled: { target: string; text: string }[] = JSON.parse(
    inRelease(
      root,
      'language/index.ts',
      `const { policies } = module.compileFiles(${JSON.stringify(policies)});
       console.log(JSON.stringify(policies.map(({ policy, text }) => ({ target: policy.target, text }))));`,
    ),
  );
  mkdirSync(layer);
  for (const { target, text } of compiled) writeFileSync(join(layer, `${target}.json`), text);
  writeFileSync(join(layer, 'revision.txt'), 'v0\n');
}

/** Runs some lines with a module of a release in a separate process. @returns their output */
function inRelease(root: string, module: string, lines: string): string {
  const code = `const module = await import(${JSON.stringify(join(root, module))}); ${lines}`;
  return run(process.execPath, ['--input-type=module', '-e', code], root).toString();
}

function run(command: string, args: readonly string[], cwd: string, input?: Buffer): Buffer {
  const maxBuffer = 100_000_000;
  const { status, stdout, stderr } = spawnSync(command, args, { cwd, input, maxBuffer });
  if (status !== 0) throw new Error(`${command} ${args[0]} failed: ${stderr?.toString()}`);
  return stdout;
}
