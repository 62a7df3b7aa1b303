import { existsSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Duration, RemovalPolicy, Stack, Stage } from 'aws-cdk-lib';
import { AttributeType, BillingMode, Table } from 'aws-cdk-lib/aws-dynamodb';
import {
  Architecture,
  Code,
  type FunctionProps,
  type IFunction,
  Function as LambdaFunction,
  LayerVersion,
  Runtime,
} from 'aws-cdk-lib/aws-lambda';
import { type BundlingOptions, LogLevel, NodejsFunction, OutputFormat } from 'aws-cdk-lib/aws-lambda-nodejs';
import { LogGroup, RetentionDays } from 'aws-cdk-lib/aws-logs';
import { Construct } from 'constructs';
import { TABLE_KEYS } from '../adapters/ledgers/dynamo/dynamoTable.ts';
import { recipientKey } from '../core/policy.ts';
import type { CompiledPolicy } from '../language/index.ts';
import { ENVIRONMENT_BYTES, type QuotaUsage, textSizeWhenDeployed } from './awsQuotas.ts';
import type { DeadLetterQueues } from './deadLetterQueues.ts';
import { createFunctionRole } from './functionRole.ts';
import { NAMESPACE, SERVICE } from './metrics.ts';
import { TargetSchedules } from './targetSchedules.ts';

export const PROJECT_ROOT = fileURLToPath(new URL('..', import.meta.url));

/** The file that exports `handler`. */
export const HANDLER_FILE = fileURLToPath(new URL('../lambda/handler.ts', import.meta.url));

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

/** In the package: the bundle of `scripts/build.ts`, so that whoever installs that needs no bundler. */
const PREBUILT = fileURLToPath(new URL('../function/', import.meta.url));

/** The acceptor's function: its code bundled from the sources where they are, which is in a checkout, else as it was shipped. */
function createFunction(
  scope: Construct,
  id: string,
  props: Omit<FunctionProps, 'code' | 'handler'>,
): LambdaFunction {
  if (!existsSync(HANDLER_FILE)) {
    return new LambdaFunction(scope, id, {
      ...props,
      code: Code.fromAsset(PREBUILT),
      handler: 'index.handler',
    });
  }
  return new NodejsFunction(scope, id, {
    ...props,
    entry: HANDLER_FILE,
    projectRoot: PROJECT_ROOT,
    depsLockFilePath: `${PROJECT_ROOT}package-lock.json`,
    bundling: BUNDLING,
    // It would set a variable that only version 2 of the SDK reads.
    awsSdkConnectionReuse: false,
  });
}

/** The memory of all targets. It outlives the stack: receipts are kept for ever. */
export function createLedgerTable(scope: Construct, id: string): Table {
  return new Table(scope, id, {
    partitionKey: { name: TABLE_KEYS.partition, type: AttributeType.STRING },
    sortKey: { name: TABLE_KEYS.sort, type: AttributeType.STRING },
    timeToLiveAttribute: TABLE_KEYS.expiry,
    billingMode: BillingMode.PAY_PER_REQUEST,
    pointInTimeRecoverySpecification: { pointInTimeRecoveryEnabled: true },
    removalPolicy: RemovalPolicy.RETAIN,
  });
}

export interface PolicyLayerProps {
  readonly policies: readonly CompiledPolicy[];
  readonly revision: string;
}

/**
 * `/opt/policy/NAME.json` for each policy, and `/opt/policy/revision.txt`. A layer of its own, so that a change of policy
 * leaves the function's code as it was.
 */
class PolicyLayer extends Construct {
  readonly version: LayerVersion;

  constructor(scope: Construct, id: string, { policies, revision }: PolicyLayerProps) {
    super(scope, id);
    const folder = this.#emptyFolder();
    mkdirSync(join(folder, 'policy'), { recursive: true });
    for (const { policy, text } of policies) {
      writeFileSync(join(folder, 'policy', `${policy.target}.json`), text);
    }
    writeFileSync(join(folder, 'policy', 'revision.txt'), revision);
    this.version = new LayerVersion(this, 'Version', {
      description: `policies at ${revision}`,
      code: Code.fromAsset(folder),
    });
  }

  /** Within the cloud assembly, so that it lives as long as the template that refers to it. */
  #emptyFolder(): string {
    const folder = join(Stage.of(this)?.outdir ?? 'cdk.out', `policy-${this.node.addr}`);
    rmSync(folder, { recursive: true, force: true });
    return folder;
  }
}

export interface ProviderFunctionProps {
  /** of one provider, so that no target runs with rights that only another provider needs */
  readonly policies: readonly CompiledPolicy[];
  readonly revision: string;
  /** from one pass over a target to the next; 2 minutes or more */
  readonly interval: Duration;
  /** how long what was accepted may take to become `available` before that is told */
  readonly availableWithin: Duration;
  /** the memory of all targets */
  readonly ledger: Table;
  readonly queues: DeadLetterQueues;
}

/** The function for the policies of one provider, and what calls it. */
export class ProviderFunction extends Construct {
  readonly policies: readonly CompiledPolicy[];
  readonly function: IFunction;
  readonly log: LogGroup;
  readonly usages: readonly QuotaUsage[];

  constructor(scope: Construct, id: string, props: ProviderFunctionProps) {
    super(scope, id);
    const { policies, revision, interval, ledger, queues } = props;
    this.policies = policies;
    // A pass that comes late, or runs long, would only meet the next one.
    const maxEventAge = interval.minus(Duration.minutes(1));
    // It outlives the stack, as the ledger does: it says what was accepted and why.
    this.log = new LogGroup(this, 'Logs', {
      retention: RetentionDays.ONE_YEAR,
      removalPolicy: RemovalPolicy.RETAIN,
    });
    const { role, usage } = createFunctionRole(this, 'Role', {
      policies: policies.map(({ policy }) => policy),
      ledger,
      failedRuns: queues.failedRuns,
      log: this.log,
    });
    const environment = environmentOf(props);
    this.function = createFunction(this, 'Function', {
      runtime: Runtime.NODEJS_24_X,
      architecture: Architecture.ARM_64,
      memorySize: 512,
      // Lambda lets nothing run longer than 15 minutes.
      timeout: Duration.seconds(Math.min(maxEventAge.toSeconds(), 15 * 60)),
      // The schedule is the retry: a second attempt at once would meet the same fault, or the next pass.
      retryAttempts: 0,
      maxEventAge,
      // Its role may write there already: CDK's own destination would ask for more.
      onFailure: { bind: () => ({ destination: queues.failedRuns.queueArn }) },
      layers: [new PolicyLayer(this, 'Policies', { policies, revision }).version],
      logGroup: this.log,
      role,
      environment,
    });
    new TargetSchedules(this, 'Calls', {
      function: this.function,
      targets: policies.map(({ policy }) => policy.target),
      interval,
      maxEventAge,
      deadLetters: queues.deadLetters,
    });
    this.usages = [usage, environmentUsage(environment, Stack.of(this))];
  }
}

function environmentOf({ policies, ledger, availableWithin }: ProviderFunctionProps): Record<string, string> {
  return {
    POWERTOOLS_SERVICE_NAME: SERVICE,
    POWERTOOLS_METRICS_NAMESPACE: NAMESPACE,
    VIF_ACCEPTOR_RECIPIENTS: JSON.stringify(
      Object.fromEntries(policies.map(({ policy }) => [policy.target, recipientKey(policy.recipient)])),
    ),
    VIF_ACCEPTOR_TABLE: ledger.tableName,
    VIF_ACCEPTOR_AVAILABLE_WITHIN_MINUTES: String(availableWithin.toMinutes()),
  };
}

function environmentUsage(environment: Record<string, string>, stack: Stack): QuotaUsage {
  const sizes = Object.entries(environment).map(
    ([name, value]) => name.length + textSizeWhenDeployed(stack.resolve(value)),
  );
  return {
    what: 'bytes of environment of a function',
    used: sizes.reduce((sum, size) => sum + size, 0),
    quota: ENVIRONMENT_BYTES,
  };
}
