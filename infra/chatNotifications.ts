import { EventField, RuleTargetInput } from 'aws-cdk-lib/aws-events';
import { type ITopic, Topic } from 'aws-cdk-lib/aws-sns';
import type { Construct } from 'constructs';
import { isRecord } from '../core/decoders.ts';
import { EVENT_SOURCE } from '../core/events/event.ts';
import { allowAlarms, TOPIC_ARN, validateTopic } from './notifications.ts';
import { formatValue } from './validateOptions.ts';

/**
 * A second topic for chat channels: its messages have the form that Amazon Q Developer in chat applications takes. `'new'` creates it.
 * It is a topic of its own because all subscribers of a topic get the same message, and in an e-mail this form is JSON.
 */
export type ChatTopic = { readonly topic: ITopic } | 'new';

const FORMS = "`'new'` to create one, or `{ topic }`";

/**
 * Reads the topic for chat as one text: its ARN, or `new`.
 * @returns `null` if it is neither
 */
export function readChatTopic(scope: Construct, text: string): ChatTopic | null {
  if (text === 'new') return text;
  return TOPIC_ARN.test(text) ? { topic: Topic.fromTopicArn(scope, 'GivenChatTopic', text) } : null;
}

/** Validates such a text in the context of the CDK app. @param errors gets a message if it is invalid */
export function parseChatTopic(value: unknown, errors: string[]): string | null {
  if (value === undefined) return null;
  if (typeof value === 'string' && (value === 'new' || TOPIC_ARN.test(value))) return value;
  errors.push(
    `context \`chatTopic\` must be the ARN of a standard SNS topic in the region of the stack, or \`new\` to create one, got \`${String(value)}\``,
  );
  return null;
}

/** Validates the property of the construct: a plain JavaScript program is not checked by the compiler. */
export function validateChatTopic(chatTopic: unknown, region: string | null): string[] {
  if (chatTopic === undefined || chatTopic === 'new') return [];
  const topic = isRecord(chatTopic) ? chatTopic.topic : null;
  return isRecord(topic) && typeof topic.topicArn === 'string'
    ? validateTopic('the topic for chat', topic.topicArn, topic.fifo === true, region)
    : [`\`chatTopic\` must be ${FORMS}, got ${formatValue(chatTopic)}`];
}

/**
 * Creates the topic for chat, or takes the given one; `null`: there is none. The created topic has no KMS key, as that of the
 * notifications.
 */
export function createChatTopic(scope: Construct, id: string, chatTopic: ChatTopic | null): ITopic | null {
  if (chatTopic === null) return null;
  // CloudWatch alarms are published to it as they are: Amazon Q Developer knows their form.
  return allowAlarms(
    scope,
    chatTopic === 'new'
      ? new Topic(scope, id, { displayName: 'vif-acceptor chat', enforceSSL: true })
      : chatTopic.topic,
  );
}

/**
 * The message of an event, in the form of a custom notification. The texts are those of `detail.chat`, which the publisher adds:
 * they have no mention, link or markup of a requester, and nothing that would make the JSON invalid.
 */
export function chatMessage(linkPath: (path: string) => string): RuleTargetInput {
  const detail = (field: string): string => EventField.fromPath(`$.detail.${field}`);
  const title = `${EVENT_SOURCE}: ${EventField.detailType}, target ${detail('target')}`;
  const lines = [
    detail('chat.what'),
    `Who: ${detail('chat.who')}`,
    `Why: ${detail('chat.why')}`,
    `By when: ${detail('chat.byWhen')}`,
    `Where: ${detail('provider')}, region ${detail('region')}, account ${detail('account')}; detected at ${detail('at')}`,
  ];
  return RuleTargetInput.fromObject({
    version: '1.0',
    source: 'custom',
    id: detail('id'),
    content: {
      textType: 'client-markdown',
      title,
      // Teams joins lines that have no empty line between them.
      description: lines.join('\n\n'),
      nextSteps: [detail('chat.toDo'), `Read ${linkPath(detail('runbook'))}`],
      keywords: [EVENT_SOURCE, detail('target')],
    },
    metadata: {
      threadId: detail('chat.thread'),
      summary: title,
      eventType: EventField.detailType,
      relatedResources: [detail('chat.thread')],
      additionalContext: {
        target: detail('target'),
        provider: detail('provider'),
        region: detail('region'),
        account: detail('account'),
      },
    },
  });
}
