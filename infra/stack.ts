import { Stack, type StackProps } from 'aws-cdk-lib';
import { Topic } from 'aws-cdk-lib/aws-sns';
import type { Construct } from 'constructs';
import type { Notify, WrittenNotify } from './notificationTarget.ts';
import { VifAcceptor, type VifAcceptorProps } from './vifAcceptor.ts';

export interface VifAcceptorStackProps extends StackProps, Omit<VifAcceptorProps, 'notify'> {
  readonly notify: WrittenNotify;
}

/** The stack of the CDK app: an acceptor and nothing else. */
export class VifAcceptorStack extends Stack {
  /** @throws DeploymentRefused */
  constructor(scope: Construct, id: string, { notify, ...props }: VifAcceptorStackProps) {
    super(scope, id, { description: 'vif-acceptor: accepts hosted private virtual interfaces', ...props });
    new VifAcceptor(this, 'Default', { ...props, notify: withTopic(this, notify) });
  }
}

function withTopic(scope: Construct, notify: WrittenNotify): Notify {
  if (notify === 'nobody' || 'email' in notify) return notify;
  return { topic: Topic.fromTopicArn(scope, 'GivenTopic', notify.topicArn) };
}
