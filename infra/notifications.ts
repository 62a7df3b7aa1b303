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
 * An acceptance is what all of this is for: it asks nothing of anybody, and is on the dashboard, in the receipts, and on the
 * bus for who wants to listen. Everything else is told, a type that is yet to be invented too.
 */
const NOT_TOLD: readonly EventType[] = ['Request Accepted'];

export interface NotificationRuleProps {
  /** of this installation; others on the same bus tell their own */
  readonly targets: readonly string[];
  readonly topic: ITopic;
  /** gets what the topic would not take */
  readonly deadLetters: IQueue;
  readonly runbook: Runbook;
}

/** What passes announce, to people, as a text that they can act on. */
export class NotificationRule extends Construct {
  readonly usage: QuotaUsage;

  constructor(scope: Construct, id: string, { targets, topic, deadLetters, runbook }: NotificationRuleProps) {
    super(scope, id);
    const eventPattern = {
      source: [EVENT_SOURCE],
      detailType: Match.anythingBut(...NOT_TOLD),
      detail: { target: [...targets] },
    };
    new Rule(this, 'Rule', {
      description: 'what passes announce, to people',
      eventPattern,
      targets: [new SnsTopic(topic, { message: text(runbook), deadLetterQueue: deadLetters })],
    });
    this.usage = {
      what: 'characters of the pattern of a rule',
      used: sizeWhenDeployed(Stack.of(this).resolve(eventPattern)),
      quota: EVENT_PATTERN_CHARACTERS,
    };
  }
}

/** Each field is in every event (docs/events.schema.json): one that is not would leave its line empty. */
function text(runbook: Runbook): RuleTargetInput {
  const of = (field: string): string => EventField.fromPath(`$.detail.${field}`);
  const lines = [
    `vif-acceptor: ${EventField.detailType}, target ${of('target')}`,
    `What: ${of('message')}`,
    `Who: ${of('forPeople.who')}`,
    `Why: ${of('forPeople.why')}`,
    `By when: ${of('forPeople.byWhen')}`,
    `To do: ${of('forPeople.toDo')}`,
    `Where: ${of('provider')}, region ${of('region')}, account ${of('account')}; found out at ${of('at')}`,
    `More: ${runbook.link('Messages')}`,
  ];
  return RuleTargetInput.fromMultilineText(lines.join('\n'));
}

/**
 * The topic that tells people; `null`: nobody is told.
 *
 * Ours is not encrypted by a key of KMS. What it carries leaves by e-mail in clear, and a key whose policy lacks one of the
 * two services drops every message without a word, which is the one thing that must not happen here. Who needs a key gives a
 * topic of their own: docs/deploy.md has what its policies must say.
 */
export function createTopic(scope: Construct, id: string, notify: Notify): ITopic | null {
  if (notify === 'nobody') return null;
  if ('topic' in notify) return openToAlarms(scope, notify.topic);
  const topic = new Topic(scope, id, { displayName: 'vif-acceptor', enforceSSL: true });
  topic.addSubscription(new EmailSubscription(notify.email));
  return openToAlarms(scope, topic);
}

/** Alarms of this account may publish. (The rule's own right is added where the topic becomes its target.) */
function openToAlarms(scope: Construct, topic: ITopic): ITopic {
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
      `the policy of topic ${topic.topicArn} is not ours to write: see that it lets events.amazonaws.com and ` +
        'cloudwatch.amazonaws.com publish (docs/deploy.md, "A topic of your own")',
    );
  }
  return topic;
}
