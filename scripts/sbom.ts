import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { bundle } from './bundle.ts';
import { billOf, packagesIn } from './cycloneDx.ts';
import { readLock } from './lockfile.ts';

/** The software bill of materials, on standard output: by the lock, without a network. */
const scratch = mkdtempSync(join(tmpdir(), 'vif-acceptor-'));
try {
  const bundled = packagesIn(await bundle(join(scratch, 'index.mjs')));
  process.stdout.write(`${JSON.stringify(billOf(readLock(), bundled), null, 2)}\n`);
} finally {
  rmSync(scratch, { recursive: true });
}
