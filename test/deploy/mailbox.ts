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

/** A queue that events arrive in. */
export interface Mailbox {
  readonly arn: string;
  /** What came since this was last asked: `Type ID of the interface`. */
  heard(): Promise<string[]>;
}

export async function openMailbox(moto: Moto, name: string): Promise<Mailbox> {
  const sqs = async (operation: string, body: object): Promise<unknown> =>
    (await moto.ask('sqs', { json: { target: `AmazonSQS.${operation}`, body } })).json();
  const { QueueUrl } = queue.parse(await sqs('CreateQueue', { QueueName: name }));
  return {
    arn: `arn:aws:sqs:${REGION}:${ACCOUNT}:${name}`,
    heard: async () => {
      const all: string[] = [];
      for (;;) {
        // What is read once is hidden from then on.
        const wanted = { QueueUrl, MaxNumberOfMessages: 10, VisibilityTimeout: 43_200 };
        const { Messages = [] } = received.parse(await sqs('ReceiveMessage', wanted));
        if (Messages.length === 0) return all;
        all.push(...Messages.map(({ Body }) => `${Body['detail-type']} ${Body.detail.request?.id}`));
      }
    },
  };
}

/** Lets everything of ours on the default bus arrive in a mailbox too. */
export async function listen(moto: Moto, { arn }: Mailbox): Promise<void> {
  await withBus(moto, async (bus) => {
    const Name = 'listener';
    await bus.send(new PutRuleCommand({ Name, EventPattern: JSON.stringify({ source: ['vif-acceptor'] }) }));
    await bus.send(new PutTargetsCommand({ Rule: Name, Targets: [{ Id: 'mailbox', Arn: arn }] }));
  });
}

/**
 * Puts a mailbox in the place of every topic that a rule leads to. moto's EventBridge knows no topics, and fails the call of
 * whoever sends what should go to one; nor can it make text of several lines of an event, so what arrives is the event.
 * @returns how many there were
 */
export async function divertTopics(moto: Moto, { arn }: Mailbox): Promise<number> {
  return await withBus(moto, async (bus) => {
    let diverted = 0;
    const { Rules = [] } = await bus.send(new ListRulesCommand({}));
    for (const { Name: Rule } of Rules) {
      const { Targets = [] } = await bus.send(new ListTargetsByRuleCommand({ Rule }));
      const topics = Targets.filter(({ Arn = '' }) => Arn.startsWith('arn:aws:sns:'));
      for (const { Id } of topics) {
        await bus.send(new RemoveTargetsCommand({ Rule, Ids: Id === undefined ? [] : [Id] }));
        await bus.send(new PutTargetsCommand({ Rule, Targets: [{ Id, Arn: arn }] }));
        diverted += 1;
      }
    }
    return diverted;
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
