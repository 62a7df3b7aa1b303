import type { WriteRequest } from '@aws-sdk/client-dynamodb';
import type { LedgerState } from '../../../core/ledgerState.ts';
import { type Items, readItems, type StoredItem, storedItem } from '../ledgerItems.ts';
import {
  type Item,
  keyOf,
  livePartition,
  put,
  remove,
  TABLE_KEYS,
  type Table,
  textOf,
} from './dynamoTable.ts';
import { HEAD, NAMES } from './headItem.ts';
import { attributesOf, storedOf } from './storedAttributes.ts';

/** Items of one epoch: sort key `0000000001/sighting/dxvif-…`. */

export async function readEpoch(table: Table, key: string, epoch: number): Promise<LedgerState> {
  return stateOf(await table.query(livePartition(key), { begins: prefix(epoch) }), table);
}

/**
 * The same for whoever holds the lease, still in one query: the head comes after the items of every epoch.
 * @returns `null` when the lease is another's by then: whoever took over moves the items away
 */
export async function readHeldEpoch(
  table: Table,
  key: string,
  epoch: number,
  token: string,
): Promise<LedgerState | null> {
  const items = await table.query(livePartition(key), { from: prefix(epoch) });
  const head = items.find((item) => textOf(item, TABLE_KEYS.sort) === HEAD);
  if (textOf(head, NAMES['#token']) !== token) return null;
  return stateOf(
    items.filter((item) => textOf(item, TABLE_KEYS.sort)?.startsWith(prefix(epoch))),
    table,
  );
}

function stateOf(items: readonly Item[], table: Table): LedgerState {
  return readItems(
    items.map((item): StoredItem => [nameOf(item), () => storedOf(item)]),
    `ledger table \`${table.name}\``,
  );
}

export function putsOf(key: string, epoch: number, items: Items): WriteRequest[] {
  return Object.entries(items).map(([name, value]) =>
    put({
      ...keyOf(livePartition(key), `${prefix(epoch)}${name}`),
      ...attributesOf(storedItem(name, value)),
    }),
  );
}

export function removalsOf(key: string, epoch: number, names: readonly string[]): WriteRequest[] {
  return names.map((name) => remove(livePartition(key), `${prefix(epoch)}${name}`));
}

/** Copies items as they are, damaged ones too. Nobody reads the new epoch before the head names it. */
export async function moveEpoch(table: Table, key: string, from: number, to: number): Promise<void> {
  const partition = livePartition(key);
  const items = await table.query(partition, { begins: prefix(from) });
  await table.writeAll(
    items.map((item) => put({ ...item, ...keyOf(partition, `${prefix(to)}${nameOf(item)}`) })),
  );
}

/**
 * What is left of epochs that are over, a late write among it. Never of later ones: whoever has lost the lease meanwhile
 * would take away what its holder remembers.
 */
export async function removeEpochsBefore(table: Table, key: string, epoch: number): Promise<void> {
  const partition = livePartition(key);
  const items = await table.query(partition, { from: '0' });
  const left = items
    .map((item) => textOf(item, TABLE_KEYS.sort) ?? '')
    .filter((sort) => EPOCH.test(sort) && sort < prefix(epoch));
  await table.writeAll(left.map((sort) => remove(partition, sort)));
}

const EPOCH = /^\d{10}\//;

function prefix(epoch: number): string {
  return `${String(epoch).padStart(10, '0')}/`;
}

function nameOf(item: Item): string {
  return (textOf(item, TABLE_KEYS.sort) ?? '').replace(EPOCH, '');
}
