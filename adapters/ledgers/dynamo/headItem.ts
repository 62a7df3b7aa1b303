import type { AttributeValue } from '@aws-sdk/client-dynamodb';
import * as d from '../../../core/decode.ts';
import type { LedgerState } from '../../../core/ledgerState.ts';
import { LedgerFailure } from '../../../run/portErrors.ts';
import { decodeFailing, readTurns } from '../decodeItems.ts';
import { FORMAT, formatOf, WrittenByNewer } from '../storedForm.ts';
import type { Item } from './dynamoTable.ts';
import { numberOf } from './storedAttributes.ts';

/**
 * The one item of a target by which passes keep apart. It says who holds the lease, and in which epoch the live items
 * are: those of any other epoch are nobody's.
 */
export interface Head extends Pick<LedgerState, 'lastListing' | 'failing' | 'turns'> {
  readonly epoch: number;
}

/** Its sort key. */
export const HEAD = 'head';

/** Its attributes, by the names that expressions use. */
export const NAMES = {
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

export function valuesOf({ epoch, lastListing, failing, turns }: Head): Record<string, AttributeValue> {
  return {
    ':epoch': { N: String(epoch) },
    ':listing': lastListing === null ? { NULL: true } : { S: lastListing },
    ':format': { N: String(FORMAT) },
    ':turns': { S: JSON.stringify(turns) },
    ':failing': failing === null ? { NULL: true } : { S: JSON.stringify(failing) },
  };
}

/** Fail closed: a head that cannot be read is not the head of an empty ledger. */
export function readHead(item: Item | undefined, partition: string, table: string): Head {
  if (item === undefined) return { epoch: 0, lastListing: null, failing: null, turns: {} };
  try {
    const needs = formatOf(numberOf(item.needs), 'needs');
    if (needs > FORMAT) throw new WrittenByNewer(needs);
    return {
      epoch: number(item[NAMES['#epoch']]),
      lastListing: orNothing(item[NAMES['#listing']], d.instant, 'lastListing'),
      failing: orNothing(
        item[NAMES['#failing']],
        (raw, path) => decodeFailing(parsed(raw, path), path),
        'failing',
      ),
      turns: turnsOf(item[NAMES['#turns']]),
    };
  } catch (error) {
    if (error instanceof WrittenByNewer)
      throw new LedgerFailure(
        `ledger table \`${table}\`: item \`${HEAD}\` of \`${partition}\` was written by a newer release: it ${error.message}; ` +
          'upgrade again, and leave it as it is: nothing is lost',
      );
    if (!(error instanceof d.Malformed)) throw error;
    // Without `epoch` the live items would be out of sight: that one is never to be taken out.
    throw new LedgerFailure(
      `ledger table \`${table}\`: item \`${HEAD}\` of \`${partition}\` is damaged: ${error.message}; restore it, or, unless it is ` +
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

export function number(value: AttributeValue | undefined): number {
  return value === undefined ? 0 : d.integer(0)(value.N === undefined ? null : Number(value.N), 'epoch');
}

export function names(...aliases: string[]): Record<string, string> {
  return Object.fromEntries(Object.entries(NAMES).filter(([alias]) => aliases.includes(alias)));
}
