import type { ITopic } from 'aws-cdk-lib/aws-sns';
import { formatValue, isRecord } from './validateOptions.ts';

/**
 * Who is told what is news and what alarms. Somebody must be, or be left out by name: an acceptor that nobody listens to is
 * silent about everything that it does not accept.
 */
export type Notify = { readonly email: string } | { readonly topic: ITopic } | 'nobody';

/** The same as it is written on a command line. */
export type NotifyOption = { readonly email: string } | { readonly topicArn: string } | 'nobody';

const EMAIL = /^[^\s@]+@[^\s@]+\.[^\s@]+$/;
const TOPIC = /^arn:[\w-]+:sns:[\w-]+:[0-9]{12}:[\w-]+$/;

const HOW_TO_SAY =
  'give `-c notify=noc@example.com`, or the ARN of an SNS topic in the region of the stack, or `-c notify=nobody` when nobody ' +
  'is to be told; to keep it, write it into the context of cdk.json: `"context": { "notify": "noc@example.com" }`';

/** @param faults gets why it cannot be told who was meant */
export function parseNotify(given: unknown, faults: string[]): NotifyOption {
  if (given === 'nobody') return given;
  if (typeof given === 'string' && EMAIL.test(given)) return { email: given };
  if (typeof given === 'string' && TOPIC.test(given)) return { topicArn: given };
  faults.push(
    given === undefined
      ? `context \`notify\` is missing: somebody must hear of held requests, deadlines and failing passes; ${HOW_TO_SAY}`
      : `context \`notify\` is no address, no ARN of a standard SNS topic and not \`nobody\`: \`${String(given)}\`; ${HOW_TO_SAY}`,
  );
  return 'nobody';
}

/** What a program may have got past the types. */
export function validateNotify(notify: unknown, region: string | null): string[] {
  if (notify === 'nobody') return [];
  if (notify === null || notify === undefined)
    return [`\`notify\` is missing: somebody must be notified; give ${FORMS}`];
  if (!isRecord(notify)) return [`\`notify\` must be ${FORMS}, got ${formatValue(notify)}`];
  const { topic, email } = notify;
  if (topic !== undefined && email !== undefined)
    return ['`notify` has `email` and `topic`; give one of them'];
  if (topic !== undefined) {
    return isTopic(topic)
      ? faultsOfTopic(topic, region)
      : [
          `\`notify.topic\` must be a topic, such as \`Topic.fromTopicArn(this, 'Noc', ARN)\`, got ${formatValue(topic)}`,
        ];
  }
  if (email === undefined) return [`\`notify\` must be ${FORMS}, got ${formatValue(notify)}`];
  return typeof email === 'string' && EMAIL.test(email)
    ? []
    : [`\`notify.email\` is no address: ${formatValue(email)}`];
}

const FORMS = "`{ email: 'noc@example.com' }`, `{ topic }`, or 'nobody' for no notifications";

function isTopic(topic: unknown): topic is ITopic {
  return isRecord(topic) && typeof topic.topicArn === 'string';
}

/** @param region where the stack goes; `null` when that is not known yet */
function faultsOfTopic({ topicArn, fifo }: ITopic, region: string | null): string[] {
  if (fifo)
    return ['the topic to notify is a FIFO topic, which alarms cannot publish to; give a standard one'];
  const elsewhere = TOPIC.test(topicArn) && region !== null && topicArn.split(':')[3] !== region;
  return elsewhere
    ? [
        `the topic to notify, \`${topicArn}\`, is not in \`${region}\`, where the stack goes; give one that is`,
      ]
    : [];
}
