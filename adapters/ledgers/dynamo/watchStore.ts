import { setTimeout as pause } from 'node:timers/promises';
import { BatchGetItemCommand, GetItemCommand, PutItemCommand } from '@aws-sdk/client-dynamodb';
import * as d from '../../../core/decoders.ts';
import type { EventOrigin } from '../../../core/events/event.ts';
import type { LedgerState } from '../../../core/ledgerState.ts';
import { PROVIDERS } from '../../../core/model.ts';
import { EMPTY_WATCH_STATE, type WatchState } from '../../../core/watchTargets.ts';
import { LedgerFailure } from '../../../run/portErrors.ts';
import {
  itemKey,
  livePartition,
  TABLE_KEYS,
  type Table,
  type TableItem,
  textAttribute,
} from './dynamoTable.ts';
import { attributeNames, HEAD_ATTRIBUTES, HEAD_SORT_KEY, parseHealth } from './headItem.ts';
import { numberAttribute } from './storedAttributes.ts';

/** What the watcher reads of a target. */
export interface WatchedHead {
  readonly health: LedgerState['health'];
  /** the last complete listing by a run that released the lease; `null`: there is none, or a run has the lease or was killed */
  readonly listedAt: string | null;
}

const NO_HEAD: WatchedHead = { health: null, listedAt: null };
/** The most items that one call reads. */
const MAX_KEYS = 100;
/** How often a call is sent when the table processes only a part of it. */
const MAX_ROUNDS = 6;

/**
 * Reads the heads of targets, eventually consistent: the watcher runs every minute, and decides nothing about requests.
 * @param keys recipient keys
 * @returns by recipient key; a target without a head has one without health
 * @throws LedgerFailure
 */
export async function readHeads(
  table: Table,
  keys: readonly string[],
): Promise<ReadonlyMap<string, WatchedHead>> {
  const partitions = new Map(keys.map((key) => [livePartition(key), key]));
  const heads = new Map<string, WatchedHead>(keys.map((key) => [key, NO_HEAD]));
  for (let i = 0; i < keys.length; i += MAX_KEYS)
    for (const item of await readHeadItems(table, [...partitions.keys()].slice(i, i + MAX_KEYS))) {
      const key = partitions.get(textAttribute(item, TABLE_KEYS.partition) ?? '');
      // Fail closed: an item that was not asked for would be the health of another target.
      if (key === undefined)
        throw new LedgerFailure(
          `ledger table \`${table.name}\`: BatchGetItem returned an item that was not asked for; check the endpoint`,
        );
      heads.set(key, toWatchedHead(item));
    }
  return heads;
}

async function readHeadItems(table: Table, partitions: readonly string[]): Promise<TableItem[]> {
  const items: TableItem[] = [];
  let left: Record<string, TableItem[string]>[] = partitions.map((partition) =>
    itemKey(partition, HEAD_SORT_KEY),
  );
  for (let round = 0; left.length > 0; round += 1) {
    if (round === MAX_ROUNDS)
      throw new LedgerFailure(
        `ledger table \`${table.name}\`: ${left.length} heads could not be read (throttled); the next invocation tries again`,
      );
    if (round > 0) await pause(50 * 2 ** round);
    const Keys = left;
    const answer = await table.callIfConditionHolds('BatchGetItem', (client, name, options) =>
      client.send(
        new BatchGetItemCommand({
          RequestItems: {
            [name]: {
              Keys,
              ProjectionExpression: '#pk, #listing, #released, #health',
              ExpressionAttributeNames: {
                '#pk': TABLE_KEYS.partition,
                ...attributeNames('#listing', '#released', '#health'),
              },
            },
          },
        }),
        options,
      ),
    );
    items.push(...(answer?.Responses?.[table.name] ?? []));
    left = answer?.UnprocessedKeys?.[table.name]?.Keys ?? [];
  }
  return items;
}

function toWatchedHead(item: TableItem): WatchedHead {
  const listing = textAttribute(item, HEAD_ATTRIBUTES['#listing']);
  const isReleased = textAttribute(item, HEAD_ATTRIBUTES['#released']) !== null;
  return {
    health: parseHealth(item[HEAD_ATTRIBUTES['#health']]),
    // A damaged head is a failure of every run, so the watcher needs not report it.
    listedAt: isReleased && listing !== null && !Number.isNaN(Date.parse(listing)) ? listing : null,
  };
}

/** The state of the watcher in the table, with the version by which two watchers exclude each other. */
export interface StoredWatchState {
  readonly state: WatchState;
  /** 0: nothing is stored */
  readonly version: number;
  /** why the stored state cannot be read, so that it counts as empty; `null`: it was read */
  readonly problem: string | null;
}

/** The partition of the watcher of a deployment. Its role's IAM policy names it. */
export function watchPartition(deployment: string): string {
  return `watch#${deployment}`;
}

const SORT_KEY = 'alerts';
const FORMAT = 1;

const decodeOrigin = d.openObject<EventOrigin>({
  target: d.string,
  provider: d.oneOf(PROVIDERS),
  region: d.string,
  account: d.string,
  policy: d.openObject<EventOrigin['policy']>({ digest: d.string, revision: d.string }),
});

const decodeStored = d.openObject<WatchState>({
  firstWatched: d.map(d.instant),
  raised: d.map(d.map(d.instant)),
  origins: d.map(decodeOrigin),
});

function decodeWatchState(raw: unknown): WatchState {
  // Additive key: a state without it names no target.
  return decodeStored({ origins: {}, ...d.record(raw, '') }, '');
}

/** @throws LedgerFailure */
export async function readWatchState(table: Table, deployment: string): Promise<StoredWatchState> {
  const answer = await table.callIfConditionHolds('GetItem', (client, name, options) =>
    client.send(
      new GetItemCommand({
        TableName: name,
        Key: itemKey(watchPartition(deployment), SORT_KEY),
        ConsistentRead: true,
      }),
      options,
    ),
  );
  const item = answer?.Item;
  if (item === undefined) return { state: EMPTY_WATCH_STATE, version: 0, problem: null };
  const version = numberAttribute(item.version) ?? 0;
  try {
    d.oneOf([FORMAT])(numberAttribute(item.format), 'format');
    return {
      state: decodeWatchState(JSON.parse(textAttribute(item, 'data') ?? '')),
      version,
      problem: null,
    };
  } catch (error) {
    if (!(error instanceof d.Malformed || error instanceof SyntaxError)) throw error;
    // Fail closed: alerts are published again, which is better than not at all.
    const cause = error instanceof d.Malformed ? error.message : 'it is not JSON';
    const problem = `item \`${SORT_KEY}\` of \`${watchPartition(deployment)}\` in ledger table \`${table.name}\` is damaged: ${cause}; it is replaced`;
    return { state: EMPTY_WATCH_STATE, version, problem };
  }
}

/**
 * Writes the state, unless another watcher wrote it since it was read.
 * @returns whether it was written
 * @throws LedgerFailure
 */
export async function writeWatchState(
  table: Table,
  deployment: string,
  state: WatchState,
  version: number,
): Promise<boolean> {
  const answer = await table.callIfConditionHolds('PutItem', (client, name, options) =>
    client.send(
      new PutItemCommand({
        TableName: name,
        Item: {
          ...itemKey(watchPartition(deployment), SORT_KEY),
          format: { N: String(FORMAT) },
          version: { N: String(version + 1) },
          data: { S: JSON.stringify(state) },
        },
        ConditionExpression: version === 0 ? 'attribute_not_exists(#version)' : '#version = :version',
        ExpressionAttributeNames: { '#version': 'version' },
        ...(version === 0 ? {} : { ExpressionAttributeValues: { ':version': { N: String(version) } } }),
      }),
      options,
    ),
  );
  return answer !== null;
}
