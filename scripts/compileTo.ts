import { execFileSync } from 'node:child_process';
import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { PROJECT_ROOT } from '../infra/bundledFunction.ts';

/** Compiles a TypeScript project into its folder, which is emptied first: files of an earlier build would be shipped too. */
export function compileTo(dist: string, project: string): void {
  rmSync(dist, { recursive: true, force: true });
  execFileSync(process.execPath, ['node_modules/typescript/bin/tsc', '-p', project, '--outDir', dist], {
    cwd: PROJECT_ROOT,
    // Standard output is reserved for `npm pack --json`.
    stdio: ['ignore', 2, 2],
  });
}

/** Compiles the construct and the command line of the package into a folder. */
export function compilePackage(dist: string): void {
  compileTo(dist, 'tsconfig.build.json');
  // The command line reads its version from this file. The complete package.json would be misleading here, one level too deep.
  const { version } = JSON.parse(readFileSync(join(PROJECT_ROOT, 'package.json'), 'utf8'));
  writeFileSync(join(dist, 'package.json'), `${JSON.stringify({ type: 'module', version })}\n`);
}
