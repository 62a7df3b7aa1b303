import { CfnOutput, Duration, Stack } from 'aws-cdk-lib';
import type { Table } from 'aws-cdk-lib/aws-dynamodb';
import { PolicyDocument, Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import { Architecture, Runtime } from 'aws-cdk-lib/aws-lambda';
import { NodejsFunction } from 'aws-cdk-lib/aws-lambda-nodejs';
import { LogGroup, RetentionDays } from 'aws-cdk-lib/aws-logs';
import { Schedule, ScheduleExpression, ScheduleTargetInput } from 'aws-cdk-lib/aws-scheduler';
import { LambdaInvoke } from 'aws-cdk-lib/aws-scheduler-targets';
import { Construct } from 'constructs';
import { recipientKey } from '../lambda/core/policy.ts';
import type { CompiledPolicy } from '../language/index.ts';
import { BUNDLING, ENTRY, PROJECT_ROOT } from './bundling.ts';
import { PolicyLayer } from './layer.ts';
import { eventRights, ledgerRights, rightsFor } from './rights.ts';

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
}

/** The function for the policies of one provider, and what calls it. */
export class Acceptor extends Construct {
  readonly function: NodejsFunction;

  constructor(scope: Construct, id: string, props: AcceptorProps) {
    super(scope, id);
    const { policies, interval } = props;
    // A pass that comes late, or runs long, would only meet the next one.
    const patience = interval.minus(Duration.minutes(1));
    this.function = this.#functionFor(props, patience);
    for (const policy of policies) this.#callRegularly(policy, interval, patience);
  }

  #functionFor(props: AcceptorProps, patience: Duration): NodejsFunction {
    const { policies, revision, availableWithin, ledger } = props;
    const logGroup = new LogGroup(this, 'Logs', { retention: RetentionDays.ONE_YEAR });
    const role = this.#roleFor(props);
    logGroup.grantWrite(role);
    return new NodejsFunction(this, 'Function', {
      entry: ENTRY,
      projectRoot: PROJECT_ROOT,
      depsLockFilePath: `${PROJECT_ROOT}package-lock.json`,
      bundling: BUNDLING,
      runtime: Runtime.NODEJS_24_X,
      architecture: Architecture.ARM_64,
      memorySize: 512,
      // Lambda lets nothing run longer than 15 minutes.
      timeout: Duration.seconds(Math.min(patience.toSeconds(), 15 * 60)),
      // The schedule is the retry: a second attempt at once would meet the same fault, or the next pass.
      retryAttempts: 0,
      maxEventAge: patience,
      layers: [new PolicyLayer(this, 'Policies', { policies, revision }).version],
      logGroup,
      role,
      // It would set a variable that only version 2 of the SDK reads.
      awsSdkConnectionReuse: false,
      environment: {
        POWERTOOLS_SERVICE_NAME: 'vif-acceptor',
        POWERTOOLS_METRICS_NAMESPACE: 'VifAcceptor',
        VIF_ACCEPTOR_RECIPIENTS: JSON.stringify(
          Object.fromEntries(policies.map(({ policy }) => [policy.target, recipientKey(policy.recipient)])),
        ),
        VIF_ACCEPTOR_TABLE: ledger.tableName,
        VIF_ACCEPTOR_AVAILABLE_WITHIN_MINUTES: String(availableWithin.toMinutes()),
      },
    });
  }

  #roleFor({ policies, ledger }: AcceptorProps): Role {
    const stack = Stack.of(this);
    const compiled = policies.map(({ policy }) => policy);
    return new Role(this, 'Role', {
      assumedBy: new ServicePrincipal('lambda.amazonaws.com'),
      inlinePolicies: {
        Targets: new PolicyDocument({
          minimize: true,
          statements: compiled.flatMap((policy) => rightsFor(policy, stack)),
        }),
        Memory: new PolicyDocument({ statements: [ledgerRights(compiled, ledger), eventRights(stack)] }),
      },
    });
  }

  #callRegularly(
    { policy: { target }, digest }: CompiledPolicy,
    interval: Duration,
    patience: Duration,
  ): void {
    new Schedule(this, `Schedule-${target}`, {
      description: `a pass over target ${target}`,
      schedule: ScheduleExpression.rate(interval),
      target: new LambdaInvoke(this.function, {
        input: ScheduleTargetInput.fromObject({ target }),
        retryAttempts: 0,
        maxEventAge: patience,
      }),
    });
    new CfnOutput(this, `Policy-${target}`, { description: `policy of target ${target}`, value: digest });
  }
}
