import { Aws, type Duration, Stack } from 'aws-cdk-lib';
import { PolicyDocument, PolicyStatement, Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import type { IFunction } from 'aws-cdk-lib/aws-lambda';
import { Schedule, ScheduleExpression, ScheduleTargetInput } from 'aws-cdk-lib/aws-scheduler';
import type { IQueue } from 'aws-cdk-lib/aws-sqs';
import { Construct } from 'constructs';

export interface TargetSchedulesProps {
  readonly function: IFunction;
  readonly targets: readonly string[];
  readonly interval: Duration;
  /** how late a call may come: a later one would only meet the next */
  readonly maxEventAge: Duration;
  /** gets the calls that could not be delivered */
  readonly deadLetters: IQueue;
}

/** As often as EventBridge Scheduler tries: what ends it is the call's age. */
const ATTEMPTS = 185;

/**
 * A schedule for each target.
 *
 * A call is delivered when Lambda has queued it, so what is tried again here are calls that Lambda did not take: too many for its
 * API, refused, out of order. Those it took and has no room to run, Lambda tries again by itself, until the function's `maxEventAge`.
 */
export class TargetSchedules extends Construct {
  constructor(scope: Construct, id: string, props: TargetSchedulesProps) {
    super(scope, id);
    const { function: called, targets, interval, maxEventAge, deadLetters } = props;
    const role = callerOf(this, called, deadLetters);
    for (const target of targets) {
      new Schedule(this, `Schedule-${target}`, {
        description: `a pass over target ${target}`,
        schedule: ScheduleExpression.rate(interval),
        target: {
          bind: () => ({
            arn: called.functionArn,
            role,
            input: ScheduleTargetInput.fromObject({ target }),
            retryPolicy: {
              maximumRetryAttempts: ATTEMPTS,
              maximumEventAgeInSeconds: maxEventAge.toSeconds(),
            },
            deadLetterConfig: { arn: deadLetters.queueArn },
          }),
        },
      });
    }
  }
}

/** May call this function, in no version but the current one, and report what it could not deliver. */
function callerOf(scope: Construct, called: IFunction, deadLetters: IQueue): Role {
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
          new PolicyStatement({ actions: ['lambda:InvokeFunction'], resources: [called.functionArn] }),
          new PolicyStatement({ actions: ['sqs:SendMessage'], resources: [deadLetters.queueArn] }),
        ],
      }),
    },
  });
}
