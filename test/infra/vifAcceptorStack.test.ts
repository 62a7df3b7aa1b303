import { App, Stack } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import { Topic } from 'aws-cdk-lib/aws-sns';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { DeploymentRefused } from '../../infra/validateOptions.ts';
import { VifAcceptorStack, type VifAcceptorStackProps } from '../../infra/vifAcceptorStack.ts';
import { writeTempFiles } from '../support/tempFiles.ts';

const POLICY = `version: 1
recipient: { provider: outscale, region: eu-west-2, account: "012345678901", credentials: { secret: key } }
owners: { acme: { connections: [dxcon-1a2b3c4d], gateway: vgw-87654321 } }
`;

/** Code is not bundled, and the template is not validated: both take seconds. */
const QUICK = { builtinCloudFormationValidation: false, context: { 'aws:cdk:bundling-stacks': [] } };

/** The stack of a user's app. */
function stackWith(props: Omit<VifAcceptorStackProps, 'policyDir'>): VifAcceptorStack {
  const app = new App(QUICK);
  return new VifAcceptorStack(app, 'VifAcceptor', {
    policyDir: writeTempFiles({ 'paris.yaml': POLICY }),
    ...props,
  });
}

const TOPIC = 'arn:aws:sns:eu-west-3:012345678901:noc';

describe('VifAcceptorStack', () => {
  afterEach(() => vi.unstubAllEnvs());

  it('takes an e-mail address as text, and creates a topic with its subscription', () => {
    const template = Template.fromStack(stackWith({ notify: 'noc@example.com' }));
    template.hasResourceProperties('AWS::SNS::Subscription', {
      Protocol: 'email',
      Endpoint: 'noc@example.com',
    });
  });

  it.each([
    ['the ARN of a topic', () => TOPIC],
    ['a topic', (app: App) => ({ topic: Topic.fromTopicArn(new Stack(app, 'Shared'), 'Noc', TOPIC) })],
  ])('takes %s, and sends alarms there', (_, notifyIn) => {
    const app = new App(QUICK);
    const policyDir = writeTempFiles({ 'paris.yaml': POLICY });
    const notify = notifyIn(app);
    const template = Template.fromStack(new VifAcceptorStack(app, 'VifAcceptor', { policyDir, notify }));
    template.resourceCountIs('AWS::SNS::Topic', 0);
    const alarms = Object.values(template.findResources('AWS::CloudWatch::Alarm'));
    expect(alarms.length).toBeGreaterThan(0);
    for (const { Properties } of alarms) expect(Properties.AlarmActions).toEqual([TOPIC]);
  });

  it('notifies no one only if that is written', () => {
    Template.fromStack(stackWith({ notify: 'nobody' })).resourceCountIs('AWS::SNS::Topic', 0);
  });

  it.each(['', 'noc', 'no body', 'arn:aws:sqs:eu-west-3:012345678901:noc'])(
    'refuses to notify `%s`',
    (notify) => {
      expect(() => stackWith({ notify })).toThrow(DeploymentRefused);
    },
  );

  it('has the table of the ledger under the ID of every release: another one would be an empty ledger', () => {
    const tables = Template.fromStack(stackWith({ notify: 'nobody' })).findResources('AWS::DynamoDB::Table');
    expect(Object.keys(tables)).toEqual(['LedgerB7379752']);
  });

  it('is deployed to the account and region of the credentials, unless `env` is given', () => {
    vi.stubEnv('CDK_DEFAULT_ACCOUNT', '012345678901');
    vi.stubEnv('CDK_DEFAULT_REGION', 'eu-west-3');
    const { account, region } = stackWith({ notify: 'nobody' });
    expect([account, region]).toEqual(['012345678901', 'eu-west-3']);
    const env = { account: '210987654321', region: 'eu-west-1' };
    expect(stackWith({ notify: 'nobody', env })).toMatchObject(env);
  });
});
