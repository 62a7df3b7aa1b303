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

/** Reads the state items of an epoch. The sort key of an item begins with its epoch: `0000000001/sighting/dxvif-…`. */
export async function readEpoch(table: Table, key: string, epoch: number): Promise<LedgerState> {
  return toState(await table.query(livePartition(key), { begins: epochPrefix(epoch) }), table);
}

/**
 * Reads the items of an epoch and checks the lease in one query: the head sorts after the items of every epoch.
 * @returns `null` when another run has the lease by now, and may copy the items to another epoch
 */
export async function readEpochUnderLease(
  table: Table,
  key: string,
  epoch: number,
  token: string,
): Promise<LedgerState | null> {
  const items = await table.query(livePartition(key), { from: epochPrefix(epoch) });
  const head = items.find((item) => textAttribute(item, TABLE_KEYS.sort) === HEAD_SORT_KEY);
  if (textAttribute(head, HEAD_ATTRIBUTES['#token']) !== token) return null;
  return toState(
    items.filter((item) => textAttribute(item, TABLE_KEYS.sort)?.startsWith(epochPrefix(epoch))),
    table,
  );
}

function toState(items: readonly TableItem[], table: Table): LedgerState {
  return readItems(
    items.map((item): StoredItem => [itemName(item), () => fromAttributes(item)]),
    `ledger table \`${table.name}\``,
  );
}

/** Requests that write items of an epoch. */
export function putStateRequests(key: string, epoch: number, items: Items): WriteRequest[] {
  return Object.entries(items).map(([name, value]) =>
    putRequest({
      ...itemKey(livePartition(key), `${epochPrefix(epoch)}${name}`),
      ...toAttributes(toStoredItem(name, value)),
    }),
  );
}

/** Requests that delete items of an epoch. */
export function deleteStateRequests(key: string, epoch: number, names: readonly string[]): WriteRequest[] {
  return names.map((name) => deleteRequest(livePartition(key), `${epochPrefix(epoch)}${name}`));
}

/** Copies items unchanged, damaged ones too. The new epoch is not read until the head names it. */
export async function copyEpoch(table: Table, key: string, from: number, to: number): Promise<void> {
  const partition = livePartition(key);
  const items = await table.query(partition, { begins: epochPrefix(from) });
  await table.writeAll(
    items.map((item) =>
      putRequest({ ...item, ...itemKey(partition, `${epochPrefix(to)}${itemName(item)}`) }),
    ),
  );
}

/**
 * Deletes the items of earlier epochs, including late writes. Items of later epochs are kept, because this run may have lost the
 * lease to the run that uses them.
 */
export async function deleteEpochsBefore(table: Table, key: string, epoch: number): Promise<void> {
  const partition = livePartition(key);
  const items = await table.query(partition, { from: '0' });
  const left = items
    .map((item) => textAttribute(item, TABLE_KEYS.sort) ?? '')
    .filter((sort) => EPOCH.test(sort) && sort < epochPrefix(epoch));
  await table.writeAll(left.map((sort) => deleteRequest(partition, sort)));
}

const EPOCH = /^\d{10}\//;

export function epochPrefix(epoch: number): string {
  return `${String(epoch).padStart(10, '0')}/`;
}

export function itemName(item: TableItem): string {
  return (textAttribute(item, TABLE_KEYS.sort) ?? '').replace(EPOCH, '');
}
