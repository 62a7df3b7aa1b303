import type { AttributeValue } from '@aws-sdk/client-dynamodb';
import * as d from '../../../core/decoders.ts';
import type { TargetHealth } from '../../../core/health.ts';
import type { LedgerState } from '../../../core/ledgerState.ts';
import { LedgerFailure } from '../../../run/portErrors.ts';
import { decodeFailing, readTurns } from '../decodeItems.ts';
import { STORED_NAMES } from '../formats/storedNames.ts';
import { LEDGER_FORMAT, readFormat, WrittenByNewer } from '../storedForm.ts';
import { encodeHealth, readHealth } from '../storedHealth.ts';
import type { TableItem } from './dynamoTable.ts';
import { numberAttribute } from './storedAttributes.ts';

/**
 * The head: the item of a target that has the lease, by which runs exclude each other, and the current epoch. Only the state items
 * of the current epoch are valid.
 */
export interface Head extends WrittenHead {
  readonly health: LedgerState['health'];
}

/** The part of the head that every write of the state writes. The health is written only when the lease is released. */
export interface WrittenHead extends Pick<LedgerState, 'lastListing' | 'failing' | 'turns'> {
  readonly epoch: number;
}

/** The sort key of the head. */
export const HEAD_SORT_KEY = 'head';

/** The attributes of the head, by the names that expressions use. */
export const HEAD_ATTRIBUTES = {
  '#token': 'token',
  '#until': 'until',
  '#epoch': 'epoch',
  '#last': 'lastEpoch',
  '#dirty': 'dirty',
  '#released': 'releasedBy',
  '#listing': 'lastListing',
  '#failing': 'failing',
  '#turns': 'turns',
  '#format': 'format',
  '#health': 'health',
};

export function headValues({
  epoch,
  lastListing,
  failing,
  turns,
}: WrittenHead): Record<string, AttributeValue> {
  return {
    ':epoch': { N: String(epoch) },
    ':listing': lastListing === null ? { NULL: true } : { S: lastListing },
    ':format': { N: String(LEDGER_FORMAT) },
    ':turns': { S: JSON.stringify(turns) },
    ':failing':
      failing === null ? { NULL: true } : { S: JSON.stringify(STORED_NAMES.failing.toOld(failing)) },
  };
}

export function healthValues(health: TargetHealth): Record<string, AttributeValue> {
  return { ':health': { S: JSON.stringify(encodeHealth(health)) } };
}

/** Fail closed: an unreadable head is an error, not an empty ledger. */
export function decodeHead(item: TableItem | undefined, partition: string, table: string): Head {
  if (item === undefined) return { epoch: 0, lastListing: null, failing: null, turns: {}, health: null };
  try {
    const needs = readFormat(numberAttribute(item.needs), 'needs');
    if (needs > LEDGER_FORMAT) throw new WrittenByNewer(needs);
    return {
      epoch: decodeEpoch(item[HEAD_ATTRIBUTES['#epoch']]),
      lastListing: decodeOptional(item[HEAD_ATTRIBUTES['#listing']], d.instant, 'lastListing'),
      failing: decodeOptional(
        item[HEAD_ATTRIBUTES['#failing']],
        (raw, path) => decodeFailing(parseJson(raw, path), path),
        'failing',
      ),
      turns: parseTurns(item[HEAD_ATTRIBUTES['#turns']]),
      health: parseHealth(item[HEAD_ATTRIBUTES['#health']]),
    };
  } catch (error) {
    if (error instanceof WrittenByNewer)
      throw new LedgerFailure(
        `ledger table \`${table}\`: item \`${HEAD_SORT_KEY}\` of \`${partition}\` was written by a newer release: it ${error.message}; ` +
          'upgrade again and do not change the item: nothing is lost',
      );
    if (!(error instanceof d.Malformed)) throw error;
    // Without `epoch`, the state items would not be found, so `epoch` must not be removed.
    throw new LedgerFailure(
      `ledger table \`${table}\`: item \`${HEAD_SORT_KEY}\` of \`${partition}\` is damaged: ${error.message}; restore it, or remove that ` +
        'attribute, unless it is `epoch`',
    );
  }
}

function decodeOptional<T>(value: AttributeValue | undefined, decode: d.Decoder<T>, path: string): T | null {
  return value === undefined || value.NULL === true ? null : decode(value.S, path);
}

function parseTurns(value: AttributeValue | undefined): LedgerState['turns'] {
  try {
    return readTurns(JSON.parse(value?.S ?? '{}'));
  } catch (error) {
    if (error instanceof SyntaxError) return {};
    throw error;
  }
}

export function parseHealth(value: AttributeValue | undefined): LedgerState['health'] {
  try {
    return value === undefined ? null : readHealth(JSON.parse(value.S ?? ''));
  } catch (error) {
    if (error instanceof SyntaxError) return 'unreadable';
    throw error;
  }
}

function parseJson(raw: unknown, path: string): unknown {
  try {
    return JSON.parse(d.string(raw, path));
  } catch (error) {
    if (error instanceof d.Malformed) throw error;
    throw new d.Malformed(path, 'JSON', raw);
  }
}

export function decodeEpoch(value: AttributeValue | undefined): number {
  return value === undefined ? 0 : d.integer(0)(value.N === undefined ? null : Number(value.N), 'epoch');
}

export function attributeNames(...aliases: string[]): Record<string, string> {
  return Object.fromEntries(Object.entries(HEAD_ATTRIBUTES).filter(([alias]) => aliases.includes(alias)));
}
