import { Annotations, ArnFormat, Aws, Stack } from 'aws-cdk-lib';
import { EventField, Match, Rule, RuleTargetInput } from 'aws-cdk-lib/aws-events';
import { SnsTopic } from 'aws-cdk-lib/aws-events-targets';
import { PolicyStatement, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import { type ITopic, Topic } from 'aws-cdk-lib/aws-sns';
import { EmailSubscription } from 'aws-cdk-lib/aws-sns-subscriptions';
import type { IQueue } from 'aws-cdk-lib/aws-sqs';
import { Construct, type IConstruct } from 'constructs';
import { isRecord } from '../core/decoders.ts';
import { EVENT_SOURCE, NOT_FOR_PEOPLE } from '../core/events/event.ts';
import { formatValue } from './validateOptions.ts';

/**
 * Who gets notifications and alarms. `'nobody'` must be explicit: without a recipient, the acceptor could not alert anyone to
 * requests that it does not accept.
 */
export type Notify = { readonly email: string } | { readonly topic: ITopic } | 'nobody';

const EMAIL = /^[^\s@]+@[^\s@]+\.[^\s@]+$/;
export const TOPIC_ARN = /^arn:[\w-]+:sns:[\w-]+:[0-9]{12}:[\w-]+$/;

const OPTION_FORMS =
  'give `-c notify=noc@example.com`, or the ARN of an SNS topic in the region of the stack, or `-c notify=nobody` for no ' +
  'notifications; to keep the setting, add it to the context in cdk.json: `"context": { "notify": "noc@example.com" }`';

/**
 * Reads the recipient of notifications as one text: an e-mail address, the ARN of a topic, or `nobody`.
 * @returns `null` if it is none of them
 */
export function readNotify(scope: Construct, text: string): Notify | null {
  if (text === 'nobody') return text;
  if (EMAIL.test(text)) return { email: text };
  return TOPIC_ARN.test(text) ? { topic: Topic.fromTopicArn(scope, 'GivenTopic', text) } : null;
}

/** Validates such a text in the context of the CDK app. @param errors gets a message if it is invalid */
export function parseNotify(value: unknown, errors: string[]): string {
  if (typeof value === 'string' && (value === 'nobody' || EMAIL.test(value) || TOPIC_ARN.test(value)))
    return value;
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
      ? validateTopic('the topic to notify', topic.topicArn, topic.fifo, region)
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

/**
 * @param what names the topic in the message
 * @param region of the stack; `null` if it is not known yet
 */
export function validateTopic(what: string, arn: string, isFifo: boolean, region: string | null): string[] {
  if (isFifo) return [`${what} is a FIFO topic, to which alarms cannot publish; give a standard topic`];
  const isElsewhere = TOPIC_ARN.test(arn) && region !== null && arn.split(':')[3] !== region;
  return isElsewhere
    ? [`${what}, \`${arn}\`, is not in \`${region}\`, the region of the stack; give a topic of that region`]
    : [];
}

/**
 * Creates the topic for notifications and alarms, or takes the given one; `null`: no notifications.
 *
 * The created topic has no KMS key. Its messages leave by e-mail unencrypted, and a key whose policy omits one of the two services
 * drops every message silently, which must not happen here. Users who need a key provide their own topic: docs/deploy.md lists
 * what its policies must allow.
 */
export function createTopic(scope: Construct, id: string, notify: Notify): ITopic | null {
  if (notify === 'nobody') return null;
  if ('topic' in notify) return allowAlarms(scope, notify.topic);
  const topic = new Topic(scope, id, { displayName: 'vif-acceptor', enforceSSL: true });
  topic.addSubscription(new EmailSubscription(notify.email));
  return allowAlarms(scope, topic);
}

/** Lets alarms of this account publish. (`NotificationRule` adds the permission of its rule.) */
export function allowAlarms(scope: Construct, topic: ITopic): ITopic {
  const { statementAdded } = topic.addToResourcePolicy(
    new PolicyStatement({
      sid: 'Alarms',
      principals: [new ServicePrincipal('cloudwatch.amazonaws.com')],
      actions: ['sns:Publish'],
      resources: [topic.topicArn],
      conditions: {
        StringEquals: { 'aws:SourceAccount': Aws.ACCOUNT_ID },
        ArnLike: {
          'aws:SourceArn': Stack.of(scope).formatArn({
            service: 'cloudwatch',
            resource: 'alarm',
            resourceName: '*',
            arnFormat: ArnFormat.COLON_RESOURCE_NAME,
          }),
        },
      },
    }),
  );
  if (!statementAdded) {
    Annotations.of(scope).addInfo(
      `the policy of topic ${topic.topicArn} cannot be changed by this stack: make sure that it lets events.amazonaws.com and ` +
        'cloudwatch.amazonaws.com publish (docs/deploy.md, "A topic of your own")',
    );
  }
  return topic;
}

export interface NotificationRuleProps {
  /** the ARN that events of this deployment have: other deployments on the same event bus notify for their own */
  readonly resource: string;
  /** the functions that publish the events */
  readonly publishers: readonly IConstruct[];
  /** each with the message that it gets */
  readonly topics: readonly { readonly topic: ITopic; readonly message: RuleTargetInput }[];
  /** gets messages that a topic does not take */
  readonly deadLetters: IQueue;
}

/** The EventBridge rule that sends events to the topics. */
export class NotificationRule extends Construct {
  constructor(scope: Construct, id: string, props: NotificationRuleProps) {
    super(scope, id);
    const { resource, publishers, topics, deadLetters: deadLetterQueue } = props;
    const eventPattern = {
      source: [EVENT_SOURCE],
      detailType: Match.anythingBut(...NOT_FOR_PEOPLE),
      resources: [resource],
    };
    // Another ID than in release 0.1.0, whose pattern has the names of the targets: an update creates this rule before it deletes that
    // one, and a rollback keeps that one. An event that both match causes two notifications. An invocation of 0.1.0 that outlives its
    // rule publishes events without the resource, for which there is no notification: docs/upgrade.md says how to find them.
    const rule = new Rule(this, 'Events', {
      description: 'sends events to the notification topics',
      eventPattern,
      targets: topics.map(({ topic, message }) => new SnsTopic(topic, { message, deadLetterQueue })),
    });
    // Only a function that is already up to date publishes events with the resource.
    rule.node.addDependency(...publishers);
  }
}

/**
 * The message of an event as a text on which a person can act. Every event has each of these fields (docs/events.schema.json): a
 * missing one would leave its line empty.
 */
export function textMessage(linkPath: (path: string) => string): RuleTargetInput {
  const detail = (field: string): string => EventField.fromPath(`$.detail.${field}`);
  const lines = [
    `vif-acceptor: ${EventField.detailType}, target ${detail('target')}`,
    `What: ${detail('message')}`,
    `Who: ${detail('notification.who')}`,
    `Why: ${detail('notification.why')}`,
    `By when: ${detail('notification.byWhen')}`,
    `To do: ${detail('notification.toDo')}`,
    `Where: ${detail('provider')}, region ${detail('region')}, account ${detail('account')}; detected at ${detail('at')}`,
    `More: ${linkPath(detail('runbook'))}`,
  ];
  return RuleTargetInput.fromMultilineText(lines.join('\n'));
}
