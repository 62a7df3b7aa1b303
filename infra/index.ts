/** The public API of the package `vif-acceptor`, for use in other CDK apps. */
export type { Notify } from './notifications.ts';
export { DeploymentRefused } from './validateOptions.ts';
export { VifAcceptor, type VifAcceptorProps } from './vifAcceptor.ts';
