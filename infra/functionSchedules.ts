import { Aws, type Duration, Stack } from 'aws-cdk-lib';
import { PolicyDocument, PolicyStatement, Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import type { IFunction } from 'aws-cdk-lib/aws-lambda';
import { Schedule, ScheduleExpression, ScheduleTargetInput } from 'aws-cdk-lib/aws-scheduler';
import type { IQueue } from 'aws-cdk-lib/aws-sqs';
import { Construct } from 'constructs';

/** What a schedule invokes a function for. */
export interface Invocation {
  readonly id: string;
  readonly description: string;
  readonly input: object;
}

export interface FunctionSchedulesProps {
  readonly function: IFunction;
  readonly invocations: readonly Invocation[];
  readonly interval: Duration;
  /** how late an invocation may start: a later one would overlap with the next */
  readonly maxEventAge: Duration;
  /** gets invocations that could not be delivered */
  readonly deadLetters: IQueue;
}

/** The maximum of EventBridge Scheduler: the age of the invocation ends its retries. */
const MAX_RETRIES = 185;

/**
 * Invokes a function at each interval, with one schedule for each invocation.
 *
 * The Scheduler delivers an invocation to Lambda's queue, so it retries only invocations that Lambda did not take: throttled,
 * denied, or during an outage. Lambda retries those that it took and cannot start, until the function's `maxEventAge`.
 */
export class FunctionSchedules extends Construct {
  constructor(scope: Construct, id: string, props: FunctionSchedulesProps) {
    super(scope, id);
    const { function: invoked, invocations, interval, maxEventAge, deadLetters } = props;
    const role = createInvokerRole(this, invoked, deadLetters);
    for (const { id: scheduleId, description, input } of invocations) {
      new Schedule(this, scheduleId, {
        description,
        schedule: ScheduleExpression.rate(interval),
        target: {
          bind: () => ({
            arn: invoked.functionArn,
            role,
            input: ScheduleTargetInput.fromObject(input),
            retryPolicy: {
              maximumRetryAttempts: MAX_RETRIES,
              maximumEventAgeInSeconds: maxEventAge.toSeconds(),
            },
            deadLetterConfig: { arn: deadLetters.queueArn },
          }),
        },
      });
    }
  }
}

/** May invoke this function, in its current version only, and send to the dead-letter queue. */
function createInvokerRole(scope: Construct, invoked: IFunction, deadLetters: IQueue): Role {
  const group = Stack.of(scope).formatArn({
    service: 'scheduler',
    resource: 'schedule-group',
    resourceName: 'default',
  });
  return new Role(scope, 'Role', {
    assumedBy: new ServicePrincipal('scheduler.amazonaws.com', {
      conditions: { StringEquals: { 'aws:SourceAccount': Aws.ACCOUNT_ID, 'aws:SourceArn': group } },
    }),
    inlinePolicies: {
      Call: new PolicyDocument({
        statements: [
          new PolicyStatement({ actions: ['lambda:InvokeFunction'], resources: [invoked.functionArn] }),
          new PolicyStatement({ actions: ['sqs:SendMessage'], resources: [deadLetters.queueArn] }),
        ],
      }),
    },
  });
}
