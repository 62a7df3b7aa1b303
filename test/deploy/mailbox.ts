import {
  EventBridgeClient,
  ListRulesCommand,
  ListTargetsByRuleCommand,
  PutRuleCommand,
  PutTargetsCommand,
  RemoveTargetsCommand,
} from '@aws-sdk/client-eventbridge';
import * as z from 'zod';
import { ACCOUNT, type Moto, REGION } from './moto.ts';

/** A queue that receives events. */
export interface Mailbox {
  readonly arn: string;
  /** The events since the last call, each as `TYPE INTERFACE`. */
  receive(): Promise<string[]>;
}

export async function openMailbox(moto: Moto, name: string): Promise<Mailbox> {
  const sqs = async (operation: string, body: object): Promise<unknown> =>
    (await moto.call('sqs', { json: { target: `AmazonSQS.${operation}`, body } })).json();
  const { QueueUrl } = queue.parse(await sqs('CreateQueue', { QueueName: name }));
  return {
    arn: `arn:aws:sqs:${REGION}:${ACCOUNT}:${name}`,
    receive: async () => {
      const all: string[] = [];
      for (;;) {
        // A received message stays hidden, so that each is returned once.
        const options = { QueueUrl, MaxNumberOfMessages: 10, VisibilityTimeout: 43_200 };
        const { Messages = [] } = received.parse(await sqs('ReceiveMessage', options));
        if (Messages.length === 0) return all;
        all.push(...Messages.map(({ Body }) => `${Body['detail-type']} ${Body.detail.request?.id}`));
      }
    },
  };
}

/** Adds a rule that sends a copy of each event of vif-acceptor on the default bus to a mailbox. */
export async function copyEventsTo(moto: Moto, { arn }: Mailbox): Promise<void> {
  await withBus(moto, async (bus) => {
    const Name = 'listener';
    await bus.send(new PutRuleCommand({ Name, EventPattern: JSON.stringify({ source: ['vif-acceptor'] }) }));
    await bus.send(new PutTargetsCommand({ Rule: Name, Targets: [{ Id: 'mailbox', Arn: arn }] }));
  });
}

/**
 * Replaces every topic that is the target of a rule by a mailbox. EventBridge of moto does not support topics: it fails the call
 * that sends an event to one. Nor does it support an input transformer with several lines, so the mailbox receives the event itself.
 */
export async function replaceTopics(moto: Moto, { arn }: Mailbox): Promise<void> {
  await withBus(moto, async (bus) => {
    const { Rules = [] } = await bus.send(new ListRulesCommand({}));
    for (const { Name: Rule } of Rules) {
      const { Targets = [] } = await bus.send(new ListTargetsByRuleCommand({ Rule }));
      const topics = Targets.filter(({ Arn = '' }) => Arn.startsWith('arn:aws:sns:'));
      for (const { Id } of topics) {
        await bus.send(new RemoveTargetsCommand({ Rule, Ids: Id === undefined ? [] : [Id] }));
        await bus.send(new PutTargetsCommand({ Rule, Targets: [{ Id, Arn: arn }] }));
      }
    }
  });
}

async function withBus<T>(moto: Moto, use: (bus: EventBridgeClient) => Promise<T>): Promise<T> {
  const bus = new EventBridgeClient(moto.config);
  try {
    return await use(bus);
  } finally {
    bus.destroy();
  }
}

const json = z.string().transform((text): unknown => JSON.parse(text));
const event = z.object({
  source: z.string(),
  'detail-type': z.string(),
  detail: z.object({ request: z.object({ id: z.string() }).optional() }),
});
const queue = z.object({ QueueUrl: z.string() });
const received = z.object({ Messages: z.array(z.object({ Body: json.pipe(event) })).optional() });
