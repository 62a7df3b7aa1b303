import { cpSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { PROJECT_ROOT } from '../infra/bundledFunction.ts';
import { compileTo } from './compileTo.ts';

/** The pages that the package has too, at the same paths. */
const PAGES = ['docs/conformance.md', 'docs/emulator.md', 'examples/scenarios/demo.json'];

/** Builds the package `hosted-vif-emulator` in emulator/: JavaScript and types in dist/, and its pages. */
const folder = join(PROJECT_ROOT, 'emulator');
const dist = join(folder, 'dist');
compileTo(dist, 'emulator/tsconfig.build.json');

// The entry point of the package: refuses an older Node before it imports any other module.
const index = ["import '../bin/refuseOldNode.cjs';", "export * from './emulator.js';", ''];
writeFileSync(join(dist, 'index.js'), index.join('\n'));

cpSync(join(PROJECT_ROOT, 'LICENSE'), join(folder, 'LICENSE'));
for (const page of PAGES) rmSync(dirname(join(folder, page)), { recursive: true, force: true });
for (const page of PAGES) cpSync(join(PROJECT_ROOT, page), join(folder, page));
