import { relative } from 'node:path';
import { App } from 'aws-cdk-lib';
import { compileFiles, formatFault, revisionOf } from '../language/index.ts';
import { readOptions } from './options.ts';
import { DeploymentRefused } from './refused.ts';
import { VifAcceptorStack } from './stack.ts';

/** Compiles the policies and synthesises: a policy with a fault never becomes a template. */
function synthesise(): void {
  // Synthesised by hand below, so that a refusal leaves no half template behind.
  const app = new App({ autoSynth: false });
  const { policyDir, interval, availableWithin } = readOptions(
    (key) => app.node.tryGetContext(key),
    process.env,
  );
  const compiled = compileFiles(forPeople(policyDir));
  if (!compiled.ok) throw new DeploymentRefused(compiled.faults.map(formatFault));
  const { CDK_DEFAULT_ACCOUNT: account, CDK_DEFAULT_REGION: region } = process.env;
  new VifAcceptorStack(app, 'VifAcceptor', {
    policies: compiled.policies,
    revision: revisionOf(policyDir),
    interval,
    availableWithin,
    ...(account && region ? { env: { account, region } } : {}),
  });
  app.synth();
}

function forPeople(path: string): string {
  const near = relative(process.cwd(), path);
  return near === '' || near.startsWith('..') ? path : near;
}

try {
  synthesise();
} catch (error) {
  if (!(error instanceof DeploymentRefused)) throw error;
  console.error(`nothing is synthesised:\n${error.reasons.join('\n')}`);
  process.exitCode = 1;
}
