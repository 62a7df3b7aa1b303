/** What somebody else's CDK app imports of `vif-acceptor`, and all of it. */
export type { Notify } from './notificationTarget.ts';
export { DeploymentRefused } from './validateOptions.ts';
export { VifAcceptor, type VifAcceptorProps } from './vifAcceptor.ts';
