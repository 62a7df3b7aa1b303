import { Annotations, ArnFormat, Aws, Stack } from 'aws-cdk-lib';
import { PolicyStatement, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import { type ITopic, Topic } from 'aws-cdk-lib/aws-sns';
import { EmailSubscription } from 'aws-cdk-lib/aws-sns-subscriptions';
import type { Construct } from 'constructs';
import type { Notify } from './notificationTarget.ts';

/**
 * The topic that tells people; `null`: nobody is told.
 *
 * Ours is not encrypted by a key of KMS. What it carries leaves by e-mail in clear, and a key whose policy lacks one of the
 * two services drops every message without a word, which is the one thing that must not happen here. Who needs a key gives a
 * topic of their own: docs/deploy.md has what its policies must say.
 */
export function topicOf(scope: Construct, id: string, notify: Notify): ITopic | null {
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
