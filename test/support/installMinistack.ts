/** Installs ministack for the tests that only look for it: `node bin/launch.cjs test/support/installMinistack.ts`. */
import { installMinistack } from './ministack.ts';

const { folder, skipped } = await installMinistack();
process.stdout.write(`${folder ?? `ministack${skipped}`}\n`);
