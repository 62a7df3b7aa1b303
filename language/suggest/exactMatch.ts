import type { MatchFieldName } from '../../core/fields/evaluateMatch.ts';
import type { Provider, VirtualInterface } from '../../core/model.ts';
import { PROVIDER_TRAITS, returnsField } from '../../core/providers.ts';
import { type ExactCondition, inexact } from '../fields/languageField.ts';
import { FIELDS_AS_WRITTEN, LANGUAGE_FIELDS, type WrittenMatch } from '../fields/matchFields.ts';
import { findInvisibleCharacter } from '../yaml/hiddenCharacters.ts';

/** A `match` that is equal to one request in every field possible, and the fields that it does not restrict. */
export interface ExactMatch {
  readonly match: WrittenMatch;
  readonly unpinned: readonly Unpinned[];
}

/** A field that the grant does not restrict, or not exactly. */
export interface Unpinned {
  readonly field: MatchFieldName;
  /** the rest of a sentence, such as `the API does not return it` */
  readonly why: string;
}

/**
 * @param absent fields that the source of the request does not have
 * @param pins whether the match names the ID of the request: where the connection identifies the owner, the other fields are enough, and a
 * second request with the same values fits too
 */
export function buildExactMatch(
  request: VirtualInterface,
  provider: Provider,
  absent: ReadonlySet<MatchFieldName>,
  pins: boolean,
): ExactMatch {
  const fields = FIELDS_AS_WRITTEN.filter((field) => field !== 'id' || pins);
  const conditions = fields.map((field) => ({
    field,
    ...conditionOn(field, request, provider, absent),
  }));
  const match = conditions.flatMap(({ field, written }) => (written === null ? [] : [[field, written]]));
  return {
    // Every value is valid by the schema of its own field.
    match: Object.fromEntries(match) as WrittenMatch,
    unpinned: conditions.flatMap(({ field, why }) => (why === null ? [] : [{ field, why }])),
  };
}

function conditionOn(
  field: MatchFieldName,
  request: VirtualInterface,
  provider: Provider,
  absent: ReadonlySet<MatchFieldName>,
): ExactCondition {
  const condition: ExactCondition = LANGUAGE_FIELDS[field].exactCondition(request);
  const { written } = condition;
  // If the provider never returns the field, there is nothing to report, unless the request has a value all the same.
  if (!returnsField(provider, field))
    return written === null ? { written, why: null } : inexact(`a policy for ${provider} cannot match it`);
  if (absent.has(field)) return inexact('the file does not contain it');
  if (field === 'bgpKey' && written !== null && PROVIDER_TRAITS[provider].generatesKeys)
    return inexact(
      `${PROVIDER_TRAITS[provider].title} makes a key where none is offered, so that every session has one`,
    );
  // Fail closed: a value that the language does not allow, such as a name with a line break, must not make the policy invalid.
  return written !== null && !isValid(field, written)
    ? inexact(
        'a policy cannot contain its value: it has control or invisible characters, only spaces, or a form that the API does not document',
      )
    : condition;
}

function isValid(field: MatchFieldName, written: unknown): boolean {
  // The schema does not check the keys of a map; the indexes of a list are valid keys.
  const keys = typeof written === 'object' && written !== null ? Object.keys(written) : [];
  return LANGUAGE_FIELDS[field].schema.safeParse(written).success && keys.every(isKey);
}

function isKey(key: string): boolean {
  return key !== '' && key !== '__proto__' && findInvisibleCharacter(key) === null;
}
