import { MATCH_FIELD_NAMES } from '../../core/fields/match.ts';
import { returnsField } from '../../core/providers.ts';
import type { Finding } from '../diagnostic.ts';
import { parseInstant } from '../isoTime.ts';
import { type PartialPolicy, readableGrants, readableMatches, readableOwners } from '../partialPolicy.ts';
import { readableItems } from '../readDocument.ts';

/** A field that the provider never returns would match nothing in a grant, and everything in a hold rule. */
export function noUnreturnedField(policy: PartialPolicy): Finding[] {
  const provider = policy.recipient?.provider;
  if (provider === undefined) return [];
  return readableMatches(policy).flatMap(({ value, path }) =>
    MATCH_FIELD_NAMES.filter((field) => Object.hasOwn(value, field) && !returnsField(provider, field)).map(
      (field) => ({
        path: [...path, field],
        at: 'value',
        code: 'unreturned-field',
        message: `\`${provider}\` never returns \`${field}\`, so it cannot be matched`,
        fix: 'remove it',
      }),
    ),
  );
}

/** A grant is valid at some time: it does not end before it begins. */
export function noEmptyInterval(policy: PartialPolicy): Finding[] {
  return readableOwners(policy)
    .flatMap(readableGrants)
    .flatMap(({ value, path }): Finding[] => {
      const from = value.from === undefined ? null : parseInstant(value.from);
      const until = value.until === undefined ? null : parseInstant(value.until);
      if (from === null || until === null || Date.parse(from) < Date.parse(until)) return [];
      const message = `the grant is never valid: it ends at ${until} and begins at ${from}`;
      const fix = 'write an `until` that is later than `from`';
      return [{ path: [...path, 'until'], at: 'value', code: 'empty-interval', message, fix }];
    });
}

/** A hold rule has a field that selects requests: to hold everything is what `freeze` is for. */
export function noEmptyHoldRule(policy: PartialPolicy): Finding[] {
  return readableItems(policy.hold, ['hold'])
    .filter(({ value }) => Object.keys(value).every((key) => key === 'reason'))
    .map(({ path }) => ({
      path,
      at: 'value',
      code: 'no-predicate',
      message: 'the hold rule does not select any requests',
      fix: 'add a field such as `connection:`; `freeze: true` holds everything',
    }));
}
