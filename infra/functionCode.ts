import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { Code, type FunctionProps, Function as LambdaFunction } from 'aws-cdk-lib/aws-lambda';
import { NodejsFunction } from 'aws-cdk-lib/aws-lambda-nodejs';
import type { Construct } from 'constructs';
import { BUNDLING, ENTRY, PROJECT_ROOT } from './bundling.ts';

/** In the package: the bundle of `scripts/build.ts`, so that whoever installs that needs no bundler. */
const PREBUILT = fileURLToPath(new URL('../function/', import.meta.url));

/** The acceptor's function: its code bundled from the sources where they are, which is in a checkout, else as it was shipped. */
export function acceptorFunction(
  scope: Construct,
  id: string,
  props: Omit<FunctionProps, 'code' | 'handler'>,
): LambdaFunction {
  if (!existsSync(ENTRY)) {
    return new LambdaFunction(scope, id, {
      ...props,
      code: Code.fromAsset(PREBUILT),
      handler: 'index.handler',
    });
  }
  return new NodejsFunction(scope, id, {
    ...props,
    entry: ENTRY,
    projectRoot: PROJECT_ROOT,
    depsLockFilePath: `${PROJECT_ROOT}package-lock.json`,
    bundling: BUNDLING,
    // It would set a variable that only version 2 of the SDK reads.
    awsSdkConnectionReuse: false,
  });
}
