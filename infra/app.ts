import { readOptions } from './contextOptions.ts';
import { synthesize, VifAcceptorStack } from './vifAcceptorStack.ts';

/** The CDK app of the checkout: one stack, whose options are context. A policy with an error produces no template. */
synthesize((app) => {
  const { stackName, ...options } = readOptions((key) => app.node.tryGetContext(key), process.env);
  new VifAcceptorStack(app, stackName, options);
});
