import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Stage } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import { beforeAll, describe, expect, it } from 'vitest';
import type { Policy } from '../../core/policy.ts';
import { bundleFunction } from '../../scripts/bundle.ts';
import { writeTempFiles } from '../support/tempFiles.ts';
import { stackOf, target } from './stackFixtures.ts';

interface Deployed {
  /** hashes of the contents */
  readonly code: string;
  readonly layer: string;
  readonly script: string;
}

function deploy(change: Partial<Policy>): Deployed {
  const policy = target('paris', 'outscale', { secret: 'vif-acceptor/outscale' }, change);
  const stack = stackOf([policy], { bundled: true });
  const template = Template.fromStack(stack);
  const [fn] = Object.values(template.findResources('AWS::Lambda::Function'));
  const [layer] = Object.values(template.findResources('AWS::Lambda::LayerVersion'));
  const code = fn?.Properties.Code.S3Key.replace('.zip', '');
  const asset = join(Stage.of(stack)?.outdir ?? '', `asset.${code}`, 'index.mjs');
  return { code, layer: layer?.Properties.Content.S3Key, script: readFileSync(asset, 'utf8') };
}

describe('what is deployed', () => {
  let before: Deployed;
  beforeAll(() => {
    before = deploy({ freeze: false });
  });

  it('changes in its layer but not in its code when a policy changes', () => {
    const after = deploy({ freeze: true });
    expect(after.layer).not.toBe(before.layer);
    expect(after.code).toBe(before.code);
  });

  it('contains the same bundle that the tests of the bundle check', async () => {
    const file = join(writeTempFiles({}), 'index.mjs');
    await bundleFunction(file);
    expect(before.script).toBe(readFileSync(file, 'utf8'));
  });
});
