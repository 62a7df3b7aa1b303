import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { bundleFunction } from './bundle.ts';
import { bundledPackages, createBillOfMaterials, readLock } from './cycloneDx.ts';

/** Prints the software bill of materials, from the lock file, without a network. */
const scratch = mkdtempSync(join(tmpdir(), 'vif-acceptor-'));
try {
  const bundled = bundledPackages(await bundleFunction(join(scratch, 'index.mjs')));
  process.stdout.write(`${JSON.stringify(createBillOfMaterials(readLock(), bundled), null, 2)}\n`);
} finally {
  rmSync(scratch, { recursive: true });
}
