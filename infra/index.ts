/** The public API of the package `vif-acceptor`, for use in CDK apps. */
export type { ChatTopic } from './chatNotifications.ts';
export type { Notify } from './notifications.ts';
export { DeploymentRefused } from './validateOptions.ts';
export { VifAcceptor, type VifAcceptorProps } from './vifAcceptor.ts';
export { synthesize, VifAcceptorStack, type VifAcceptorStackProps } from './vifAcceptorStack.ts';
