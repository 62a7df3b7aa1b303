import * as z from 'zod';
import { quote } from '../../core/printableText.ts';
import { type Axis, putting, type Side, side } from '../algebra/fieldConstraint.ts';
import { type Members, members, only, otherText } from '../algebra/finiteSets.ts';
import { given, type Optional, optional, perhaps } from '../algebra/optional.ts';
import { filled, filledList, invisible, judgedText, SEEN } from '../scalarSchemas.ts';
import { sortedEntries, sortedSet } from '../sorted.ts';

export const tags = {
  schema: filled(
    z.record(
      z.string(),
      filledList(
        judgedText('A value, which may be empty.', invisible, SEEN),
        'The tag has one of these values.',
      ),
    ),
    'The virtual interface has all of these tags, each with one of its values. On AWS only.',
    { propertyNames: { minLength: 1, ...SEEN } },
  ),
  providers: ['aws'],
  holds: true,
  normalise: (written: Readonly<Record<string, readonly string[]>>) =>
    Object.fromEntries(sortedEntries(written).map(([key, values]) => [key, sortedSet(values)])),
  fits: (wanted: Readonly<Record<string, readonly string[]>>) => sidesOf(wanted, given),
  mayFit: (wanted: Readonly<Record<string, readonly string[]>>) => sidesOf(wanted, perhaps),
  touches: (wanted: Readonly<Record<string, readonly string[]>>) => sidesOf(wanted, perhaps),
} as const;

/** One axis a key, left out with all others when the API gives no tags. */
function sidesOf(
  wanted: Readonly<Record<string, readonly string[]>>,
  as: (set: Members<string>) => Optional<Members<string>>,
): Side[] {
  return Object.entries(wanted).map(([key, values]) => side(axisOf(key), as(only(values))));
}

/** All but some includes that the tag is not there. */
const values = members({ other: otherText('any', 'other'), format: quote });

/** No tag has it for its value: a value that no policy can name. */
const NOT_THERE = '\0';

function axisOf(key: string): Axis<Optional<Members<string>>, string | null> {
  return {
    ...optional(values),
    name: `tag ${quote(key)}`,
    source: { name: 'tags', given: given(values.all) },
    get: ({ request: { tags } }) => (tags === null ? null : (tags[key] ?? NOT_THERE)),
    put: putting(({ tags }, value) => ({ tags: value === null ? null : { ...tags, [key]: value } })),
  };
}
