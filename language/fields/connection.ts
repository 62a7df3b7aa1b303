import { connectionId } from '../connection.ts';
import { filledList } from '../leaf.ts';
import { sortedSet } from '../sorted.ts';

export const connection = {
  schema: filledList(connectionId, 'The virtual interface stands on one of these connections.'),
  providers: ['outscale', 'aws'],
  holds: true,
  normalise: sortedSet,
} as const;
