import { fromEnv } from '@aws-sdk/credential-provider-env';

/**
 * Stands in for `@aws-sdk/credential-provider-node` in the function's bundle (infra/providerFunction.ts): Lambda gives its keys
 * in the environment, and the providers for laptops, containers and single sign-on are a fifth of everything.
 */
export const defaultProvider = fromEnv;
