import { Duration, Validations } from 'aws-cdk-lib';
import { Queue, QueueEncryption } from 'aws-cdk-lib/aws-sqs';
import { Construct } from 'constructs';

/**
 * Dead-letter queues.
 *
 * `deadLetters` gets what AWS could not deliver: invocations by a schedule, and notifications. Each message is something that did
 * not happen, so an alarm fires at the first one.
 *
 * `failedRuns` gets Lambda's record of every invocation that failed, or that Lambda dropped before it started. While an API is
 * down that is one per interval, and the next run is the retry, so this queue has no alarm. The alarm `Run failing` counts failed
 * runs that could report, and `Not running` detects those that could not. The records show the cause of each, including those
 * that never wrote a log line.
 */
export class DeadLetterQueues extends Construct {
  readonly deadLetters: Queue;
  readonly failedRuns: Queue;

  constructor(scope: Construct, id: string) {
    super(scope, id);
    this.deadLetters = createDeadLetterQueue(this, 'DeadLetters');
    this.failedRuns = createDeadLetterQueue(this, 'FailedRuns');
  }
}

/** The maximum of SQS, so that messages survive two weeks of absence. */
const RETENTION = Duration.days(14);

function createDeadLetterQueue(scope: Construct, id: string): Queue {
  const queue = new Queue(scope, id, {
    retentionPeriod: RETENTION,
    // With a key of SQS, EventBridge, its Scheduler and Lambda can send without permission on a KMS key.
    encryption: QueueEncryption.SQS_MANAGED,
    enforceSSL: true,
  });
  Validations.of(queue).acknowledge({
    id: 'AwsSolutions-SQS3',
    reason:
      'it is itself a dead-letter queue, of schedules, a rule and functions, and only people read from it',
  });
  return queue;
}
