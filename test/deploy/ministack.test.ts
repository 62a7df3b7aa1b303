import { setTimeout as pause } from 'node:timers/promises';
import { DynamoDBClient, QueryCommand, ScanCommand } from '@aws-sdk/client-dynamodb';
import { EventBridgeClient, PutEventsCommand } from '@aws-sdk/client-eventbridge';
import { GetSecretValueCommand, SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import * as z from 'zod';
import { TABLE_KEYS } from '../../adapters/ledgers/dynamo/dynamoTable.ts';
import { ACME, actAs, RECIPIENT_ACCOUNT } from '../support/accounts.ts';
import { ACME_1, ACME_2, PROD } from '../support/cloud.ts';
import { installMinistack } from '../support/ministack.ts';
import { ACCOUNT, REGION } from './awsServer.ts';
import type { Outputs } from './cdk.ts';
import { readReceiptIds } from './deployEnvironment.ts';
import { functionNames } from './deployedFunctions.ts';
import { receiveAll } from './mailbox.ts';
import {
  deleteRolePolicy,
  invokeLater,
  keyOfRole,
  putRolePolicy,
  readLog,
  type StartedFunction,
  startedFunctions,
  subscribe,
} from './ministackApis.ts';
import {
  INTERVAL_MINUTES,
  type MinistackEnvironment,
  OTHER_SECRET,
  openMinistackEnvironment,
} from './ministackEnvironment.ts';
import { SECRET, TARGETS } from './policyRepository.ts';

const { folder, skipped } = await installMinistack();
const TARGET = TARGETS.outscale;

/** Time limit for what a run does that the schedule starts: on a busy machine, a later one may be the first that completes. */
const NEXT_RUN_MS = (3 * INTERVAL_MINUTES + 2) * 60_000;

/**
 * A permission to publish any event. ministack does not know the condition key `events:source`, so the condition of the role that the
 * key is present refuses every event.
 */
const ANY_EVENT = 'AnyEvent';
const allowEvents = {
  Effect: 'Allow',
  Action: 'events:PutEvents',
  Resource: `arn:aws:events:${REGION}:${ACCOUNT}:event-bus/default`,
};

/** The tests run in this order, and each depends on the ones before it. */
describe.skipIf(folder === null)(
  `a deployment to ministack, which starts schedules, runs functions and enforces IAM${skipped}`,
  () => {
    let environment: MinistackEnvironment;
    let outputs: Outputs = {};
    let started: StartedFunction;
    let notifications: () => Promise<string[]>;
    let allowedId = '';
    let heldId = '';

    beforeAll(async () => {
      environment = await openMinistackEnvironment(folder ?? '');
      await environment.policies.allow('outscale', [ACME_1]);
      const acme = actAs(environment.emulator, ACME);
      allowedId = await acme.offer({ connection: ACME_1, vlan: 101 });
      heldId = await acme.offer({ connection: ACME_2, vlan: 102 });
      await environment.cdk.bootstrap();
    });

    afterAll(() => environment?.close());

    const see = (id: string): Promise<string> => actAs(environment.emulator, RECIPIENT_ACCOUNT).see(id);
    const receiptIds = (): Promise<string[]> => {
      const { aws, dir, policies } = environment;
      return readReceiptIds(aws, { dir, policies, table: outputs.LedgerTable ?? '', provider: 'outscale' });
    };

    /** Waits until a condition holds. */
    async function waitFor(isDone: () => Promise<boolean>): Promise<void> {
      const end = Date.now() + NEXT_RUN_MS;
      while (!(await isDone())) {
        if (Date.now() > end) {
          const log = await readLog(environment.aws, started);
          throw new Error(
            `nothing happened within ${NEXT_RUN_MS / 1000} s; the log of the function:\n${log}`,
          );
        }
        await pause(2000);
      }
    }

    it('creates the whole stack, with a schedule for the target', async () => {
      const { aws, cdk, policies } = environment;
      outputs = await cdk.deploy();
      expect(outputs.Revision).toBe(await policies.revision());
      notifications = await subscribe(aws, outputs.NotifyTopic ?? '');
      const all = await startedFunctions(aws);
      for (const role of rolesOf(all)) await putRolePolicy(aws, role, ANY_EVENT, allowEvents);
      const ofTarget = all.filter(({ input }) => input === JSON.stringify({ target: TARGET }));
      expect(ofTarget).toEqual([
        expect.objectContaining({ expression: `rate(${INTERVAL_MINUTES} minutes)` }),
      ]);
      for (const one of ofTarget) started = one;
    });

    it('accepts the allowed request by itself when the schedule starts the function, and holds the other', {
      timeout: NEXT_RUN_MS + 60_000,
    }, async () => {
      await waitFor(async () => (await see(allowedId)) === `pending ${PROD}`);
      expect(await see(heldId)).toBe('confirming');
    });

    it('sends the held request to a subscription of the topic, as text', {
      timeout: NEXT_RUN_MS + 60_000,
    }, async () => {
      const messages: string[] = [];
      await waitFor(async () => {
        messages.push(...(await notifications()));
        return messages.some((message) => message.includes(heldId));
      });
      const text = messages.find((message) => message.includes(heldId)) ?? '';
      expect(() => JSON.parse(text)).toThrow(SyntaxError);
      expect(text.split('\n').length).toBeGreaterThan(5);
      expect(text).toContain(TARGET);
      // Each field of the event is in it.
      expect(text).not.toMatch(/<[\w.-]+>/);
    });

    it('lets the role of the function do what a run needs, and refuses other calls', async () => {
      const { aws } = environment;
      const config = { ...aws.config, credentials: await keyOfRole(aws, started.roleName) };
      const [dynamo, secrets, events] = [
        new DynamoDBClient(config),
        new SecretsManagerClient(config),
        new EventBridgeClient(config),
      ];
      const TableName = outputs.LedgerTable;
      const query = {
        KeyConditionExpression: '#key = :key',
        ExpressionAttributeNames: { '#key': TABLE_KEYS.partition },
        ExpressionAttributeValues: { ':key': { S: 'x' } },
      };
      await dynamo.send(new QueryCommand({ TableName, ...query }));
      await secrets.send(new GetSecretValueCommand({ SecretId: SECRET }));

      const refused = { name: 'AccessDeniedException' };
      await expect(dynamo.send(new ScanCommand({ TableName }))).rejects.toMatchObject(refused);
      await expect(secrets.send(new GetSecretValueCommand({ SecretId: OTHER_SECRET }))).rejects.toMatchObject(
        refused,
      );
      const entry = { Source: 'vif-acceptor', DetailType: 'x', Detail: '{}', EventBusName: 'other' };
      await expect(events.send(new PutEventsCommand({ Entries: [entry] }))).rejects.toMatchObject(refused);
      for (const client of [dynamo, secrets, events]) client.destroy();
    });

    it('keeps the record of a failed run in the queue', { timeout: NEXT_RUN_MS + 60_000 }, async () => {
      const { aws } = environment;
      const table = `arn:aws:dynamodb:${REGION}:${ACCOUNT}:table/${outputs.LedgerTable}`;
      const withoutLedger = { Effect: 'Deny', Action: 'dynamodb:*', Resource: table };
      await putRolePolicy(aws, started.roleName, 'WithoutLedger', withoutLedger);
      await invokeLater(aws, started);
      const records: string[] = [];
      await waitFor(async () => {
        records.push(...(await receiveAll(aws, outputs.FailedRunsQueue ?? '')));
        return records.length > 0;
      });
      await deleteRolePolicy(aws, started.roleName, 'WithoutLedger');
      const record = failedRun.parse(JSON.parse(records[0] ?? ''));
      expect(record.requestPayload).toEqual({ target: TARGET });
      expect(record.requestContext.functionArn).toContain(started.functionName);
    });

    it('removes the functions and schedules, and keeps the ledger, when the stack is destroyed', async () => {
      const { aws, cdk } = environment;
      // A stack cannot remove a role that has other policies than its own.
      for (const role of rolesOf(await startedFunctions(aws))) await deleteRolePolicy(aws, role, ANY_EVENT);
      await cdk.destroy();
      expect(await functionNames(aws)).toEqual([]);
      expect(await startedFunctions(aws)).toEqual([]);
      expect(await receiptIds()).toEqual([allowedId]);
    });
  },
);

const rolesOf = (started: readonly StartedFunction[]): string[] => [
  ...new Set(started.map(({ roleName }) => roleName)),
];

const failedRun = z.object({
  requestPayload: z.unknown(),
  requestContext: z.object({ functionArn: z.string() }),
});
