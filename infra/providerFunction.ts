import { existsSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Duration, RemovalPolicy, Stage } from 'aws-cdk-lib';
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
import type { CompiledPolicy } from '../language/index.ts';
import type { QuotaUsage } from './awsQuotas.ts';
import type { DeadLetterQueues } from './deadLetterQueues.ts';
import { createFunctionRole } from './functionRole.ts';
import { NAMESPACE, SERVICE } from './metrics.ts';
import { TargetSchedules } from './targetSchedules.ts';

export const PROJECT_ROOT = fileURLToPath(new URL('..', import.meta.url));

/** The file that exports `handler`. */
export const HANDLER_FILE = fileURLToPath(new URL('../lambda/handler.ts', import.meta.url));

/** Modules that the bundle replaces, by absolute path. */
export const ALIASES = {
  '@aws-sdk/credential-provider-node': fileURLToPath(
    new URL('../lambda/environmentCredentials.ts', import.meta.url),
  ),
} as const;

/**
 * How the function is bundled. The SDK is bundled instead of taken from the runtime, and packages are bundled as ES modules where
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

/** In the npm package: the bundle of `scripts/build.ts`. Users of the package need no bundler. */
const PREBUILT = fileURLToPath(new URL('../function/', import.meta.url));

export interface ProviderFunctionProps {
  /** Policies of one provider only: no target runs with permissions that another provider needs. */
  readonly policies: readonly CompiledPolicy[];
  readonly revision: string;
  /** between two runs for a target; at least 2 minutes */
  readonly interval: Duration;
  /** how long an accepted interface may take to become `available` before it is reported */
  readonly availableWithin: Duration;
  /** whether the function reads the log of calls */
  readonly auditLog: boolean;
  readonly ledger: Table;
  readonly queues: DeadLetterQueues;
}

/** The Lambda function for all targets of one provider, with its role, log, policy layer and schedules. */
export class ProviderFunction extends Construct {
  readonly policies: readonly CompiledPolicy[];
  readonly function: IFunction;
  readonly log: LogGroup;
  readonly usages: readonly QuotaUsage[];

  constructor(scope: Construct, id: string, props: ProviderFunctionProps) {
    super(scope, id);
    const { policies, revision, interval, ledger, queues } = props;
    this.policies = policies;
    // A run that starts later, or takes longer, would overlap with the next one.
    const maxEventAge = interval.minus(Duration.minutes(1));
    // Kept when the stack is deleted, as the ledger is: it records what was accepted and why.
    this.log = new LogGroup(this, 'Logs', {
      retention: RetentionDays.ONE_YEAR,
      removalPolicy: RemovalPolicy.RETAIN,
    });
    const { role, usage } = createFunctionRole(this, 'Role', {
      policies: policies.map(({ policy }) => policy),
      ledger,
      failedRuns: queues.failedRuns,
      log: this.log,
      auditLog: props.auditLog,
    });
    this.function = createFunction(this, 'Function', {
      runtime: Runtime.NODEJS_24_X,
      architecture: Architecture.ARM_64,
      memorySize: 512,
      // Lambda allows at most 15 minutes.
      timeout: Duration.seconds(Math.min(maxEventAge.toSeconds(), 15 * 60)),
      // The schedule is the retry: a second attempt at once would meet the same error, or the next run.
      retryAttempts: 0,
      maxEventAge,
      // The role may already send to this queue: CDK's own destination would add a second permission.
      onFailure: { bind: () => ({ destination: queues.failedRuns.queueArn }) },
      layers: [new PolicyLayer(this, 'Policies', { policies, revision }).version],
      logGroup: this.log,
      role,
      environment: environmentOf(props),
    });
    new TargetSchedules(this, 'Calls', {
      function: this.function,
      targets: policies.map(({ policy }) => policy.target),
      interval,
      maxEventAge,
      deadLetters: queues.deadLetters,
    });
    this.usages = [usage];
  }
}

function environmentOf({ ledger, availableWithin, auditLog }: ProviderFunctionProps): Record<string, string> {
  return {
    POWERTOOLS_SERVICE_NAME: SERVICE,
    POWERTOOLS_METRICS_NAMESPACE: NAMESPACE,
    VIF_ACCEPTOR_TABLE: ledger.tableName,
    VIF_ACCEPTOR_AVAILABLE_WITHIN_MINUTES: String(availableWithin.toMinutes()),
    ...(auditLog ? { VIF_ACCEPTOR_AUDIT_LOG: 'true' } : {}),
  };
}

/** Creates the Lambda function. A checkout bundles its code from the sources; the npm package contains the bundle. */
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
    // It would set an environment variable that only version 2 of the SDK reads.
    awsSdkConnectionReuse: false,
  });
}

interface PolicyLayerProps {
  readonly policies: readonly CompiledPolicy[];
  readonly revision: string;
}

/**
 * The layer with `/opt/policy/TARGET.json` for each policy, and `/opt/policy/revision.txt`. A policy change replaces the layer and
 * leaves the function's code unchanged.
 */
class PolicyLayer extends Construct {
  readonly version: LayerVersion;

  constructor(scope: Construct, id: string, { policies, revision }: PolicyLayerProps) {
    super(scope, id);
    const folder = this.#createEmptyFolder();
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

  /** The folder is in the cloud assembly, so that it exists as long as the template that refers to it. */
  #createEmptyFolder(): string {
    const folder = join(Stage.of(this)?.outdir ?? 'cdk.out', `policy-${this.node.addr}`);
    rmSync(folder, { recursive: true, force: true });
    return folder;
  }
}

/** The DynamoDB table of the ledger, for all targets. Kept when the stack is deleted: receipts must not be lost. */
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
