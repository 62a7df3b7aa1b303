import { App, Stack, type StackProps } from 'aws-cdk-lib';
import { Topic } from 'aws-cdk-lib/aws-sns';
import type { Construct } from 'constructs';
import { readOptions } from './contextOptions.ts';
import type { Notify, NotifyOption } from './notifications.ts';
import { DeploymentRefused } from './validateOptions.ts';
import { VifAcceptor, type VifAcceptorProps } from './vifAcceptor.ts';

interface VifAcceptorStackProps extends StackProps, Omit<VifAcceptorProps, 'notify'> {
  readonly notify: NotifyOption;
}

/** The stack of the CDK app: it contains one `VifAcceptor` and nothing else. */
class VifAcceptorStack extends Stack {
  /** @throws DeploymentRefused */
  constructor(scope: Construct, id: string, { notify, ...props }: VifAcceptorStackProps) {
    super(scope, id, { description: 'vif-acceptor: accepts hosted private virtual interfaces', ...props });
    new VifAcceptor(this, 'Default', { ...props, notify: importTopic(this, notify) });
  }
}

function importTopic(scope: Construct, notify: NotifyOption): Notify {
  if (notify === 'nobody' || 'email' in notify) return notify;
  return { topic: Topic.fromTopicArn(scope, 'GivenTopic', notify.topicArn) };
}

/** Compiles the policies and synthesizes the template. A policy with an error produces no template. */
function synthesize(): void {
  // `autoSynth` would leave a partial template behind when the deployment is refused.
  const app = new App({ autoSynth: false });
  const { stackName, ...options } = readOptions((key) => app.node.tryGetContext(key), process.env);
  const { CDK_DEFAULT_ACCOUNT: account, CDK_DEFAULT_REGION: region } = process.env;
  const env = account && region ? { env: { account, region } } : {};
  new VifAcceptorStack(app, stackName, { ...options, ...env });
  app.synth();
}

try {
  synthesize();
} catch (error) {
  if (!(error instanceof DeploymentRefused)) throw error;
  console.error(`no template was written:\n${error.reasons.join('\n')}`);
  process.exitCode = 1;
}
