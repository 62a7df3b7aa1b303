import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll } from 'vitest';
import { peekHead } from '../../lambda/adapters/ledgers/dynamo/head.ts';
import { createDynamoLedger } from '../../lambda/adapters/ledgers/dynamo/index.ts';
import { writeItems } from '../../lambda/adapters/ledgers/dynamo/live.ts';
import { livePartition } from '../../lambda/adapters/ledgers/dynamo/partitions.ts';
import { openTable } from '../../lambda/adapters/ledgers/dynamo/table.ts';
import { createFileLedger } from '../../lambda/adapters/ledgers/file/index.ts';
import { createMemoryLedger } from '../../lambda/adapters/ledgers/memory.ts';
import type { Clock, Ledger } from '../../lambda/ports.ts';
import { plant } from '../plant.ts';
import { startTables } from '../soak/cloud/startTable.ts';
import { type Dynamo, startDynalite, startMoto } from '../support/dynamo.ts';
import { isInstalled } from '../support/installed.ts';

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
            damage: async (key, name, value) => {
              const opened = openTable(table, dynamo.config);
              const { epoch } = await peekHead(opened, livePartition(key));
              await writeItems(opened, key, epoch, { [name]: value });
            },
          };
        },
      };
    },
  };
}

export const STORES: readonly Store[] = [
  {
    name: 'memory',
    isHere: true,
    prepare: () => ({
      begin: async (clock) => {
        const ledger = createMemoryLedger(clock);
        return { reach: () => ledger, damage: () => Promise.reject(new Error('nothing to damage')) };
      },
    }),
  },
  {
    name: 'file',
    isHere: true,
    prepare: () => ({
      begin: async (clock) => {
        const path = join(plant({}), 'state', 'ledger.json');
        return {
          reach: () => createFileLedger(path, clock),
          damage: async (key, name, value) => {
            const file = JSON.parse(readFileSync(path, 'utf8'));
            file.targets[key].items[name] = value;
            writeFileSync(path, JSON.stringify(file));
          },
        };
      },
    }),
  },
  onDynamo("the soak's table", true, startTables),
  onDynamo('DynamoDB (dynalite)', true, startDynalite),
  onDynamo('DynamoDB (moto_server, of pip)', isInstalled('moto_server', '--help'), startMoto),
];
