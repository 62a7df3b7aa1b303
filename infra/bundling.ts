import { fileURLToPath } from 'node:url';
import { type BundlingOptions, LogLevel, OutputFormat } from 'aws-cdk-lib/aws-lambda-nodejs';

export const PROJECT_ROOT = fileURLToPath(new URL('..', import.meta.url));

/** The file that exports `handler`. */
export const ENTRY = fileURLToPath(new URL('../lambda/handler.ts', import.meta.url));

/** What stands in for what in the bundle, by absolute path. */
export const ALIASES = {
  '@aws-sdk/credential-provider-node': fileURLToPath(
    new URL('../lambda/environmentCredentials.ts', import.meta.url),
  ),
} as const;

/**
 * The SDK is bundled rather than left to the runtime, and modules are taken as ESM where a package offers them: both
 * were measured to start faster.
 */
export const BUNDLING = {
  format: OutputFormat.ESM,
  target: 'node24',
  mainFields: ['module', 'main'],
  minify: true,
  bundleAwsSDK: true,
  logLevel: LogLevel.WARNING,
  esbuildArgs: Object.fromEntries(Object.entries(ALIASES).map(([from, to]) => [`--alias:${from}`, to])),
} as const satisfies BundlingOptions;
