import { App } from 'aws-cdk-lib';
import { readOptions } from './contextOptions.ts';
import { DeploymentRefused } from './refused.ts';
import { VifAcceptorStack } from './stack.ts';

/** Compiles the policies and synthesises: a policy with a fault never becomes a template. */
function synthesise(): void {
  // Synthesised by hand below, so that a refusal leaves no half template behind.
  const app = new App({ autoSynth: false });
  const { stackName, ...options } = readOptions((key) => app.node.tryGetContext(key), process.env);
  const { CDK_DEFAULT_ACCOUNT: account, CDK_DEFAULT_REGION: region } = process.env;
  const env = account && region ? { env: { account, region } } : {};
  new VifAcceptorStack(app, stackName, { ...options, ...env });
  app.synth();
}

try {
  synthesise();
} catch (error) {
  if (!(error instanceof DeploymentRefused)) throw error;
  console.error(`nothing is synthesised:\n${error.reasons.join('\n')}`);
  process.exitCode = 1;
}
