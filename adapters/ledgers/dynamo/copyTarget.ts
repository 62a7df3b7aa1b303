import { LedgerFailure } from '../../../run/portErrors.ts';
import type { Clock } from '../../../run/ports.ts';
import { createLease, MAX_LEASE_MS } from '../lease.ts';
import {
  historyPartition,
  itemKey,
  livePartition,
  policyPartition,
  putRequest,
  TABLE_KEYS,
  type Table,
  type TableItem,
  textAttribute,
} from './dynamoTable.ts';
import { createFencedToken, fetchHead, type TakenLease, takeLease, updateHead } from './leaseStore.ts';
import { deleteEpochsBefore, epochPrefix, itemName } from './stateItems.ts';

/** What was copied of one target. */
export interface CopiedTarget {
  /** observations, intents, acceptances and queued events */
  readonly items: number;
  /** receipts and records of ended requests */
  readonly records: number;
  readonly receipts: number;
  /** the last complete listing */
  readonly listedAt: string;
}

interface Held extends TakenLease {
  readonly token: string;
}

/**
 * Copies the ledger of one target into the table of another deployment, where it replaces what that table has of the target. The lease
 * is held in both tables, so no run works meanwhile. The items are written into an epoch that is not read, and one update of the head
 * makes them current: a copy that is interrupted changes nothing. Nothing is deleted in `from`.
 * @param key of the recipient
 * @throws LedgerFailure
 */
export async function copyTarget(from: Table, to: Table, key: string, clock: Clock): Promise<CopiedTarget> {
  const listedAt = (await fetchHead(from, livePartition(key))).lastListing;
  // Fail closed: an empty ledger would replace one that has a state.
  if (listedAt === null)
    throw new LedgerFailure(
      `ledger table \`${from.name}\` has no complete listing of ${key}: there is nothing to copy; check the table, the region and the policy file`,
    );
  return await underLease(from, key, clock, (source) =>
    underLease(to, key, clock, (target) => copyUnderLeases({ from, to, key, source, target })),
  );
}

async function underLease<T>(
  table: Table,
  key: string,
  clock: Clock,
  work: (held: Held) => Promise<T>,
): Promise<T> {
  const now = clock.now();
  const lease = createLease(now, MAX_LEASE_MS, createFencedToken());
  const taken = await takeLease(table, livePartition(key), lease, now);
  if (taken === null)
    throw new LedgerFailure(
      `a run holds the lease on ${key} in table \`${table.name}\`; copy again when it has ended, after at most 20 minutes`,
    );
  try {
    return await work({ ...taken, token: lease.token });
  } finally {
    // After the copy the lease is released already. If this fails, the lease expires.
    await updateHead(table, livePartition(key), lease.token, { release: true }).catch(() => false);
  }
}

interface Copy {
  readonly from: Table;
  readonly to: Table;
  readonly key: string;
  readonly source: Held;
  readonly target: Held;
}

async function copyUnderLeases({ from, to, key, source, target }: Copy): Promise<CopiedTarget> {
  const live = livePartition(key);
  if (source.isAbandoned)
    throw new LedgerFailure(
      `a run of release 0.1.0 may still write to ${key} in table \`${from.name}\`; copy after a run of this release`,
    );
  const { lastListing: listedAt } = source;
  if (listedAt === null)
    throw new LedgerFailure(`the last listing of ${key} in \`${from.name}\` was removed`);
  const items = await from.query(live, { begins: epochPrefix(source.epoch) });
  const records = await readHistory(from, key);
  await refuseToLose({ from, to, key, epoch: target.epoch, items, records });

  const epoch = target.unusedEpoch;
  const moved = items.map((item) => ({
    ...item,
    ...itemKey(live, `${epochPrefix(epoch)}${itemName(item)}`),
  }));
  await to.writeAll(
    [...(await readPolicies(from, [...items, ...records])), ...records, ...moved].map(putRequest),
  );

  await requireLease(from, live, source.token, {}, key);
  const { failing, turns, health } = source;
  await requireLease(
    to,
    live,
    target.token,
    {
      head: { epoch, lastListing: listedAt, failing, turns },
      health: health === 'unreadable' ? undefined : (health ?? undefined),
      release: true,
    },
    key,
  );
  await deleteEpochsBefore(to, key, epoch);
  const receipts = records.filter((item) => isReceipt(sortKey(item))).length;
  return { items: items.length, records: records.length, receipts, listedAt };
}

async function requireLease(
  table: Table,
  partition: string,
  token: string,
  update: Parameters<typeof updateHead>[3],
  key: string,
): Promise<void> {
  if (!(await updateHead(table, partition, token, update)))
    throw new LedgerFailure(
      `the lease on ${key} in table \`${table.name}\` was lost to another run; copy again`,
    );
}

/** Refuses to replace a ledger by which something was accepted, or is being accepted, that the copy does not have. */
async function refuseToLose({
  from,
  to,
  key,
  epoch,
  items,
  records,
}: Pick<Copy, 'from' | 'to' | 'key'> & {
  readonly epoch: number;
  readonly items: readonly TableItem[];
  readonly records: readonly TableItem[];
}): Promise<void> {
  const replaced = await to.query(livePartition(key), { begins: epochPrefix(epoch) });
  const [names, sorts] = [new Set(items.map(itemName)), new Set(records.map(sortKey))];
  const lost = [
    ...replaced.map(itemName).filter((name) => name.startsWith('intent/') && !names.has(name)),
    ...(await readHistory(to, key)).map(sortKey).filter((sort) => isReceipt(sort) && !sorts.has(sort)),
  ];
  const [first] = lost;
  if (first !== undefined)
    throw new LedgerFailure(
      `ledger table \`${to.name}\` has acceptances of ${key} that \`${from.name}\` does not have: ${first}` +
        `${lost.length === 1 ? '' : ` and ${lost.length - 1} more`}; keep that ledger: the receipts of \`${from.name}\` stay there`,
    );
}

const readHistory = (table: Table, key: string): Promise<TableItem[]> =>
  // Sort keys begin with an instant.
  table.query(historyPartition(key), { from: '0' });

/** The archived policies that items name by their digests. */
async function readPolicies(from: Table, items: readonly TableItem[]): Promise<TableItem[]> {
  const digests = new Set(
    items.flatMap((item) => textAttribute(item, 'data')?.match(/sha256:[0-9a-f]{64}/g) ?? []),
  );
  const parts: TableItem[] = [];
  for (const digest of digests)
    parts.push(...(await from.query(policyPartition(digest), { begins: 'part/' })));
  return parts;
}

const sortKey = (item: TableItem): string => textAttribute(item, TABLE_KEYS.sort) ?? '';

const isReceipt = (sort: string): boolean => sort.split('/')[1] === 'receipt';
