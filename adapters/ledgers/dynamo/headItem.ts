import type { AttributeValue } from '@aws-sdk/client-dynamodb';
import * as d from '../../../core/decode.ts';
import type { LedgerState } from '../../../core/ledgerState.ts';
import { LedgerFailure } from '../../../run/portErrors.ts';
import { decodeFailing, readTurns } from '../decodeItems.ts';
import { STORED_NAMES } from '../formats/storedNames.ts';
import { LEDGER_FORMAT, readFormat, WrittenByNewer } from '../storedForm.ts';
import type { TableItem } from './dynamoTable.ts';
import { numberAttribute } from './storedAttributes.ts';

/**
 * The one item of a target by which passes keep apart. It says who holds the lease, and in which epoch the live items
 * are: those of any other epoch are nobody's.
 */
export interface Head extends Pick<LedgerState, 'lastListing' | 'failing' | 'turns'> {
  readonly epoch: number;
}

/** Its sort key. */
export const HEAD_SORT_KEY = 'head';

/** Its attributes, by the names that expressions use. */
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
};

export function headValues({ epoch, lastListing, failing, turns }: Head): Record<string, AttributeValue> {
  return {
    ':epoch': { N: String(epoch) },
    ':listing': lastListing === null ? { NULL: true } : { S: lastListing },
    ':format': { N: String(LEDGER_FORMAT) },
    ':turns': { S: JSON.stringify(turns) },
    ':failing':
      failing === null ? { NULL: true } : { S: JSON.stringify(STORED_NAMES.failing.toOld(failing)) },
  };
}

/** Fail closed: a head that cannot be read is not the head of an empty ledger. */
export function decodeHead(item: TableItem | undefined, partition: string, table: string): Head {
  if (item === undefined) return { epoch: 0, lastListing: null, failing: null, turns: {} };
  try {
    const needs = readFormat(numberAttribute(item.needs), 'needs');
    if (needs > LEDGER_FORMAT) throw new WrittenByNewer(needs);
    return {
      epoch: decodeEpoch(item[HEAD_ATTRIBUTES['#epoch']]),
      lastListing: orNothing(item[HEAD_ATTRIBUTES['#listing']], d.instant, 'lastListing'),
      failing: orNothing(
        item[HEAD_ATTRIBUTES['#failing']],
        (raw, path) => decodeFailing(parsed(raw, path), path),
        'failing',
      ),
      turns: turnsOf(item[HEAD_ATTRIBUTES['#turns']]),
    };
  } catch (error) {
    if (error instanceof WrittenByNewer)
      throw new LedgerFailure(
        `ledger table \`${table}\`: item \`${HEAD_SORT_KEY}\` of \`${partition}\` was written by a newer release: it ${error.message}; ` +
          'upgrade again, and leave it as it is: nothing is lost',
      );
    if (!(error instanceof d.Malformed)) throw error;
    // Without `epoch` the live items would be out of sight: that one is never to be taken out.
    throw new LedgerFailure(
      `ledger table \`${table}\`: item \`${HEAD_SORT_KEY}\` of \`${partition}\` is damaged: ${error.message}; restore it, or, unless it is ` +
        '`epoch`, take that attribute out',
    );
  }
}

function orNothing<T>(value: AttributeValue | undefined, decode: d.Decoder<T>, path: string): T | null {
  return value === undefined || value.NULL === true ? null : decode(value.S, path);
}

function turnsOf(value: AttributeValue | undefined): LedgerState['turns'] {
  try {
    return readTurns(JSON.parse(value?.S ?? '{}'));
  } catch (error) {
    if (error instanceof SyntaxError) return {};
    throw error;
  }
}

function parsed(raw: unknown, path: string): unknown {
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
