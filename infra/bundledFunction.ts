import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import {
  Architecture,
  Code,
  type FunctionProps,
  Function as LambdaFunction,
  Runtime,
} from 'aws-cdk-lib/aws-lambda';
import { type BundlingOptions, LogLevel, NodejsFunction, OutputFormat } from 'aws-cdk-lib/aws-lambda-nodejs';
import type { Construct } from 'constructs';

export const PROJECT_ROOT = fileURLToPath(new URL('..', import.meta.url));

/** The code of a Lambda function. */
export interface FunctionCode {
  /** the file that exports `handler`; only a checkout has it */
  readonly entry: string;
  /** the folder with the bundle of `scripts/build.ts`; only the npm package has it, whose users need no bundler */
  readonly prebuilt: string;
}

/** Executes a run for a target. */
export const RUN_CODE: FunctionCode = {
  entry: fileURLToPath(new URL('../lambda/handler.ts', import.meta.url)),
  prebuilt: fileURLToPath(new URL('../function/', import.meta.url)),
};

/** Finds the targets of a deployment that have an alert. */
export const WATCHER_CODE: FunctionCode = {
  entry: fileURLToPath(new URL('../lambda/watcher.ts', import.meta.url)),
  prebuilt: fileURLToPath(new URL('../watcher/', import.meta.url)),
};

/** Modules that the bundle replaces, by absolute path. */
export const ALIASES = {
  '@aws-sdk/credential-provider-node': fileURLToPath(
    new URL('../lambda/environmentCredentials.ts', import.meta.url),
  ),
  'node:http': fileURLToPath(new URL('../lambda/nodeHttp.ts', import.meta.url)),
} as const;

/**
 * How a function is bundled. The SDK is bundled instead of taken from the runtime, and packages are bundled as ES modules where
 * they offer them: both start faster, by measurement.
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

/** Creates a Lambda function. A checkout bundles its code from the sources; the npm package contains the bundle. */
export function createFunction(
  scope: Construct,
  id: string,
  { entry, prebuilt }: FunctionCode,
  given: Omit<FunctionProps, 'code' | 'handler' | 'runtime' | 'architecture'>,
): LambdaFunction {
  const props = { ...given, runtime: Runtime.NODEJS_24_X, architecture: Architecture.ARM_64 };
  if (!existsSync(entry))
    return new LambdaFunction(scope, id, {
      ...props,
      code: Code.fromAsset(prebuilt),
      handler: 'index.handler',
    });
  return new NodejsFunction(scope, id, {
    ...props,
    entry,
    projectRoot: PROJECT_ROOT,
    depsLockFilePath: `${PROJECT_ROOT}package-lock.json`,
    bundling: BUNDLING,
    // It would set an environment variable that only version 2 of the SDK reads.
    awsSdkConnectionReuse: false,
  });
}
