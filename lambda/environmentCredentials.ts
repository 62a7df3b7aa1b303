import { fromEnv } from '@aws-sdk/credential-provider-env';

/**
 * Replaces `@aws-sdk/credential-provider-node` in the function's bundle (infra/bundledFunction.ts). Lambda gives its
 * keys in the environment; the SDK's providers for laptops, containers and single sign-on would be a fifth of the
 * bundle.
 */
export const defaultProvider = fromEnv;
