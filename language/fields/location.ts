import { filledList, plainText } from '../leaf.ts';
import { sortedSet } from '../sorted.ts';

export const location = {
  schema: filledList(
    plainText("The provider's code of a facility, such as `PAR1`."),
    "The connection's location is one of these.",
  ),
  providers: ['outscale', 'aws'],
  holds: true,
  normalise: sortedSet,
} as const;
