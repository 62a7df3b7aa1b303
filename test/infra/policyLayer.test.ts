import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Stage } from 'aws-cdk-lib';
import { describe, expect, it } from 'vitest';
import type { CompiledPolicy } from '../../language/index.ts';
import { OTHER_ROLE, OUTSCALE, OWN_ROLE, stackOf } from './stackFixtures.ts';

/** The files of each layer below /opt, by name. */
function layers(...policies: CompiledPolicy[]): Record<string, string>[] {
  const { directory } = Stage.of(stackOf(policies))?.synth() ?? {};
  return globSync('asset.*/policy', { cwd: directory ?? '' }).map((folder) =>
    Object.fromEntries(
      globSync('**/*.*', { cwd: join(directory ?? '', folder) }).map((file) => [
        file,
        readFileSync(join(directory ?? '', folder, file), 'utf8'),
      ]),
    ),
  );
}

describe('the layer', () => {
  it('contains exactly the compiled policies and the revision', () => {
    expect(layers(OWN_ROLE, OTHER_ROLE)).toEqual([
      { 'lyon.json': OWN_ROLE.text, 'nice.json': OTHER_ROLE.text, 'revision.txt': 'v1-2-gabcdef0' },
    ]);
  });

  it('gives each function only the policies of its own targets', () => {
    const found = layers(OUTSCALE, OWN_ROLE).map((files) => Object.keys(files).sort());
    expect(found.sort()).toEqual([
      ['lyon.json', 'revision.txt'],
      ['paris.json', 'revision.txt'],
    ]);
  });
});
