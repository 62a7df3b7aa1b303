import {
  EventBridgeClient,
  ListRulesCommand,
  ListTargetsByRuleCommand,
  PutRuleCommand,
  PutTargetsCommand,
  RemoveTargetsCommand,
} from '@aws-sdk/client-eventbridge';
import * as z from 'zod';
import { ACCOUNT, type AwsServer, REGION } from './awsServer.ts';
import type { Moto } from './moto.ts';

/** A queue that receives events. */
export interface Mailbox {
  readonly arn: string;
  /** The events since the last call, each as `TYPE INTERFACE`. */
  receive(): Promise<string[]>;
}

export async function openMailbox(moto: Moto, name: string): Promise<Mailbox> {
  const { arn, url } = await createQueue(moto, name, {});
  return {
    arn,
    receive: async () =>
      (await receiveAll(moto, url)).map((body) => {
        const { 'detail-type': type, detail } = event.parse(JSON.parse(body));
        return `${type} ${detail.request?.id}`;
      }),
  };
}

export async function createQueue(
  server: AwsServer,
  name: string,
  attributes: Readonly<Record<string, string>>,
): Promise<{ readonly arn: string; readonly url: string }> {
  const answer = await callSqs(server, 'CreateQueue', { QueueName: name, Attributes: attributes });
  return { arn: `arn:aws:sqs:${REGION}:${ACCOUNT}:${name}`, url: queue.parse(answer).QueueUrl };
}

/** The bodies of the messages in a queue since the last call. */
export async function receiveAll(server: AwsServer, QueueUrl: string): Promise<string[]> {
  const all: string[] = [];
  for (;;) {
    // A received message stays hidden, so that each is returned once.
    const options = { QueueUrl, MaxNumberOfMessages: 10, VisibilityTimeout: 43_200 };
    const { Messages } = received.parse(await callSqs(server, 'ReceiveMessage', options));
    if (!Messages?.length) return all;
    all.push(...Messages.map(({ Body }) => Body));
  }
}

async function callSqs(server: AwsServer, operation: string, body: object): Promise<unknown> {
  return (await server.call('sqs', { json: { target: `AmazonSQS.${operation}`, body } })).json();
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

const event = z.object({
  source: z.string(),
  'detail-type': z.string(),
  detail: z.object({ request: z.object({ id: z.string() }).optional() }),
});
const queue = z.object({ QueueUrl: z.string() });
const received = z.object({ Messages: z.array(z.object({ Body: z.string() })).nullish() });
