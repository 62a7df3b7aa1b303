import { Duration, RemovalPolicy, Stack } from 'aws-cdk-lib';
import type { Table } from 'aws-cdk-lib/aws-dynamodb';
import { Architecture, type IFunction, Runtime } from 'aws-cdk-lib/aws-lambda';
import { LogGroup, RetentionDays } from 'aws-cdk-lib/aws-logs';
import { Construct } from 'constructs';
import { recipientKey } from '../core/policy.ts';
import type { CompiledPolicy } from '../language/index.ts';
import { ENVIRONMENT_BYTES, textSize, type Usage } from './awsQuotas.ts';
import type { Queues } from './deadLetterQueues.ts';
import { acceptorFunction } from './functionCode.ts';
import { acceptorRole } from './functionRole.ts';
import { PolicyLayer } from './layer.ts';
import { NAMESPACE, SERVICE } from './metrics.ts';
import { Calls } from './targetSchedules.ts';

export interface AcceptorProps {
  /** of one provider, so that no target runs with rights that only another provider needs */
  readonly policies: readonly CompiledPolicy[];
  readonly revision: string;
  /** from one pass over a target to the next; 2 minutes or more */
  readonly interval: Duration;
  /** how long what was accepted may take to become `available` before that is told */
  readonly availableWithin: Duration;
  /** the memory of all targets */
  readonly ledger: Table;
  readonly queues: Queues;
}

/** The function for the policies of one provider, and what calls it. */
export class Acceptor extends Construct {
  readonly policies: readonly CompiledPolicy[];
  readonly function: IFunction;
  readonly log: LogGroup;
  readonly usages: readonly Usage[];

  constructor(scope: Construct, id: string, props: AcceptorProps) {
    super(scope, id);
    const { policies, revision, interval, ledger, queues } = props;
    this.policies = policies;
    // A pass that comes late, or runs long, would only meet the next one.
    const patience = interval.minus(Duration.minutes(1));
    // It outlives the stack, as the ledger does: it says what was accepted and why.
    this.log = new LogGroup(this, 'Logs', {
      retention: RetentionDays.ONE_YEAR,
      removalPolicy: RemovalPolicy.RETAIN,
    });
    const { role, usage } = acceptorRole(this, 'Role', {
      policies: policies.map(({ policy }) => policy),
      ledger,
      failedPasses: queues.failedPasses,
      log: this.log,
    });
    const environment = environmentOf(props);
    this.function = acceptorFunction(this, 'Function', {
      runtime: Runtime.NODEJS_24_X,
      architecture: Architecture.ARM_64,
      memorySize: 512,
      // Lambda lets nothing run longer than 15 minutes.
      timeout: Duration.seconds(Math.min(patience.toSeconds(), 15 * 60)),
      // The schedule is the retry: a second attempt at once would meet the same fault, or the next pass.
      retryAttempts: 0,
      maxEventAge: patience,
      // Its role may write there already: CDK's own destination would ask for more.
      onFailure: { bind: () => ({ destination: queues.failedPasses.queueArn }) },
      layers: [new PolicyLayer(this, 'Policies', { policies, revision }).version],
      logGroup: this.log,
      role,
      environment,
    });
    new Calls(this, 'Calls', {
      function: this.function,
      targets: policies.map(({ policy }) => policy.target),
      interval,
      patience,
      deadLetters: queues.deadLetters,
    });
    this.usages = [usage, environmentUsage(environment, Stack.of(this))];
  }
}

function environmentOf({ policies, ledger, availableWithin }: AcceptorProps): Record<string, string> {
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

function environmentUsage(environment: Record<string, string>, stack: Stack): Usage {
  const sizes = Object.entries(environment).map(
    ([name, value]) => name.length + textSize(stack.resolve(value)),
  );
  return {
    of: 'bytes of environment of a function',
    used: sizes.reduce((sum, size) => sum + size, 0),
    most: ENVIRONMENT_BYTES,
  };
}
