import { cpSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { PROJECT_ROOT } from '../infra/bundledFunction.ts';
import { compileTo } from './compileTo.ts';
import { EMULATOR_PAGES } from './emulatorPages.ts';

/** Builds the package `hosted-vif-emulator` in emulator/: JavaScript and types in dist/, and its pages. */
const folder = join(PROJECT_ROOT, 'emulator');
const dist = join(folder, 'dist');
compileTo(dist, 'emulator/tsconfig.build.json');

// The entry point of the package: refuses an older Node before it imports any other module.
const index = ["import '../bin/refuseOldNode.cjs';", "export * from './emulator.js';", ''];
writeFileSync(join(dist, 'index.js'), index.join('\n'));

cpSync(join(PROJECT_ROOT, 'LICENSE'), join(folder, 'LICENSE'));
for (const page of EMULATOR_PAGES) rmSync(dirname(join(folder, page)), { recursive: true, force: true });
for (const page of EMULATOR_PAGES) cpSync(join(PROJECT_ROOT, page), join(folder, page));
