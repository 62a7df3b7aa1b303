import { execFileSync } from 'node:child_process';
import { rmSync } from 'node:fs';
import { PROJECT_ROOT } from '../infra/bundledFunction.ts';

/** Compiles a TypeScript project into its folder, which is emptied first: files of an earlier build would be shipped too. */
export function compileTo(dist: string, project: string): void {
  rmSync(dist, { recursive: true, force: true });
  execFileSync(process.execPath, ['node_modules/typescript/bin/tsc', '-p', project], {
    cwd: PROJECT_ROOT,
    // Standard output is reserved for `npm pack --json`.
    stdio: ['ignore', 2, 2],
  });
}
