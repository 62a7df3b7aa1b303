import { randomUUID } from 'node:crypto';
import { Readable } from 'node:stream';
import { type HttpRequest, HttpResponse } from '@smithy/protocol-http';
import type { Dynamo } from '../../support/dynamo.ts';
import type { VirtualServer } from './virtualServer.ts';
import { createVirtualTable } from './virtualTable.ts';

/** Serves the virtual tables like any DynamoDB, so that the ledger contract can test them. */
export async function startTableServer(): Promise<Dynamo> {
  const tables = new Map<string, VirtualServer>();
  const handle = async ({ method, path, headers, body }: HttpRequest) => {
    const text = Buffer.from(body).toString();
    const asked: {
      TableName?: string;
      RequestItems?: object;
      TransactItems?: readonly { ConditionCheck?: { TableName?: string } }[];
    } = JSON.parse(text);
    const transaction = asked.TransactItems?.[0]?.ConditionCheck;
    const name = asked.TableName ?? transaction?.TableName ?? Object.keys(asked.RequestItems ?? {})[0] ?? '';
    const operation = headers['x-amz-target']?.split('.').at(-1) ?? '';
    const reply = tables.get(name)?.answer({ operation, method, path, headers, body: text });
    if (reply === undefined || 'broken' in reply) throw new Error(`no table ${name}`);
    return {
      response: new HttpResponse({
        statusCode: reply.status,
        headers: {},
        body: Readable.from([Buffer.from(reply.body)]),
      }),
    };
  };
  return {
    url: 'https://ledger.invalid',
    config: {
      endpoint: 'https://ledger.invalid',
      region: 'eu-west-3',
      credentials: { accessKeyId: 'test', secretAccessKey: 'test' },
      requestHandler: { handle },
    },
    createTable: async () => {
      const name = `ledger-${randomUUID()}`;
      tables.set(name, createVirtualTable());
      return name;
    },
    close: async () => tables.clear(),
  };
}
