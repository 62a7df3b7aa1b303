import { appendFileSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll } from 'vitest';
import { createDynamoLedger } from '../../adapters/ledgers/dynamo/dynamoLedger.ts';
import {
  historyPartition,
  itemKey,
  livePartition,
  openTable,
  putRequest,
  type Table,
  type TableItem,
} from '../../adapters/ledgers/dynamo/dynamoTable.ts';
import { fetchHead } from '../../adapters/ledgers/dynamo/leaseStore.ts';
import { toAttributes } from '../../adapters/ledgers/dynamo/storedAttributes.ts';
import { createFileLedger } from '../../adapters/ledgers/file/fileLedger.ts';
import { createInMemoryLedger } from '../../adapters/ledgers/inMemoryLedger.ts';
import { digestOfData, type StoredValue } from '../../adapters/ledgers/storedForm.ts';
import type { Clock, Ledger } from '../../run/ports.ts';
import { startTableServer } from '../soak/cloud/tableServer.ts';
import { type Dynamo, startDynalite, startMinistackDynamo, startMoto } from '../support/dynamo.ts';
import { isInstalled } from '../support/installedPrograms.ts';
import { findMinistack } from '../support/ministack.ts';
import { writeTempFiles } from '../support/tempFiles.ts';

/** All ledger implementations. */
export interface Store {
  readonly name: string;
  /** whether the store is installed; tests of a store that npm cannot install are skipped otherwise */
  readonly isHere: boolean;
  /** Called once in `describe`: starts the servers of the store, and stops them after the tests. */
  readonly prepare: () => {
    begin(clock: Clock): Promise<Begun>;
  };
}

/** A new store. */
interface Begun {
  /** opens the ledger like a new process */
  readonly reach: () => Ledger;
  /** Writes any value as the item with this name, such as `sighting/dxvif-…`. */
  readonly damage: (key: string, name: string, value: unknown) => Promise<void>;
  /** Writes an item in the stored form of any release. */
  readonly plant: (key: string, name: string, stored: StoredValue) => Promise<void>;
  /** Writes a record in the stored form of any release. @param name such as `receipt/dxvif-…` */
  readonly plantRecord: (key: string, name: string, at: string, stored: StoredValue) => Promise<void>;
}

async function putItem(table: Table, key: string, name: string, attributes: TableItem): Promise<void> {
  const { epoch } = await fetchHead(table, livePartition(key));
  const sort = `${String(epoch).padStart(10, '0')}/${name}`;
  await table.writeAll([putRequest({ ...itemKey(livePartition(key), sort), ...attributes })]);
}

function onDynamo(name: string, isHere: boolean, start: () => Promise<Dynamo>): Store {
  return {
    name,
    isHere,
    prepare: () => {
      let dynamo: Dynamo;
      beforeAll(async () => {
        dynamo = await start();
      });
      afterAll(() => dynamo.close());
      return {
        begin: async (clock) => {
          const table = await dynamo.createTable();
          return {
            reach: () => createDynamoLedger(openTable(table, dynamo.config), clock),
            // Like release 0.1.0, without a format number.
            damage: (key, name, value) =>
              putItem(openTable(table, dynamo.config), key, name, { data: { S: JSON.stringify(value) } }),
            plant: (key, name, stored) =>
              putItem(openTable(table, dynamo.config), key, name, toAttributes(stored)),
            plantRecord: (key, name, at, stored) =>
              openTable(table, dynamo.config).writeAll([
                putRequest({ ...itemKey(historyPartition(key), `${at}/${name}`), ...toAttributes(stored) }),
              ]),
          };
        },
      };
    },
  };
}

const ministack = await findMinistack();

const nothing = (): Promise<never> => Promise.reject(new Error('this store has no stored form'));

export const STORES: readonly Store[] = [
  {
    name: 'memory',
    isHere: true,
    prepare: () => ({
      begin: async (clock) => {
        const ledger = createInMemoryLedger(clock);
        return { reach: () => ledger, damage: nothing, plant: nothing, plantRecord: nothing };
      },
    }),
  },
  {
    name: 'file',
    isHere: true,
    prepare: () => ({
      begin: async (clock) => {
        const path = join(writeTempFiles({}), 'state', 'ledger.json');
        return {
          reach: () => createFileLedger(path, clock),
          damage: async (key, name, value) => {
            const file = JSON.parse(readFileSync(path, 'utf8'));
            file.targets[key].items[name] = value;
            writeFileSync(path, JSON.stringify(file));
          },
          plant: async (key, name, { data, format, needs, more }) => {
            const file = JSON.parse(readFileSync(path, 'utf8'));
            file.targets[key].items[name] = data;
            file.targets[`later/${key}`].items[name] = {
              tie: digestOfData(data),
              format,
              needs,
              ...(more && { more }),
            };
            writeFileSync(path, JSON.stringify(file));
          },
          plantRecord: async (target, name, _at, { data, format, needs, more }) => {
            const [kind] = name.split('/');
            const line = { kind, target, value: data, format, needs, ...(more && { more }) };
            mkdirSync(dirname(path), { recursive: true });
            appendFileSync(path.replace('.json', '.records.jsonl'), `${JSON.stringify(line)}\n`);
          },
        };
      },
    }),
  },
  onDynamo("the soak's table", true, startTableServer),
  onDynamo('DynamoDB (dynalite)', true, startDynalite),
  onDynamo('DynamoDB (moto_server, of pip)', isInstalled('moto_server', '--help'), startMoto),
  onDynamo('DynamoDB (ministack, of pip)', ministack.folder !== null, () =>
    startMinistackDynamo(ministack.folder ?? ''),
  ),
];
