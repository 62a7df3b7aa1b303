import { Annotations, ArnFormat, Aws, Stack } from 'aws-cdk-lib';
import { EventField, Match, Rule, RuleTargetInput } from 'aws-cdk-lib/aws-events';
import { SnsTopic } from 'aws-cdk-lib/aws-events-targets';
import { PolicyStatement, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import { type ITopic, Topic } from 'aws-cdk-lib/aws-sns';
import { EmailSubscription } from 'aws-cdk-lib/aws-sns-subscriptions';
import type { IQueue } from 'aws-cdk-lib/aws-sqs';
import { Construct } from 'constructs';
import { EVENT_SOURCE } from '../adapters/events/publishedEvent.ts';
import type { EventType } from '../core/events/event.ts';
import { EVENT_PATTERN_CHARACTERS, type QuotaUsage, sizeWhenDeployed } from './awsQuotas.ts';
import type { Notify } from './notificationTarget.ts';
import type { Runbook } from './runbookLink.ts';

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
function allowAlarms(scope: Construct, topic: ITopic): ITopic {
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

/**
 * Events without a notification. An acceptance is the expected result and needs no action: it is on the dashboard, in the
 * receipts and on the event bus. All other types cause notifications, including types that are added later.
 */
const NOT_NOTIFIED: readonly EventType[] = ['Request Accepted'];

export interface NotificationRuleProps {
  /** of this deployment: other deployments on the same event bus notify for their own targets */
  readonly targets: readonly string[];
  readonly topic: ITopic;
  /** gets messages that the topic does not take */
  readonly deadLetters: IQueue;
  readonly runbook: Runbook;
}

/** The EventBridge rule that sends events to the topic, as a text that a person can act on. */
export class NotificationRule extends Construct {
  readonly usage: QuotaUsage;

  constructor(scope: Construct, id: string, { targets, topic, deadLetters, runbook }: NotificationRuleProps) {
    super(scope, id);
    const eventPattern = {
      source: [EVENT_SOURCE],
      detailType: Match.anythingBut(...NOT_NOTIFIED),
      detail: { target: [...targets] },
    };
    new Rule(this, 'Rule', {
      description: 'sends events to the notification topic',
      eventPattern,
      targets: [new SnsTopic(topic, { message: messageText(runbook), deadLetterQueue: deadLetters })],
    });
    this.usage = {
      what: 'characters of the pattern of a rule',
      used: sizeWhenDeployed(Stack.of(this).resolve(eventPattern)),
      quota: EVENT_PATTERN_CHARACTERS,
    };
  }
}

/** Every event has each of these fields (docs/events.schema.json): a missing one would leave its line empty. */
function messageText(runbook: Runbook): RuleTargetInput {
  const detail = (field: string): string => EventField.fromPath(`$.detail.${field}`);
  const lines = [
    `vif-acceptor: ${EventField.detailType}, target ${detail('target')}`,
    `What: ${detail('message')}`,
    `Who: ${detail('notification.who')}`,
    `Why: ${detail('notification.why')}`,
    `By when: ${detail('notification.byWhen')}`,
    `To do: ${detail('notification.toDo')}`,
    `Where: ${detail('provider')}, region ${detail('region')}, account ${detail('account')}; detected at ${detail('at')}`,
    `More: ${runbook.link('Notifications')}`,
  ];
  return RuleTargetInput.fromMultilineText(lines.join('\n'));
}
