import { build, type Metafile } from 'esbuild';
import { ALIASES, BUNDLING, PROJECT_ROOT, RUN_CODE } from '../infra/bundledFunction.ts';

/**
 * Bundles the function as the CDK app does, but without the CDK: `test/infra/deployedAssets.test.ts` holds the two against each other.
 * @param entry what else is to be bundled in just this way
 */
export async function bundleFunction(outfile: string, entry = RUN_CODE.entry): Promise<Metafile> {
  const { format, target, minify, mainFields } = BUNDLING;
  const { metafile } = await build({
    absWorkingDir: PROJECT_ROOT,
    entryPoints: [entry],
    outfile,
    bundle: true,
    platform: 'node',
    format,
    target,
    minify,
    alias: ALIASES,
    mainFields: [...mainFields],
    metafile: true,
  });
  return metafile;
}
