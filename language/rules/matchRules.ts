import { MATCH_FIELD_NAMES } from '../../core/fields/match.ts';
import type { Provider } from '../../core/model.ts';
import type { Finding } from '../diagnostic.ts';
import { LANGUAGE_FIELDS } from '../fields/matchFields.ts';
import { parseInstant } from '../isoTime.ts';
import {
  type PartialPolicy,
  readableGrants,
  readableItems,
  readableMatches,
  readableOwners,
} from '../partialPolicy.ts';

/** A field that the provider never returns would match nothing in a grant, and everything in a `hold` line. */
export function noUnreturnedField(draft: PartialPolicy): Finding[] {
  const provider = draft.recipient?.provider;
  if (provider === undefined) return [];
  return readableMatches(draft).flatMap(({ value, path }) =>
    MATCH_FIELD_NAMES.filter((field) => Object.hasOwn(value, field) && !returns(provider, field)).map(
      (field) => ({
        path: [...path, field],
        at: 'value',
        code: 'unreturned-field',
        message: `\`${provider}\` never returns \`${field}\`, so nobody could tell whether it fits`,
        fix: 'remove it',
      }),
    ),
  );
}

function returns(provider: Provider, field: keyof typeof LANGUAGE_FIELDS): boolean {
  const providers: readonly Provider[] = LANGUAGE_FIELDS[field].providers;
  return providers.includes(provider);
}

/** A grant holds at some time. */
export function noEmptyInterval(draft: PartialPolicy): Finding[] {
  return readableOwners(draft)
    .flatMap(readableGrants)
    .flatMap(({ value, path }): Finding[] => {
      const from = value.from === undefined ? null : parseInstant(value.from);
      const until = value.until === undefined ? null : parseInstant(value.until);
      if (from === null || until === null || Date.parse(from) < Date.parse(until)) return [];
      const message = `the grant never holds: it ends at ${until} and begins at ${from}`;
      const fix = 'write an `until` that is later than `from`';
      return [{ path: [...path, 'until'], at: 'value', code: 'empty-interval', message, fix }];
    });
}

/** A `hold` line says what it holds; everything is held by `freeze`. */
export function noEmptyHoldRule(draft: PartialPolicy): Finding[] {
  return readableItems(draft.hold, ['hold'])
    .filter(({ value }) => Object.keys(value).every((key) => key === 'reason'))
    .map(({ path }) => ({
      path,
      at: 'value',
      code: 'no-predicate',
      message: 'the line does not say what to hold',
      fix: 'add a field such as `connection:`; `freeze: true` holds everything',
    }));
}
