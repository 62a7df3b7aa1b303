import * as z from 'zod';
import { ACCOUNT, type AccessKey, type AwsServer, REGION } from './awsServer.ts';
import { createQueue, receiveAll } from './mailbox.ts';

/** A schedule of the stack, with the function that it starts. */
export interface StartedFunction {
  readonly functionName: string;
  readonly roleName: string;
  readonly logGroup: string;
  readonly expression: string;
  /** JSON text */
  readonly input: string;
}

/** All schedules that start a function of the account. */
export async function startedFunctions(aws: AwsServer): Promise<StartedFunction[]> {
  const { Schedules } = listSchedules.parse(
    await (await aws.call('scheduler', { path: '/schedules' })).json(),
  );
  return await Promise.all(
    Schedules.map(async ({ Name }) => {
      const path = `/schedules/${Name}`;
      const { ScheduleExpression, Target } = schedule.parse(
        await (await aws.call('scheduler', { path })).json(),
      );
      const functionName = lastPart(Target.Arn, ':');
      const answer = await aws.call('lambda', { path: `/2015-03-31/functions/${functionName}` });
      const { Role, LoggingConfig } = getFunction.parse(await answer.json()).Configuration;
      return {
        functionName,
        roleName: lastPart(Role, '/'),
        logGroup: LoggingConfig.LogGroup,
        expression: ScheduleExpression,
        input: Target.Input,
      };
    }),
  );
}

/** Invokes a function asynchronously, as the Scheduler of AWS does. */
export async function invokeLater(aws: AwsServer, { functionName, input }: StartedFunction): Promise<void> {
  await aws.call('lambda', {
    path: `/2015-03-31/functions/${functionName}/invocations`,
    payload: { text: input, headers: { 'x-amz-invocation-type': 'Event' } },
  });
}

/** Adds a permission, or a refusal, to a role. */
export async function putRolePolicy(
  aws: AwsServer,
  RoleName: string,
  PolicyName: string,
  statement: object,
): Promise<void> {
  const PolicyDocument = JSON.stringify({ Version: '2012-10-17', Statement: [statement] });
  const form = { Action: 'PutRolePolicy', Version: '2010-05-08', RoleName, PolicyName, PolicyDocument };
  await aws.call('iam', { form });
}

export async function deleteRolePolicy(aws: AwsServer, RoleName: string, PolicyName: string): Promise<void> {
  const form = { Action: 'DeleteRolePolicy', Version: '2010-05-08', RoleName, PolicyName };
  await aws.call('iam', { form });
}

/** A key with the permissions of a role. */
export async function keyOfRole(aws: AwsServer, roleName: string): Promise<AccessKey> {
  const RoleArn = `arn:aws:iam::${ACCOUNT}:role/${roleName}`;
  const form = { Action: 'AssumeRole', Version: '2011-06-15', RoleArn, RoleSessionName: 'test' };
  const text = await (await aws.call('sts', { form })).text();
  const read = (name: string): string => new RegExp(`<${name}>([^<]+)</${name}>`).exec(text)?.[1] ?? '';
  return {
    accessKeyId: read('AccessKeyId'),
    secretAccessKey: read('SecretAccessKey'),
    sessionToken: read('SessionToken'),
  };
}

/**
 * Subscribes to a topic, as an e-mail address is: each message is delivered as it is, without the JSON of SNS around it.
 * @returns reads the messages since the last call
 */
export async function subscribe(aws: AwsServer, TopicArn: string): Promise<() => Promise<string[]>> {
  const name = 'subscriber';
  const fromTopic = {
    Effect: 'Allow',
    Principal: { Service: 'sns.amazonaws.com' },
    Action: 'sqs:SendMessage',
    Resource: `arn:aws:sqs:${REGION}:${ACCOUNT}:${name}`,
    Condition: { ArnEquals: { 'aws:SourceArn': TopicArn } },
  };
  const Policy = JSON.stringify({ Version: '2012-10-17', Statement: [fromTopic] });
  const { arn: Endpoint, url } = await createQueue(aws, name, { Policy });
  const raw = { 'Attributes.entry.1.key': 'RawMessageDelivery', 'Attributes.entry.1.value': 'true' };
  const form = { Action: 'Subscribe', Version: '2010-03-31', TopicArn, Protocol: 'sqs', Endpoint, ...raw };
  await aws.call('sns', { form });
  return () => receiveAll(aws, url);
}

/** The log of a function. */
export async function readLog(aws: AwsServer, { logGroup: logGroupName }: StartedFunction): Promise<string> {
  const json = { target: 'Logs_20140328.FilterLogEvents', body: { logGroupName } };
  const { events } = filterLogEvents.parse(await (await aws.call('logs', { json })).json());
  return events.map(({ message }) => message).join('\n');
}

const lastPart = (text: string, separator: string): string => text.split(separator).at(-1) ?? '';

const listSchedules = z.object({ Schedules: z.array(z.object({ Name: z.string() })) });
const schedule = z.object({
  ScheduleExpression: z.string(),
  Target: z.object({ Arn: z.string(), Input: z.string() }),
});
const getFunction = z.object({
  Configuration: z.object({ Role: z.string(), LoggingConfig: z.object({ LogGroup: z.string() }) }),
});
const filterLogEvents = z.object({ events: z.array(z.object({ message: z.string() })) });
