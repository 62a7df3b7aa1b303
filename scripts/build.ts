import { execFileSync } from 'node:child_process';
import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { PROJECT_ROOT } from '../infra/providerFunction.ts';
import { bundleFunction } from './bundle.ts';

/**
 * Makes in dist/ what `npm pack` ships: Node strips no types below node_modules, so whoever installs the package gets
 * JavaScript, and the function ready-made. A checkout needs none of it.
 */
const dist = join(PROJECT_ROOT, 'dist');
// What an earlier build left would be shipped too.
rmSync(dist, { recursive: true, force: true });

const compile = ['node_modules/typescript/bin/tsc', '-p', 'tsconfig.build.json'];
execFileSync(process.execPath, compile, {
  cwd: PROJECT_ROOT,
  // Standard output belongs to `npm pack --json`.
  stdio: ['ignore', 2, 2],
});
// The command line imports it for its version; the whole of it, one level too deep, would only mislead.
const { version } = JSON.parse(readFileSync(join(PROJECT_ROOT, 'package.json'), 'utf8'));
writeFileSync(join(dist, 'package.json'), `${JSON.stringify({ type: 'module', version })}\n`);

// What `import 'vif-acceptor'` gives: an older Node is refused before anything of ours is imported.
const index = ["import '../bin/refuseOldNode.cjs';", "export * from './infra/index.js';", ''];
writeFileSync(join(dist, 'index.js'), index.join('\n'));

await bundleFunction(join(dist, 'function', 'index.mjs'));
