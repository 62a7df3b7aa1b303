import { Duration, Validations } from 'aws-cdk-lib';
import { Queue, QueueEncryption } from 'aws-cdk-lib/aws-sqs';
import { Construct } from 'constructs';

/**
 * Where ends what did not get where it should.
 *
 * `deadLetters` gets what AWS could not deliver: calls by a schedule, and messages to people. Each is a thing that did not
 * happen, so an alarm sounds at the first.
 *
 * `failedPasses` gets Lambda's record of every call that failed, or that Lambda dropped before it began. While an API is down
 * that is one every interval, and the next pass is the retry; so nobody is called for what lies here. Nothing is lost by
 * that: a failed pass that could report is counted by `pass failing`, and one that could not is missed by `not running`.
 * Here stands what became of each of them, also of those that never wrote a line to the log.
 */
export class DeadLetterQueues extends Construct {
  readonly deadLetters: Queue;
  readonly failedRuns: Queue;

  constructor(scope: Construct, id: string) {
    super(scope, id);
    this.deadLetters = endOfTheLine(this, 'DeadLetters');
    this.failedRuns = endOfTheLine(this, 'FailedPasses');
  }
}

/** For as long as SQS keeps anything, so that a fortnight's absence loses nothing. */
const KEPT = Duration.days(14);

function endOfTheLine(scope: Construct, id: string): Queue {
  const queue = new Queue(scope, id, {
    retentionPeriod: KEPT,
    // By a key of SQS: EventBridge, its Scheduler and Lambda can write here without a right on a key of ours.
    encryption: QueueEncryption.SQS_MANAGED,
    enforceSSL: true,
  });
  Validations.of(queue).acknowledge({
    id: 'AwsSolutions-SQS3',
    reason:
      'it is a dead-letter queue itself, of schedules, a rule and functions, and nothing reads from it but people',
  });
  return queue;
}
