import { onTestFinished } from 'vitest';
import { createDynamoLedger } from '../../adapters/ledgers/dynamo/dynamoLedger.ts';
import { openTable } from '../../adapters/ledgers/dynamo/dynamoTable.ts';
import type { ItemKind } from '../../adapters/ledgers/formats/format1.ts';
import { STORED_NAMES } from '../../adapters/ledgers/formats/storedNames.ts';
import type { Clock, Ledger } from '../../run/ports.ts';
import { json, type Received, type Reply, startApi } from '../support/apiServer.ts';
import {
  anAcceptance,
  anEndedRequest,
  anIntent,
  anObservation,
  aReceipt,
} from '../support/ledgerBuilders.ts';

/** Ledger items for the requests in these tests, by name. */
export const LIVE: Readonly<Record<string, unknown>> = {
  'sighting/dxvif-aaaaaaaa': stored('sighting', anObservation({ vlan: 101 })),
  'sighting/dxvif-bbbbbbbb': stored('sighting', anObservation({ vlan: 102 })),
  'intent/dxvif-dddddddd': stored('intent', anIntent()),
  'acceptance/dxvif-ffffffff': stored('acceptance', anAcceptance()),
  'announcement/event-1': stored('announcement', {
    id: 'event-1',
    type: 'Request Held',
    at: '2026-11-10T11:00:00.000Z',
    detail: { id: 'event-1', request: { id: 'dxvif-aaaaaaaa' } },
  }),
};

/** Records of the history in these tests. */
export const RECEIPT = aReceipt();
export const RECORDS: Readonly<Record<'receipt' | 'ended', unknown>> = {
  receipt: stored('receipt', RECEIPT),
  ended: stored('ended', anEndedRequest()),
};

function stored(kind: ItemKind, value: object): unknown {
  return STORED_NAMES[kind].toOld(value);
}

type Items = Readonly<Record<string, string>>;

/** Items of a `Query` answer in DynamoDB's wire form, with the texts in `data`. */
export function itemsOf(partition: string, items: Items): object[] {
  return Object.entries(items).map(([sk, data]) => ({
    pk: { S: partition },
    sk: { S: sk },
    data: { S: data },
  }));
}

/** Starts a table on loopback with the items of a test. It ignores writes, and is stopped after the test. */
export async function startTable(clock: Clock) {
  let queried: (request: Received, token: string) => Reply = () => json({ Items: [] });
  let instead: Readonly<Record<string, Reply>> = {};
  let token = '';
  const api = await startApi((request) => {
    const reply = instead[request.operation];
    if (reply !== undefined) return reply;
    switch (request.operation) {
      case 'UpdateItem':
        token = /":token":\{"S":"([^"]+)"/.exec(request.body)?.[1] ?? token;
        return json({ Attributes: { token: { S: token }, before: { S: 'none' }, lastEpoch: { N: '1' } } });
      case 'Query':
        return queried(request, token);
      case 'GetItem':
        return json({});
      default:
        return json({ UnprocessedItems: {} });
    }
  });
  onTestFinished(() => api.close());
  const credentials = { accessKeyId: 'test', secretAccessKey: 'test' };
  const table = openTable('ledger', { endpoint: api.url, region: 'eu-west-3', credentials });
  return {
    /** @param spoilt answers to writes, by operation */
    ledger: (answering: typeof queried, spoilt: Readonly<Record<string, Reply>> = {}): Ledger => {
      queried = answering;
      instead = spoilt;
      return createDynamoLedger(table, clock);
    },
  };
}

/** A `Query` answer for the partition of the state: these items and the head. */
export function livePage(items: Items, token: string): object {
  const live = Object.entries(items).map(([name, data]) => [`0000000000/${name}`, data]);
  return {
    Items: [...itemsOf('live', Object.fromEntries(live)), { sk: { S: 'head' }, token: { S: token } }],
  };
}
