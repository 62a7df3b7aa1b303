import type { AttributeValue } from '@aws-sdk/client-dynamodb';
import * as d from '../../../core/decode.ts';
import { readFormat, type StoredValue } from '../storedForm.ts';
import { type TableItem, textAttribute } from './dynamoTable.ts';

/**
 * A stored value as attributes of a DynamoDB item: `data` and `more` as JSON, `format`, and `needs` where it is not 1.
 * Release 0.1.0 writes and reads `data` alone, and so drops the others when it writes an item again.
 */
export function toAttributes({ format, needs, data, more }: StoredValue): Record<string, AttributeValue> {
  return {
    data: { S: JSON.stringify(data) },
    format: { N: String(format) },
    ...(needs > 1 ? { needs: { N: String(needs) } } : {}),
    ...(more === null ? {} : { more: { S: JSON.stringify(more) } }),
  };
}

/** @throws Malformed */
export function fromAttributes(item: TableItem): StoredValue {
  return {
    format: readFormat(numberAttribute(item.format), 'format'),
    needs: readFormat(numberAttribute(item.needs), 'needs'),
    data: parsed(textAttribute(item, 'data'), 'data'),
    more: item.more === undefined ? null : d.record(parsed(textAttribute(item, 'more'), 'more'), 'more'),
  };
}

/** `NaN` is no number that can be read; `undefined` is none. */
export function numberAttribute(value: AttributeValue | undefined): number | undefined {
  return value === undefined ? undefined : Number(value.N);
}

function parsed(text: string | null, path: string): unknown {
  try {
    return JSON.parse(text ?? '');
  } catch {
    throw new d.Malformed(path, 'JSON', text);
  }
}
