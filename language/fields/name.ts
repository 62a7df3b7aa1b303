import { type Point, putting, side } from '../algebra/fieldConstraint.ts';
import { fitting, globs } from '../algebra/globSets.ts';
import { given, optional, perhaps } from '../algebra/optional.ts';
import { filledList, plainText } from '../scalarSchemas.ts';
import { sortedSet } from '../sorted.ts';

const axis = {
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
  fits: (wanted: readonly string[]) => [side(axis, given(fitting(wanted)))],
  mayFit: (wanted: readonly string[]) => [side(axis, perhaps(fitting(wanted)))],
  touches: (wanted: readonly string[]) => [side(axis, perhaps(fitting(wanted)))],
} as const;
