import type { ITopic } from 'aws-cdk-lib/aws-sns';
import { formatValue, isRecord } from './validateOptions.ts';

/**
 * Who gets notifications and alarms. `'nobody'` must be explicit: without a recipient, the acceptor could not alert anyone to
 * requests that it does not accept.
 */
export type Notify = { readonly email: string } | { readonly topic: ITopic } | 'nobody';

/** The same, as given on the command line. */
export type NotifyOption = { readonly email: string } | { readonly topicArn: string } | 'nobody';

const EMAIL = /^[^\s@]+@[^\s@]+\.[^\s@]+$/;
const TOPIC_ARN = /^arn:[\w-]+:sns:[\w-]+:[0-9]{12}:[\w-]+$/;

const OPTION_FORMS =
  'give `-c notify=noc@example.com`, or the ARN of an SNS topic in the region of the stack, or `-c notify=nobody` for no ' +
  'notifications; to keep the setting, add it to the context in cdk.json: `"context": { "notify": "noc@example.com" }`';

/** @param errors gets a message if the value is invalid */
export function parseNotify(value: unknown, errors: string[]): NotifyOption {
  if (value === 'nobody') return value;
  if (typeof value === 'string' && EMAIL.test(value)) return { email: value };
  if (typeof value === 'string' && TOPIC_ARN.test(value)) return { topicArn: value };
  errors.push(
    value === undefined
      ? `context \`notify\` is missing: held requests, deadlines and failing runs need a recipient; ${OPTION_FORMS}`
      : `context \`notify\` must be an e-mail address, the ARN of a standard SNS topic, or \`nobody\`, got \`${String(value)}\`; ${OPTION_FORMS}`,
  );
  return 'nobody';
}

/** Validates the property of the construct: a plain JavaScript program is not checked by the compiler. */
export function validateNotify(notify: unknown, region: string | null): string[] {
  if (notify === 'nobody') return [];
  if (notify === null || notify === undefined)
    return [`\`notify\` is missing: notifications need a recipient; give ${PROPERTY_FORMS}`];
  if (!isRecord(notify)) return [`\`notify\` must be ${PROPERTY_FORMS}, got ${formatValue(notify)}`];
  const { topic, email } = notify;
  if (topic !== undefined && email !== undefined)
    return ['`notify` has both `email` and `topic`; give one of them'];
  if (topic !== undefined) {
    return isTopic(topic)
      ? validateTopic(topic, region)
      : [
          `\`notify.topic\` must be a topic, such as \`Topic.fromTopicArn(this, 'Noc', ARN)\`, got ${formatValue(topic)}`,
        ];
  }
  if (email === undefined) return [`\`notify\` must be ${PROPERTY_FORMS}, got ${formatValue(notify)}`];
  return typeof email === 'string' && EMAIL.test(email)
    ? []
    : [`\`notify.email\` must be an e-mail address, got ${formatValue(email)}`];
}

const PROPERTY_FORMS = "`{ email: 'noc@example.com' }`, `{ topic }`, or 'nobody' for no notifications";

function isTopic(topic: unknown): topic is ITopic {
  return isRecord(topic) && typeof topic.topicArn === 'string';
}

/** @param region of the stack; `null` if it is not known yet */
function validateTopic({ topicArn, fifo }: ITopic, region: string | null): string[] {
  if (fifo)
    return ['the topic to notify is a FIFO topic, to which alarms cannot publish; give a standard topic'];
  const isElsewhere = TOPIC_ARN.test(topicArn) && region !== null && topicArn.split(':')[3] !== region;
  return isElsewhere
    ? [
        `the topic to notify, \`${topicArn}\`, is not in \`${region}\`, the region of the stack; give a topic of that region`,
      ]
    : [];
}
