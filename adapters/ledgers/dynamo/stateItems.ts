import type { WriteRequest } from '@aws-sdk/client-dynamodb';
import type { LedgerState } from '../../../core/ledgerState.ts';
import { type Items, readItems, type StoredItem, toStoredItem } from '../ledgerItems.ts';
import {
  deleteRequest,
  itemKey,
  livePartition,
  putRequest,
  TABLE_KEYS,
  type Table,
  type TableItem,
  textAttribute,
} from './dynamoTable.ts';
import { HEAD_ATTRIBUTES, HEAD_SORT_KEY } from './headItem.ts';
import { fromAttributes, toAttributes } from './storedAttributes.ts';

/** Items of one epoch: sort key `0000000001/sighting/dxvif-…`. */

export async function readEpoch(table: Table, key: string, epoch: number): Promise<LedgerState> {
  return stateOf(await table.query(livePartition(key), { begins: prefix(epoch) }), table);
}

/**
 * The same for whoever holds the lease, still in one query: the head comes after the items of every epoch.
 * @returns `null` when the lease is another's by then: whoever took over moves the items away
 */
export async function readEpochUnderLease(
  table: Table,
  key: string,
  epoch: number,
  token: string,
): Promise<LedgerState | null> {
  const items = await table.query(livePartition(key), { from: prefix(epoch) });
  const head = items.find((item) => textAttribute(item, TABLE_KEYS.sort) === HEAD_SORT_KEY);
  if (textAttribute(head, HEAD_ATTRIBUTES['#token']) !== token) return null;
  return stateOf(
    items.filter((item) => textAttribute(item, TABLE_KEYS.sort)?.startsWith(prefix(epoch))),
    table,
  );
}

function stateOf(items: readonly TableItem[], table: Table): LedgerState {
  return readItems(
    items.map((item): StoredItem => [nameOf(item), () => fromAttributes(item)]),
    `ledger table \`${table.name}\``,
  );
}

export function putStateRequests(key: string, epoch: number, items: Items): WriteRequest[] {
  return Object.entries(items).map(([name, value]) =>
    putRequest({
      ...itemKey(livePartition(key), `${prefix(epoch)}${name}`),
      ...toAttributes(toStoredItem(name, value)),
    }),
  );
}

export function deleteStateRequests(key: string, epoch: number, names: readonly string[]): WriteRequest[] {
  return names.map((name) => deleteRequest(livePartition(key), `${prefix(epoch)}${name}`));
}

/** Copies items as they are, damaged ones too. Nobody reads the new epoch before the head names it. */
export async function copyEpoch(table: Table, key: string, from: number, to: number): Promise<void> {
  const partition = livePartition(key);
  const items = await table.query(partition, { begins: prefix(from) });
  await table.writeAll(
    items.map((item) => putRequest({ ...item, ...itemKey(partition, `${prefix(to)}${nameOf(item)}`) })),
  );
}

/**
 * What is left of epochs that are over, a late write among it. Never of later ones: whoever has lost the lease meanwhile
 * would take away what its holder remembers.
 */
export async function deleteEpochsBefore(table: Table, key: string, epoch: number): Promise<void> {
  const partition = livePartition(key);
  const items = await table.query(partition, { from: '0' });
  const left = items
    .map((item) => textAttribute(item, TABLE_KEYS.sort) ?? '')
    .filter((sort) => EPOCH.test(sort) && sort < prefix(epoch));
  await table.writeAll(left.map((sort) => deleteRequest(partition, sort)));
}

const EPOCH = /^\d{10}\//;

function prefix(epoch: number): string {
  return `${String(epoch).padStart(10, '0')}/`;
}

function nameOf(item: TableItem): string {
  return (textAttribute(item, TABLE_KEYS.sort) ?? '').replace(EPOCH, '');
}
