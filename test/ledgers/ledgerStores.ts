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
import { type Dynamo, startDynalite, startMoto } from '../support/dynamo.ts';
import { isInstalled } from '../support/installedPrograms.ts';
import { writeTempFiles } from '../support/tempFiles.ts';

/** Every ledger there is. */
export interface Store {
  readonly name: string;
  /** a test that needs what npm cannot install skips, and says so by its name */
  readonly isHere: boolean;
  /** Called once where its tests are described: starts what it stands on, and stops it after them. */
  readonly prepare: () => {
    begin(clock: Clock): Promise<Begun>;
  };
}

/** A new store. */
interface Begun {
  /** a way to reach it, anew with every call */
  readonly reach: () => Ledger;
  /** Writes any value where an item such as `sighting/dxvif-…` is, or is not. */
  readonly damage: (key: string, name: string, value: unknown) => Promise<void>;
  /** Writes an item as some release would store it. */
  readonly plant: (key: string, name: string, stored: StoredValue) => Promise<void>;
  /** Writes a record as some release would store it. @param name such as `receipt/dxvif-…` */
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
            // As release 0.1.0 writes: without a format number.
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

const nothing = (): Promise<never> => Promise.reject(new Error('it has no stored form'));

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
];
