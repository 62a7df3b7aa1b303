import type { AttributeValue } from '@aws-sdk/client-dynamodb';
import * as d from '../../../core/decoders.ts';
import { readFormat, type StoredValue } from '../storedForm.ts';
import { type TableItem, textAttribute } from './dynamoTable.ts';

/**
 * The attributes of a stored value in a DynamoDB item: `data` and `more` as JSON, `format`, and `needs` if it is not 1.
 * Release 0.1.0 knows only `data`, and so removes the other attributes when it writes an item again.
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
    data: parseJson(textAttribute(item, 'data'), 'data'),
    more: item.more === undefined ? null : d.record(parseJson(textAttribute(item, 'more'), 'more'), 'more'),
  };
}

/** `NaN` for an attribute that is not a number, `undefined` for a missing one. */
export function numberAttribute(value: AttributeValue | undefined): number | undefined {
  return value === undefined ? undefined : Number(value.N);
}

function parseJson(text: string | null, path: string): unknown {
  try {
    return JSON.parse(text ?? '');
  } catch {
    throw new d.Malformed(path, 'JSON', text);
  }
}
