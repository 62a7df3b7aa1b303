import { Topic } from 'aws-cdk-lib/aws-sns';
import { describe, expect, it } from 'vitest';
import * as z from 'zod';
import { createEventBridgePublisher } from '../../adapters/events/eventBridgePublisher.ts';
import { type AcceptorEvent, createEvent } from '../../core/events/event.ts';
import { neutralizeMarkup } from '../../core/events/eventText.ts';
import { startEventBus } from '../support/eventBus.ts';
import { ACCOUNT, target, templateOf } from './stackFixtures.ts';

const ARN = `arn:aws:sns:eu-west-3:${ACCOUNT}:chat`;
const ORIGIN = {
  target: 'acme',
  provider: 'outscale',
  region: 'eu-west-2',
  account: ACCOUNT,
  policy: { digest: 'sha256:0', revision: 'v1' },
} as const;

/** The form that Amazon Q Developer in chat applications documents for a custom notification. */
const CUSTOM_NOTIFICATION = z.strictObject({
  version: z.literal('1.0'),
  source: z.literal('custom'),
  id: z.string(),
  content: z.strictObject({
    textType: z.literal('client-markdown'),
    title: z.string().max(250),
    description: z.string().max(8000),
    nextSteps: z.array(z.string()),
    keywords: z.array(z.string()),
  }),
  metadata: z.strictObject({
    threadId: z.string(),
    summary: z.string(),
    eventType: z.string(),
    relatedResources: z.array(z.string()),
    additionalContext: z.record(z.string(), z.string()),
  }),
});
type CustomNotification = z.infer<typeof CUSTOM_NOTIFICATION>;

const RULE = z.object({
  Targets: z.array(
    z.object({
      Arn: z.unknown(),
      DeadLetterConfig: z.object({ Arn: z.unknown() }),
      InputTransformer: z.object({
        InputPathsMap: z.record(z.string(), z.string()),
        InputTemplate: z.string(),
      }),
    }),
  ),
});

const template = templateOf([target('acme', 'aws', null)], {
  notify: { email: 'noc@example.com' },
  chatTopic: (scope) => ({ topic: Topic.fromTopicArn(scope, 'Theirs', ARN) }),
});

/** The targets of the deployed rule: the topic for people, and that for chat. */
function targetsOf(made = template): z.infer<typeof RULE>['Targets'] {
  const [rule] = Object.values(made.findResources('AWS::Events::Rule'));
  return RULE.parse(rule?.Properties).Targets;
}

/**
 * What the topic for chat gets about an event: published as the function does, and transformed as EventBridge does. A value inside a
 * string is inserted unchanged and unescaped, and one that is a whole value is inserted as JSON.
 */
async function messageAbout(event: AcceptorEvent): Promise<CustomNotification> {
  const bus = await startEventBus();
  const credentials = { accessKeyId: 'test', secretAccessKey: 'test' };
  await createEventBridgePublisher({ endpoint: bus.url, region: 'eu-west-3', credentials }).publish([event]);
  const [entry] = z.array(z.object({ DetailType: z.string(), Detail: z.string() })).parse(bus.entries);
  const published = { 'detail-type': entry?.DetailType, detail: JSON.parse(entry?.Detail ?? '') };
  const transformer = targetsOf()[1]?.InputTransformer;
  if (transformer === undefined) throw new Error('the rule has no target for chat');
  const { InputPathsMap, InputTemplate } = transformer;
  const valueAt = (name: string): string => {
    const path = (InputPathsMap[name] ?? '').replace('$.', '').split('.');
    const read = (value: unknown, key: string): unknown =>
      z.record(z.string(), z.unknown()).parse(value)[key];
    return z.string().parse(path.reduce(read, published));
  };
  const whole = InputTemplate.replaceAll(/(?<=[:[,])<([\w-]+)>/g, (_, name) => JSON.stringify(valueAt(name)));
  return CUSTOM_NOTIFICATION.parse(JSON.parse(whole.replaceAll(/<([\w-]+)>/g, (_, name) => valueAt(name))));
}

function heldEvent(name: string): AcceptorEvent {
  return createEvent('Request Held', ORIGIN, '2026-11-10T11:00:00.000Z', [name], {
    message: `\`dxvif-1\` on \`dxcon-1\` (vlan 101, name \`${name}\`) is held`,
    request: { id: 'dxvif-1' },
    notification: {
      who: 'owner acme (NOC <noc@acme.example>)',
      why: `\`${name}\``,
      byWhen: 'soon',
      toDo: 'aws directconnect describe-virtual-interfaces --virtual-interface-id dxvif-1 --query a[0].b_c',
    },
  });
}

describe('the message for chat', () => {
  it('has the form of a custom notification, with the texts of the event', async () => {
    expect(await messageAbout(heldEvent('prod'))).toEqual({
      version: '1.0',
      source: 'custom',
      id: heldEvent('prod').id,
      content: {
        textType: 'client-markdown',
        title: 'vif-acceptor: Request Held, target acme',
        description: [
          '`dxvif-1` on `dxcon-1` (vlan 101, name `prod`) is held',
          'Who: owner acme (NOC ＜noc@acme.example＞)',
          'Why: `prod`',
          'By when: soon',
          `Where: outscale, region eu-west-2, account ${ACCOUNT}; detected at 2026-11-10T11:00:00.000Z`,
        ].join('\n\n'),
        nextSteps: [
          'aws directconnect describe-virtual-interfaces --virtual-interface-id dxvif-1 --query a[0].b_c',
          expect.stringMatching(/^Read .*runbook\.md#request-held/),
        ],
        keywords: ['vif-acceptor', 'acme'],
      },
      metadata: {
        threadId: 'acme/dxvif-1',
        summary: 'vif-acceptor: Request Held, target acme',
        eventType: 'Request Held',
        relatedResources: ['acme/dxvif-1'],
        additionalContext: { target: 'acme', provider: 'outscale', region: 'eu-west-2', account: ACCOUNT },
      },
    });
  });

  it.each([
    'a"b',
    'a\\b\\',
    'a\nb\r\n\u2028\u0000',
    '"}],"metadata":{"threadId":"x',
    '<detail-target>',
    '<!channel> <!here> <!subteam^S1> <@U012345> @here',
    '<at>Everyone</at>',
    '<https://evil.example|click> [click](mailto:x@evil.example) ![x](tel:1)',
    '*bold* _italic_ ~gone~ **bold** &lt;!channel&gt;',
    '`<!channel>` <!here>',
    '🙂'.repeat(3000),
  ])('is valid JSON, with no mention, link or markup, for the name %j', async (name) => {
    const { content } = await messageAbout(heldEvent(name));
    expect(content.description).not.toMatch(/[<>&]/);
    const [what = '', , why = ''] = content.description.split('\n\n');
    for (const text of [what, why]) expect(text).not.toMatch(/[<>&@*_~|[\]]/);
  });

  it('has all text as quoted if a truncation leaves an unpaired backtick', () => {
    expect(neutralizeMarkup('a_b `c_d` e_f')).toBe('a_b `c＿d` e_f');
    expect(neutralizeMarkup('a_b `c_d')).toBe('a＿b `c＿d');
  });
});

describe('the topic for chat', () => {
  it('gets alarms as they are, and each event, and so does that of the notifications, as a text', () => {
    template.hasResourceProperties('AWS::Events::Rule', { State: 'ENABLED' });
    expect(targetsOf().map(({ InputTransformer }) => InputTransformer.InputTemplate.slice(0, 2))).toEqual([
      '"v',
      '{"',
    ]);
    for (const { Properties } of Object.values(template.findResources('AWS::CloudWatch::Alarm'))) {
      expect(Properties.AlarmActions).toHaveLength(2);
      expect(Properties.AlarmActions).toContain(ARN);
      expect(Properties.OKActions).toContain(ARN);
    }
  });

  it('can be the only one, and is created on demand, with an output that names it', () => {
    const made = templateOf([target('acme', 'aws', null)], { notify: 'nobody', chatTopic: 'new' });
    made.resourceCountIs('AWS::SNS::Topic', 1);
    made.resourceCountIs('AWS::SNS::Subscription', 0);
    expect(targetsOf(made)).toHaveLength(1);
    expect(Object.values(made.findOutputs('*')).map(({ Description }) => Description)).toContain(
      'notifications and alarms for Amazon Q Developer',
    );
    const [policy] = Object.values(made.findResources('AWS::SNS::TopicPolicy'));
    const principals = z
      .array(z.object({ Principal: z.unknown() }))
      .parse(policy?.Properties.PolicyDocument.Statement)
      .map(({ Principal }) => Principal);
    expect(principals).toEqual([
      '*',
      { Service: 'cloudwatch.amazonaws.com' },
      { Service: 'events.amazonaws.com' },
    ]);
  });
});
