import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Stage } from 'aws-cdk-lib';
import { Code, LayerVersion } from 'aws-cdk-lib/aws-lambda';
import { Construct } from 'constructs';
import type { CompiledPolicy } from '../language/index.ts';

export interface PolicyLayerProps {
  readonly policies: readonly CompiledPolicy[];
  readonly revision: string;
}

/**
 * `/opt/policy/NAME.json` for each policy, and `/opt/policy/revision.txt`. A layer of its own, so that a change of policy
 * leaves the function's code as it was.
 */
export class PolicyLayer extends Construct {
  readonly version: LayerVersion;

  constructor(scope: Construct, id: string, { policies, revision }: PolicyLayerProps) {
    super(scope, id);
    const folder = this.#emptyFolder();
    mkdirSync(join(folder, 'policy'), { recursive: true });
    for (const { policy, text } of policies) {
      writeFileSync(join(folder, 'policy', `${policy.target}.json`), text);
    }
    writeFileSync(join(folder, 'policy', 'revision.txt'), revision);
    this.version = new LayerVersion(this, 'Version', {
      description: `policies at ${revision}`,
      code: Code.fromAsset(folder),
    });
  }

  /** Within the cloud assembly, so that it lives as long as the template that refers to it. */
  #emptyFolder(): string {
    const folder = join(Stage.of(this)?.outdir ?? 'cdk.out', `policy-${this.node.addr}`);
    rmSync(folder, { recursive: true, force: true });
    return folder;
  }
}
