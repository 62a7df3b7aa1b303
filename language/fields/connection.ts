import { escapeText } from '../../core/printableText.ts';
import { type Point, putting, side } from '../algebra/fieldConstraint.ts';
import { members, only, otherText } from '../algebra/finiteSets.ts';
import { given, optional, perhaps } from '../algebra/optional.ts';
import { connectionList } from '../connection.ts';
import { sortedSet } from '../sorted.ts';

const axis = {
  ...optional(members({ other: otherText('dxcon-any'), format: escapeText })),
  name: 'connection',
  source: null,
  get: ({ request }: Point) => request.connection,
  put: putting((_, connection: string | null) => ({ connection })),
};

export const connection = {
  schema: connectionList('The virtual interface stands on one of these connections.'),
  providers: ['outscale', 'aws'],
  holds: true,
  normalise: sortedSet,
  fits: (wanted: readonly string[]) => [side(axis, given(only(wanted)))],
  mayFit: (wanted: readonly string[]) => [side(axis, perhaps(only(wanted)))],
  touches: (wanted: readonly string[]) => [side(axis, perhaps(only(wanted)))],
} as const;
