import { escapeText } from '../../core/printableText.ts';
import { type Point, putting, side } from '../algebra/fieldConstraint.ts';
import { members, only, otherText } from '../algebra/finiteSets.ts';
import { given, optional, perhaps } from '../algebra/optional.ts';
import { filledList, plainText } from '../scalarSchemas.ts';
import { sortedSet } from '../sorted.ts';

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
