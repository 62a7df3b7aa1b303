import * as z from 'zod';
import { escapeText, quote } from '../../core/printableText.ts';
import { fitting, globs } from '../algebra/globSets.ts';
import { type Members, members, only, otherText } from '../algebra/intervalSets.ts';
import {
  type Axis,
  given,
  type Optional,
  optional,
  type Point,
  perhaps,
  putting,
  type Side,
  side,
} from '../algebra/setAlgebra.ts';
import {
  filled,
  filledList,
  invisible,
  judgedText,
  plainText,
  SEEN,
  sortedEntries,
  sortedSet,
} from '../scalarSchemas.ts';

const nameConstraint = {
  ...optional(globs),
  name: 'name',
  source: null,
  get: ({ request }: Point) => request.name,
  put: putting((_, name: string | null) => ({ name })),
};

export const name = {
  schema: filledList(
    plainText(
      'A name; `*` stands for any characters, none included. Case matters, and the whole name must fit.',
    ),
    "The virtual interface's name fits one of these. It is the requester's own word: it narrows, it never identifies.",
  ),
  providers: ['outscale', 'aws'],
  holds: true,
  // Several stars in a row mean what one means.
  normalise: (written: readonly string[]) => sortedSet(written.map((glob) => glob.replace(/\*+/g, '*'))),
  fits: (wanted: readonly string[]) => [side(nameConstraint, given(fitting(wanted)))],
  mayFit: (wanted: readonly string[]) => [side(nameConstraint, perhaps(fitting(wanted)))],
  touches: (wanted: readonly string[]) => [side(nameConstraint, perhaps(fitting(wanted)))],
} as const;

const axis = {
  ...optional(members({ other: otherText('PAR1', 'PAR2', 'ANY'), format: escapeText })),
  name: 'location',
  source: null,
  get: ({ request }: Point) => request.location,
  put: putting((_, location: string | null) => ({ location })),
};

export const location = {
  schema: filledList(
    plainText("The provider's code of a facility, such as `PAR1`."),
    "The connection's location is one of these.",
  ),
  providers: ['outscale', 'aws'],
  holds: true,
  normalise: sortedSet,
  fits: (wanted: readonly string[]) => [side(axis, given(only(wanted)))],
  mayFit: (wanted: readonly string[]) => [side(axis, perhaps(only(wanted)))],
  touches: (wanted: readonly string[]) => [side(axis, perhaps(only(wanted)))],
} as const;

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
