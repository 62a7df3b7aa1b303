import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { PROJECT_ROOT, WATCHER_CODE } from '../infra/bundledFunction.ts';
import { bundleFunction } from './bundle.ts';
import { compileTo } from './compileTo.ts';

/**
 * Builds dist/ for `npm pack`: Node does not strip types below node_modules, so the package contains JavaScript and the bundled
 * functions. A checkout does not need it.
 */
const dist = join(PROJECT_ROOT, 'dist');
compileTo(dist, 'tsconfig.build.json');

// The command line reads its version from this file. The complete package.json would be misleading here, one level too deep.
const { version } = JSON.parse(readFileSync(join(PROJECT_ROOT, 'package.json'), 'utf8'));
writeFileSync(join(dist, 'package.json'), `${JSON.stringify({ type: 'module', version })}\n`);

// The package's entry point: refuses an older Node before it imports any other module.
const index = ["import '../bin/refuseOldNode.cjs';", "export * from './infra/index.js';", ''];
writeFileSync(join(dist, 'index.js'), index.join('\n'));

await bundleFunction(join(dist, 'function', 'index.mjs'));
await bundleFunction(join(dist, 'watcher', 'index.mjs'), WATCHER_CODE.entry);
