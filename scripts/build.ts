import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { PROJECT_ROOT, WATCHER_CODE } from '../infra/bundledFunction.ts';
import { bundleFunction } from './bundle.ts';
import { compilePackage } from './compileTo.ts';

/**
 * Builds dist/ for `npm pack`: Node does not strip types below node_modules, so the package contains JavaScript and the bundled
 * functions. A checkout does not need it.
 */
const dist = join(PROJECT_ROOT, 'dist');
compilePackage(dist);

// The package's entry point: refuses an older Node before it imports any other module.
const index = ["import '../bin/refuseOldNode.cjs';", "export * from './infra/index.js';", ''];
writeFileSync(join(dist, 'index.js'), index.join('\n'));

await bundleFunction(join(dist, 'function', 'index.mjs'));
await bundleFunction(join(dist, 'watcher', 'index.mjs'), WATCHER_CODE.entry);
