import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Duration, RemovalPolicy, Stage } from 'aws-cdk-lib';
import { AttributeType, BillingMode, Table } from 'aws-cdk-lib/aws-dynamodb';
import { Code, type IFunction, LayerVersion } from 'aws-cdk-lib/aws-lambda';
import { LogGroup, RetentionDays } from 'aws-cdk-lib/aws-logs';
import { Construct } from 'constructs';
import { TABLE_KEYS } from '../adapters/ledgers/dynamo/dynamoTable.ts';
import type { CompiledPolicy } from '../language/index.ts';
import type { QuotaUsage } from './awsQuotas.ts';
import { createFunction, RUN_CODE } from './bundledFunction.ts';
import type { DeadLetterQueues } from './deadLetterQueues.ts';
import { createFunctionRole } from './functionRole.ts';
import { FunctionSchedules } from './functionSchedules.ts';
import { NAMESPACE, SERVICE } from './metrics.ts';

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
  /** whether each run writes metrics with the dimension `target` */
  readonly targetMetrics: boolean;
  readonly ledger: Table;
  readonly queues: DeadLetterQueues;
}

/** The Lambda function for all targets of one provider, with its role, log, policy layer and schedules. */
export class ProviderFunction extends Construct {
  readonly policies: readonly CompiledPolicy[];
  readonly function: IFunction;
  readonly log: LogGroup;
  /** the compiled policies, below /opt/policy */
  readonly policyLayer: LayerVersion;
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
    this.policyLayer = new PolicyLayer(this, 'Policies', { policies, revision }).version;
    this.function = createFunction(this, 'Function', RUN_CODE, {
      memorySize: 512,
      // Lambda allows at most 15 minutes.
      timeout: Duration.seconds(Math.min(maxEventAge.toSeconds(), 15 * 60)),
      // The schedule is the retry: a second attempt at once would meet the same error, or the next run.
      retryAttempts: 0,
      maxEventAge,
      // The role may already send to this queue: CDK's own destination would add a second permission.
      onFailure: { bind: () => ({ destination: queues.failedRuns.queueArn }) },
      layers: [this.policyLayer],
      logGroup: this.log,
      role,
      environment: environmentOf(props),
    });
    new FunctionSchedules(this, 'Calls', {
      function: this.function,
      invocations: policies.map(({ policy: { target } }) => ({
        id: `Schedule-${target}`,
        description: `a run for target ${target}`,
        input: { target },
      })),
      interval,
      maxEventAge,
      deadLetters: queues.deadLetters,
    });
    this.usages = [usage];
  }
}

function environmentOf({ ledger, availableWithin, auditLog, targetMetrics }: ProviderFunctionProps) {
  return {
    ...commonEnvironment(ledger),
    VIF_ACCEPTOR_AVAILABLE_WITHIN_MINUTES: String(availableWithin.toMinutes()),
    ...(auditLog ? { VIF_ACCEPTOR_AUDIT_LOG: 'true' } : {}),
    VIF_ACCEPTOR_TARGET_METRICS: String(targetMetrics),
  };
}

/** The environment of every function of a deployment. */
export function commonEnvironment({ tableName, tableArn }: Table): Record<string, string> {
  return {
    POWERTOOLS_SERVICE_NAME: SERVICE,
    POWERTOOLS_METRICS_NAMESPACE: NAMESPACE,
    VIF_ACCEPTOR_TABLE: tableName,
    // The rule of the deployment selects its own events by this.
    VIF_ACCEPTOR_EVENT_RESOURCE: tableArn,
  };
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
