import * as z from 'zod';
import type { VirtualInterface } from '../../core/model.ts';
import { quote } from '../../core/printableText.ts';
import { globSets, matchingAnyGlob } from '../algebra/globSets.ts';
import {
  conditionOn,
  constrain,
  type Dimension,
  type FieldConstraint,
  givenOrAbsent,
  type NullableSet,
  nullableSets,
  onlyGiven,
  type Point,
  updateRequest,
} from '../algebra/setAlgebra.ts';
import { type FiniteSet, finiteSetOf, finiteSets, unusedText } from '../algebra/valueSets.ts';
import {
  checkedText,
  nonEmptyList,
  nonEmptyMap,
  plainText,
  sortedEntries,
  sortedSet,
  VISIBLE_TEXT_HINT,
} from '../scalarSchemas.ts';
import { findInvisibleCharacter } from '../yaml/hiddenCharacters.ts';
import { exact, exactValue, inexact, NOT_GIVEN } from './languageField.ts';

const nameDimension = {
  ...nullableSets(globSets),
  name: 'name',
  source: null,
  get: ({ request }: Point) => request.name,
  put: updateRequest((_, name: string | null) => ({ name })),
};

export const name = {
  schema: nonEmptyList(
    plainText(
      'A name, in which `*` matches any number of characters, also none. Case matters, and the whole name must match.',
    ),
    "The virtual interface's name matches one of these. The requester chooses the name, so it never identifies an owner.",
  ),
  holds: true,
  // Several stars in a row mean the same as one.
  normalise: (written: readonly string[]) => sortedSet(written.map((glob) => glob.replace(/\*+/g, '*'))),
  ...conditionOn(nameDimension, matchingAnyGlob),
  typical: { name: 'any' },
  exactCondition: (request: VirtualInterface) => {
    const condition = exactValue(request.name);
    return request.name?.includes('*')
      ? { ...condition, why: 'its `*` matches anything in a policy' }
      : condition;
  },
} as const;

export const tags = {
  schema: nonEmptyMap(
    z.record(
      z.string(),
      nonEmptyList(
        checkedText('A value, which may be empty.', findInvisibleCharacter, VISIBLE_TEXT_HINT),
        'The tag has one of these values.',
      ),
    ),
    'The virtual interface has all of these tags, each with one of its values. On AWS only.',
    { propertyNames: { minLength: 1, ...VISIBLE_TEXT_HINT } },
  ),
  holds: true,
  normalise: (written: Readonly<Record<string, readonly string[]>>) =>
    Object.fromEntries(sortedEntries(written).map(([key, values]) => [key, sortedSet(values)])),
  matchesCertainly: (wanted: Readonly<Record<string, readonly string[]>>) =>
    tagConstraints(wanted, onlyGiven),
  countsTowardsLimit: (wanted: Readonly<Record<string, readonly string[]>>) =>
    tagConstraints(wanted, givenOrAbsent),
  mayMatch: (wanted: Readonly<Record<string, readonly string[]>>) => tagConstraints(wanted, givenOrAbsent),
  typical: { tags: {} },
  exactCondition: (request: VirtualInterface) => {
    if (request.tags === null) return inexact(NOT_GIVEN);
    const entries = Object.entries(request.tags).map(([key, value]) => [key, [value]]);
    if (entries.length === 0) return inexact('it has none, and a policy cannot require that');
    return exact(Object.fromEntries(entries));
  },
} as const;

/** One dimension for each key. All are absent together when the API returns no tags. */
function tagConstraints(
  wanted: Readonly<Record<string, readonly string[]>>,
  as: (set: FiniteSet<string>) => NullableSet<FiniteSet<string>>,
): FieldConstraint[] {
  return Object.entries(wanted).map(([key, values]) => constrain(tagDimension(key), as(finiteSetOf(values))));
}

/** Sets of values of a tag. The complement of a set includes that the tag is missing. */
const values = finiteSets({ other: unusedText('any', 'other'), format: quote });

/** The value of a tag that is missing: no policy can name it. */
const MISSING_TAG = '\0';

function tagDimension(key: string): Dimension<NullableSet<FiniteSet<string>>, string | null> {
  return {
    ...nullableSets(values),
    name: `tag ${quote(key)}`,
    source: { name: 'tags', given: onlyGiven(values.all) },
    get: ({ request: { tags } }) => (tags === null ? null : (tags[key] ?? MISSING_TAG)),
    put: updateRequest(({ tags }, value) => ({ tags: value === null ? null : { ...tags, [key]: value } })),
  };
}
