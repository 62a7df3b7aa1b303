import { App, Stack, type StackProps } from 'aws-cdk-lib';
import type { Construct } from 'constructs';
import { type ChatTopic, readChatTopic } from './chatNotifications.ts';
import { type Notify, readNotify } from './notifications.ts';
import { DeploymentRefused, formatValue } from './validateOptions.ts';
import { VifAcceptor, type VifAcceptorProps } from './vifAcceptor.ts';

export interface VifAcceptorStackProps extends StackProps, Omit<VifAcceptorProps, 'notify' | 'chatTopic'> {
  /** As for `VifAcceptor`, or one text: an e-mail address, the ARN of an existing topic, or `nobody`. */
  readonly notify: Notify | string;
  /** As for `VifAcceptor`, or the ARN of an existing topic. */
  readonly chatTopic?: ChatTopic | string | null;
}

/**
 * A stack with one `VifAcceptor` and nothing else. Without `env`, it is deployed to the account and region of the credentials that
 * the CDK command line uses.
 */
export class VifAcceptorStack extends Stack {
  /** @throws DeploymentRefused */
  constructor(scope: Construct, id: string, { notify, chatTopic, ...props }: VifAcceptorStackProps) {
    super(scope, id, {
      description: 'vif-acceptor: accepts hosted private virtual interfaces',
      ...currentEnvironment(),
      ...props,
    });
    // The ID keeps the names of resources: the table of the ledger stays the same one.
    new VifAcceptor(this, 'Default', {
      ...props,
      notify: parseNotify(this, notify),
      ...(chatTopic === null || chatTopic === undefined
        ? {}
        : { chatTopic: parseChatTopicText(this, chatTopic) }),
    });
  }
}

/** The account and region that the CDK command line passes on, if it found both. */
function currentEnvironment(): StackProps {
  const { CDK_DEFAULT_ACCOUNT: account, CDK_DEFAULT_REGION: region } = process.env;
  return account && region ? { env: { account, region } } : {};
}

/** @throws DeploymentRefused */
function parseNotify(scope: Construct, notify: VifAcceptorStackProps['notify']): Notify {
  if (typeof notify !== 'string') return notify;
  const read = readNotify(scope, notify);
  if (read !== null) return read;
  throw new DeploymentRefused([
    `\`notify\` must be an e-mail address, the ARN of a standard SNS topic, or \`nobody\`, got ${formatValue(notify)}`,
  ]);
}

/** @throws DeploymentRefused */
function parseChatTopicText(scope: Construct, chatTopic: ChatTopic | string): ChatTopic {
  if (typeof chatTopic !== 'string') return chatTopic;
  const read = readChatTopic(scope, chatTopic);
  if (read !== null) return read;
  throw new DeploymentRefused([
    `\`chatTopic\` must be the ARN of a standard SNS topic, or \`new\` to create one, got ${formatValue(chatTopic)}`,
  ]);
}

/**
 * Runs a CDK app: builds it, and writes its templates. If a deployment is refused, all reasons are printed, no template is written,
 * and the exit code is 1.
 * @param build adds the stacks to the app
 */
export function synthesize(build: (app: App) => void): void {
  // `autoSynth` would leave a partial template behind when the deployment is refused.
  const app = new App({ autoSynth: false });
  try {
    build(app);
    app.synth();
  } catch (error) {
    if (!(error instanceof DeploymentRefused)) throw error;
    console.error(`no template was written:\n${error.reasons.join('\n')}`);
    process.exitCode = 1;
  }
}
