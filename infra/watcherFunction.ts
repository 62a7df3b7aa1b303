import { Duration, RemovalPolicy, Stack } from 'aws-cdk-lib';
import type { Table } from 'aws-cdk-lib/aws-dynamodb';
import { PolicyDocument, PolicyStatement, Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import type { IFunction, ILayerVersion } from 'aws-cdk-lib/aws-lambda';
import { LogGroup, RetentionDays } from 'aws-cdk-lib/aws-logs';
import { Construct } from 'constructs';
import { livePartition } from '../adapters/ledgers/dynamo/dynamoTable.ts';
import { watchPartition } from '../adapters/ledgers/dynamo/watchStore.ts';
import { createFunction, WATCHER_CODE } from './bundledFunction.ts';
import type { DeadLetterQueues } from './deadLetterQueues.ts';
import { eventStatement, logStatements } from './functionRole.ts';
import { FunctionSchedules } from './functionSchedules.ts';
import { commonEnvironment } from './providerFunction.ts';

export interface WatcherFunctionProps {
  /** value of the dimension of its metrics */
  readonly deployment: string;
  /** of each function: the compiled policies name the targets */
  readonly policyLayers: readonly ILayerVersion[];
  /** between two runs for a target */
  readonly interval: Duration;
  readonly ledger: Table;
  readonly queues: DeadLetterQueues;
}

const PERIOD = Duration.minutes(1);

/**
 * The Lambda function that finds the targets of a deployment that have an alert, with its role, log and schedule. It reads what runs
 * recorded, so it also finds targets for which nothing runs. It has no permission at any provider.
 */
export class WatcherFunction extends Construct {
  readonly function: IFunction;
  readonly log: LogGroup;

  constructor(scope: Construct, id: string, props: WatcherFunctionProps) {
    super(scope, id);
    const { deployment, policyLayers, interval, ledger, queues } = props;
    // Unlike the log of runs, it is no record of what was accepted, so it is deleted with the stack.
    this.log = new LogGroup(this, 'Logs', {
      retention: RetentionDays.THREE_MONTHS,
      removalPolicy: RemovalPolicy.DESTROY,
    });
    this.function = createFunction(this, 'Function', WATCHER_CODE, {
      memorySize: 256,
      timeout: Duration.seconds(50),
      // The next minute is the retry.
      retryAttempts: 0,
      maxEventAge: PERIOD,
      onFailure: { bind: () => ({ destination: queues.failedRuns.queueArn }) },
      layers: [...policyLayers],
      logGroup: this.log,
      role: createWatcherRole(this, 'Role', this.log, props),
      environment: {
        ...commonEnvironment(ledger),
        VIF_ACCEPTOR_DEPLOYMENT: deployment,
        VIF_ACCEPTOR_INTERVAL_MINUTES: String(interval.toMinutes()),
      },
    });
    new FunctionSchedules(this, 'Calls', {
      function: this.function,
      invocations: [{ id: 'Schedule', description: 'looks for alerts', input: {} }],
      interval: PERIOD,
      maxEventAge: PERIOD,
      deadLetters: queues.deadLetters,
    });
  }
}

/** May read the state of targets, keep what it published, publish events with this product's source, and write its log. */
function createWatcherRole(
  scope: Construct,
  id: string,
  log: LogGroup,
  { deployment, ledger, queues }: WatcherFunctionProps,
): Role {
  const onPartitions = (actions: string[], partitions: string[]): PolicyStatement =>
    new PolicyStatement({
      actions,
      resources: [ledger.tableArn],
      conditions: { 'ForAllValues:StringLike': { 'dynamodb:LeadingKeys': partitions } },
    });
  return new Role(scope, id, {
    assumedBy: new ServicePrincipal('lambda.amazonaws.com'),
    inlinePolicies: {
      Watch: new PolicyDocument({
        statements: [
          onPartitions(['dynamodb:BatchGetItem'], [livePartition('*')]),
          onPartitions(['dynamodb:GetItem', 'dynamodb:PutItem'], [watchPartition(deployment)]),
          eventStatement(Stack.of(scope)),
        ],
      }),
      Log: new PolicyDocument({ statements: logStatements(log, queues.failedRuns) }),
    },
  });
}
