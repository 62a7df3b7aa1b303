import type { Metafile } from 'esbuild';
import { nameOf } from '../scripts/lockfile.ts';

const PACKAGE = /^(?:.*\/)?node_modules\/(?:@[^/]+\/)?[^/]+/;

/** Bytes of a bundle by the package that they come from, the greatest first; what is in none is ours. */
export function packageSizes({ outputs }: Metafile): ReadonlyMap<string, number> {
  const sizes = new Map<string, number>();
  for (const { inputs, bytes } of Object.values(outputs)) {
    sizes.set('all of it', (sizes.get('all of it') ?? 0) + bytes);
    for (const [input, { bytesInOutput }] of Object.entries(inputs)) {
      const [path] = PACKAGE.exec(input) ?? [];
      const name = path === undefined ? 'vif-acceptor' : nameOf(path);
      sizes.set(name, (sizes.get(name) ?? 0) + bytesInOutput);
    }
  }
  return new Map([...sizes].filter(([, bytes]) => bytes > 0).sort(([, a], [, b]) => b - a));
}
